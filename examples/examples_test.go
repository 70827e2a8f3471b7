// Package examples_test checks that each pattern is whole. That its two programs
// print the same is tested in its folder.
package examples_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A pattern with a part missing would silently not be compared.
func TestPatternsAreWhole(t *testing.T) {
	patterns := 0
	for _, part := range []string{"*/main.py", "*/output.txt"} {
		found, err := filepath.Glob(part)
		require.NoError(t, err)
		patterns = max(patterns, len(found))
		for _, path := range found {
			folder := filepath.Dir(path)
			for _, other := range []string{"main.go", "main.py", "output.txt"} {
				assert.FileExists(t, filepath.Join(folder, other))
			}
			test, err := os.ReadFile(filepath.Join(folder, "twin_test.go"))
			if assert.NoError(t, err) {
				assert.Contains(t, string(test), "func TestTwin(t *testing.T) {", folder)
				assert.Contains(t, string(test), "twin.Test(t, main", folder)
			}
		}
	}
	require.NotZero(t, patterns)
}
