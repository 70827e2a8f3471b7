//go:build unix

// Package examples_test runs the examples as they are, kills workers in
// between, and compares what comes out.
package examples_test

import (
	"bufio"
	"fmt"
	"image/jpeg"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// example is a program that runs.
type example struct {
	t     *testing.T
	cmd   *exec.Cmd
	lines chan string
	seen  []string
}

func build(t *testing.T, name string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", file, "./"+name).CombinedOutput()
	require.NoError(t, err, string(out))
	return file
}

// run starts a program in a process group of its own, which is killed with the
// test.
func run(t *testing.T, file string, args ...string) *example {
	t.Helper()
	cmd := exec.Command(file, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	cmd.Stderr = os.Stderr
	require.NoError(t, cmd.Start())
	e := &example{t: t, cmd: cmd, lines: make(chan string, 1<<16)}
	go func() {
		defer close(e.lines)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			e.lines <- lines.Text()
		}
	}()
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
	})
	return e
}

// next waits for a line that begins with prefix, and returns the rest.
func (e *example) next(prefix string) string {
	e.t.Helper()
	timeout := time.After(time.Minute)
	for {
		select {
		case line, ok := <-e.lines:
			require.True(e.t, ok, "the program has ended without %q", prefix)
			e.seen = append(e.seen, line)
			if rest, ok := strings.CutPrefix(line, prefix); ok {
				return rest
			}
		case <-timeout:
			require.FailNow(e.t, "no line", prefix)
		}
	}
}

// process waits for a line of a process, and returns its number.
func (e *example) process() int {
	e.t.Helper()
	number, err := strconv.Atoi(strings.Fields(e.next("process "))[0])
	require.NoError(e.t, err)
	return number
}

// end waits for the end of the program, and returns all its lines.
func (e *example) end() []string {
	e.t.Helper()
	timeout := time.After(2 * time.Minute)
	for {
		select {
		case line, ok := <-e.lines:
			if !ok {
				_ = e.cmd.Wait()
				return e.seen
			}
			e.seen = append(e.seen, line)
		case <-timeout:
			require.FailNow(e.t, "the program does not end")
		}
	}
}

func kill(t *testing.T, process int) {
	t.Helper()
	require.NoError(t, syscall.Kill(process, syscall.SIGKILL))
}

// line returns the last one that contains text, or "".
func line(lines []string, text string) (found string) {
	for _, line := range lines {
		if strings.Contains(line, text) {
			found = line
		}
	}
	return found
}

func TestLimit(t *testing.T) {
	t.Parallel()
	e := run(t, build(t, "limit"), "-workers", "4", "-n", "2", "-uses", "20")
	kill(t, e.process())
	assert.NotEmpty(t, line(e.end(), "at most 2 at once"))
}

func TestCronGoesOnInAnotherProcess(t *testing.T) {
	t.Parallel()
	const ticks = 12
	e := run(t, build(t, "cron"), "-workers", "3", "-every", "50ms", "-ticks", strconv.Itoa(ticks))
	holder := e.process()
	e.next("tick 3 ")
	kill(t, holder)
	var got []int
	others := 0
	for _, line := range e.end() {
		var n, process int
		if _, err := fmt.Sscanf(line, "tick %d by process %d", &n, &process); err == nil {
			got = append(got, n)
			if process != holder {
				others++
			}
		}
	}
	assert.Positive(t, others, "another process goes on")
	for i := 1; i < len(got); i++ {
		assert.Greater(t, got[i], got[i-1], "no tick runs twice")
	}
	assert.Equal(t, ticks, got[len(got)-1])
	assert.GreaterOrEqual(t, len(got), ticks-1, "the crash leaves out one at most")
}

func TestCrawlWithAKilledWorkerMissesNothing(t *testing.T) {
	t.Parallel()
	file := build(t, "crawl")
	whole := line(run(t, file, "-workers", "3", "-pages", "60").end(), "pages,")
	require.NotEmpty(t, whole)
	e := run(t, file, "-workers", "3", "-pages", "60")
	var victim int
	for range 20 {
		victim = e.process()
	}
	kill(t, victim)
	assert.Equal(t, whole, line(e.end(), "pages,"))
}

func TestThumbnailsGoOnWithTheRest(t *testing.T) {
	file := build(t, "thumbnails")
	pictures := func() (string, map[string]int64) {
		thumbs := filepath.Join(os.Getenv("TMPDIR"), "asyncgo-thumbnails", "thumbs")
		sizes := map[string]int64{}
		entries, err := os.ReadDir(thumbs)
		require.NoError(t, err)
		for _, entry := range entries {
			f, err := os.Open(filepath.Join(thumbs, entry.Name()))
			require.NoError(t, err)
			if strings.HasPrefix(entry.Name(), ".") {
				continue // of a process that was killed in the middle
			}
			picture, err := jpeg.Decode(f)
			require.NoError(t, err)
			assert.Equal(t, 64, picture.Bounds().Dx())
			info, err := f.Stat()
			require.NoError(t, err)
			sizes[entry.Name()] = info.Size()
			require.NoError(t, f.Close())
		}
		return thumbs, sizes
	}
	t.Setenv("TMPDIR", t.TempDir())
	require.NotEmpty(t, line(run(t, file).end(), "done:"))
	thumbs, whole := pictures()
	require.Len(t, whole, 40)

	require.NoError(t, os.RemoveAll(thumbs)) // the folder of the server stays
	e := run(t, file, "-workers", "3")
	victim := e.process()
	e.next("  5 of 40")
	kill(t, victim)
	e.next(" 10 of 40")
	require.NoError(t, e.cmd.Process.Signal(os.Interrupt)) // Ctrl-C
	e.end()
	require.NotEmpty(t, line(run(t, file, "-workers", "3").end(), "done:"))
	_, got := pictures()
	assert.Equal(t, whole, got)
}
