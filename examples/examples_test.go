// Package examples_test runs each pattern, in Go and in Python, and compares
// what both print with the pattern's output.txt.
package examples_test

import (
	"bufio"
	"context"
	"flag"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/internal/test/testkit"
)

var update = flag.Bool("update", false, "write each output.txt from what the Python original prints")

// onLine has the patterns that need something from outside while they run: the
// function sees each line as soon as the program, Go or Python, has printed it.
var onLine = map[string]func(t *testing.T, program *os.Process, line string){
	"signals": func(t *testing.T, program *os.Process, line string) {
		t.Helper()
		if line == "serving" {
			assert.NoError(t, program.Signal(syscall.SIGTERM))
		}
	},
}

// A pattern is a folder with an output.txt, and with main.go and main.py that
// both print it.
func TestPatterns(t *testing.T) {
	outputs, err := filepath.Glob("*/output.txt")
	require.NoError(t, err)
	require.NotEmpty(t, outputs)

	trackSources(t)
	bin := build(t)
	pythons := findPythons()

	for _, output := range outputs {
		dir := filepath.Dir(output)
		original := filepath.Join(dir, "main.py")
		needed := pythonNeeded(t, original)
		python := pythons.atLeast(needed)
		t.Run(dir, func(t *testing.T) {
			t.Parallel()
			if *update {
				require.NotEmptyf(t, python, "no Python %v here to write %s with", needed, output)
				require.NoError(t, os.WriteFile(output, []byte(run(t, dir, python, original)), 0o644))
			}
			want, err := os.ReadFile(output)
			require.NoError(t, err)
			t.Run("go", func(t *testing.T) {
				t.Parallel()
				assert.Equal(t, string(want), run(t, dir, filepath.Join(bin, dir)))
			})
			t.Run("python", func(t *testing.T) {
				t.Parallel()
				if python == "" {
					t.Skipf("no Python %v or later on this machine", needed)
				}
				assert.Equal(t, string(want), run(t, dir, python, original))
			})
		})
	}
}

// A pattern with a part missing would silently not be compared.
func TestPatternsAreWhole(t *testing.T) {
	for _, part := range []string{"*/main.py", "*/output.txt"} {
		found, err := filepath.Glob(part)
		require.NoError(t, err)
		for _, path := range found {
			for _, other := range []string{"main.go", "main.py", "output.txt"} {
				assert.FileExists(t, filepath.Join(filepath.Dir(path), other))
			}
		}
	}
}

// trackSources makes the sources inputs of this test. go test caches by what
// the test itself opens, and it is child processes that build the Go and read
// the Python: without this, a broken library would still answer "ok (cached)".
func trackSources(t *testing.T) {
	t.Helper()
	require.NoError(t, filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && entry.Name() == ".git" {
			return filepath.SkipDir
		}
		switch filepath.Ext(path) {
		case ".go", ".py", ".mod":
			_, err = os.Stat(path)
		}
		return err
	}))
}

// build builds all examples with one command and returns the folder of the
// programs. They have the race detector in them when this test has.
func build(t *testing.T) string {
	t.Helper()
	bin := t.TempDir()
	args := []string{"build", "-o", bin + string(filepath.Separator)}
	if testkit.Race {
		args = append(args, "-race")
	}
	out, err := exec.Command("go", append(args, "./...")...).CombinedOutput()
	require.NoErrorf(t, err, "%s", out)
	return bin
}

// run returns what the command prints.
func run(t *testing.T, dir string, command ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Env = append(os.Environ(), "PYTHONUNBUFFERED=1")
	var complaints strings.Builder
	cmd.Stderr = &complaints
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())

	var printed strings.Builder
	lines := bufio.NewReader(stdout)
	for err == nil {
		var line string
		line, err = lines.ReadString('\n')
		printed.WriteString(line)
		if act := onLine[dir]; act != nil && line != "" {
			act(t, cmd.Process, strings.TrimSuffix(line, "\n"))
		}
	}
	assert.ErrorIs(t, err, io.EOF)
	require.NoErrorf(t, cmd.Wait(), "%s", complaints.String())
	return printed.String()
}
