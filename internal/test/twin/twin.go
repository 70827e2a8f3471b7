// Package twin runs an example and its Python original, and compares what both
// print with output.txt.
package twin

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	// child is set in the process that is the example instead of its test.
	child = "ASYNCGO_TWIN"

	// update, if it is set, has output.txt written from what the original prints.
	update = "ASYNCGO_UPDATE"
)

// OnLine is called with each line as soon as the program, Go or Python, has
// printed it, for an example that needs something from outside while it runs.
type OnLine func(t *testing.T, program *os.Process, line string)

// Test runs main, which is that of the example in the current folder, in a
// process of its own, and main.py beside it, if there is a Python new enough. Both
// print output.txt.
func Test(t *testing.T, main func(), onLine ...OnLine) {
	t.Helper()
	if os.Getenv(child) != "" {
		main()
		os.Exit(0)
	}
	needed := pythonNeeded(t, "main.py")
	python := findPython(needed)
	if os.Getenv(update) != "" {
		require.NotEmptyf(t, python, "no Python %v here", needed)
		require.NoError(t, os.WriteFile("output.txt", []byte(run(t, onLine, python, "main.py")), 0o644))
	}
	want, err := os.ReadFile("output.txt")
	require.NoError(t, err)

	self, err := os.Executable()
	require.NoError(t, err)
	name := t.Name()
	t.Run("go", func(t *testing.T) {
		t.Setenv(child, "1")
		assert.Equal(t, string(want), run(t, onLine, self, "-test.run=^"+name+"$"))
	})
	t.Run("python", func(t *testing.T) {
		if python == "" {
			t.Skipf("no Python %v or later on this machine", needed)
		}
		assert.Equal(t, string(want), run(t, onLine, python, "main.py"))
	})
}
