package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestColumns(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "file"))
	require.NoError(t, err)
	defer file.Close()
	assert.False(t, isTerminal(file))
	for set, want := range map[string]int{"44": 44, "": 80, "0": 80, "-1": 80, "wide": 80} {
		t.Setenv("COLUMNS", set)
		assert.Equal(t, want, columns(file), "COLUMNS=%q, of a file", set)
	}
}
