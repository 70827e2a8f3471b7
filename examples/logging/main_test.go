package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every record is either in the log or counted as dropped.
func TestRun(t *testing.T) {
	file := filepath.Join(t.TempDir(), "out")
	out, err := os.Create(file)
	require.NoError(t, err)
	stdout := os.Stdout
	os.Stdout = out
	err = run()
	os.Stdout = stdout
	require.NoError(t, err)
	require.NoError(t, out.Close())

	text, err := os.ReadFile(file)
	require.NoError(t, err)
	log, summary, _ := strings.Cut(string(text), "logged 100 records in ")
	_, counts, _ := strings.Cut(summary, ": ")
	var written, dropped int
	_, err = fmt.Sscanf(counts, "%d written, %d dropped", &written, &dropped)
	require.NoError(t, err, summary)
	assert.Equal(t, 100, written+dropped)
	assert.Equal(t, written, strings.Count(log, "request served"))
}
