package examples_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var row = regexp.MustCompile(`(?m)^\| \[([^]]+)\]\(([^)]+)\) \|.*\| ` + "`go (?:run ./examples/(.+)|-C examples/(.+) run .)` \\|$")

// README.md has a row for each pattern, and none for what is not there.
func TestReadmeNamesEveryPattern(t *testing.T) {
	outputs, err := filepath.Glob("*/output.txt")
	require.NoError(t, err)
	var want []string
	for _, output := range outputs {
		want = append(want, filepath.Dir(output))
	}
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	var got []string
	for _, m := range row.FindAllStringSubmatch(string(readme), -1) {
		got = append(got, m[1])
		assert.Equal(t, m[1], m[2], "link")
		assert.Equal(t, m[1], m[3]+m[4], "go run") // -C for a module of its own
	}
	assert.ElementsMatch(t, want, got)
}

// The package comment, which pkg.go.dev shows of a program, names the original.
func TestPatternsSayWhatTheyMirror(t *testing.T) {
	mains, err := filepath.Glob("*/main.py")
	require.NoError(t, err)
	for _, main := range mains {
		text, err := os.ReadFile(filepath.Join(filepath.Dir(main), "main.go"))
		require.NoError(t, err)
		comment, _, _ := strings.Cut(string(text), "\npackage main")
		assert.Contains(t, comment, "main.py", main)
	}
}
