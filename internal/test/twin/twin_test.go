package twin_test

import (
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/internal/test/twin"
)

func program() { fmt.Print("hello\nworld\n") }

func inFolder(t *testing.T, files map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, text := range files {
		require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
	}
}

// The one that finds what follows wrong runs in a process of its own: it fails.
func TestFails(t *testing.T) {
	if text := os.Getenv("TWIN_TEST_OUTPUT"); text != "" {
		inFolder(t, map[string]string{"main.py": "print('hello')\nprint('world')\n", "output.txt": text})
		twin.Test(t, program)
	}
}

func TestTwins(t *testing.T) {
	inFolder(t, map[string]string{"main.py": "print('hello')\nprint('world')\n", "output.txt": "hello\nworld\n"})
	var lines []string
	twin.Test(t, program, func(t *testing.T, _ *os.Process, line string) {
		t.Helper()
		lines = append(lines, line)
	})
	if assert.GreaterOrEqual(t, len(lines), 2) {
		assert.Equal(t, []string{"hello", "world"}, lines[:2])
	}
}

func TestOtherOutputFails(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), self, "-test.run=^TestFails$")
	cmd.Env = append(os.Environ(), "TWIN_TEST_OUTPUT=hello\nwords\n")
	out, err := cmd.CombinedOutput()
	assert.Error(t, err)
	assert.Contains(t, string(out), "--- FAIL: TestFails/go")
	assert.Contains(t, string(out), "-words")
}

// What the original prints becomes the output, also where Go prints otherwise.
func TestUpdate(t *testing.T) {
	for _, python := range []string{"python3.14", "python3.13", "python3"} {
		if exec.Command(python, "-c", "").Run() == nil {
			inFolder(t, map[string]string{"main.py": "print('hello')\nprint('world')\n"})
			t.Setenv("ASYNCGO_UPDATE", "1")
			twin.Test(t, program)
			text, err := os.ReadFile("output.txt")
			require.NoError(t, err)
			assert.Equal(t, "hello\nworld\n", string(text))
			return
		}
	}
	t.Skip("no Python on this machine")
}
