// Package growth_test counts what more work costs: allocations, acquisitions of
// locks, registrations with handles.
package growth_test

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const root = "../../../.."

// counts is what some operations cost.
type counts struct{ allocs, locks, registrations float64 }

// An operation costs as much among twice as many, and no more than is stated here:
// what it takes when all have to wait, and a tenth for what is done once. Were
// anything quadratic, the counts would be off by thousands. Among the allocations
// are those of the go statements of the load, and of a group: where the scheduler
// interrupts a goroutine that holds a lock, each task blocks a worker.
func TestCostGrowsWithTheWork(t *testing.T) {
	load := build(t)
	for kind, most := range map[string]counts{
		"start":                            {3, 2, 1},
		"group":                            {2, 3, 0},
		"group of tasks that all wait":     {3, 3, 0},
		"group with a limit and a backlog": {2, 3, 0},
		"gather":                           {0, 0, 0},
		"map with a limit":                 {0, 0, 0},
		"as completed":                     {0, 3, 0},
		"completed":                        {1, 5, 1},
		"set":                              {1, 5, 1},
		"gather of tasks":                  {2, 7, 1},
		"semaphore":                        {4, 3, 0},
		"keyed":                            {1, 2, 0},
		"barrier":                          {3, 1, 0},
		"queue":                            {0, 2, 0},
		"queue of one that many wait for":  {4, 3, 0},
	} {
		t.Run(kind, func(t *testing.T) {
			const n = 5000
			single := load(t, kind, n)
			double := load(t, kind, 2*n)
			for _, c := range []struct {
				what                 string
				single, double, most float64
			}{
				{"allocations", single.allocs, double.allocs, most.allocs},
				{"acquisitions of locks", single.locks, double.locks, most.locks},
				{"registrations", single.registrations, double.registrations, most.registrations},
			} {
				t.Logf("%s: %.2f each of %d, %.2f each of %d", c.what, c.single/n, n, c.double/(2*n), 2*n)
				assert.LessOrEqual(t, c.single/n, c.most+.1, c.what)
				assert.LessOrEqual(t, c.double/(2*n), c.most+.1, "%s: twice the work costs more than twice as much", c.what)
			}
		})
	}
}

// build builds the load with a counter at every statement, and returns what runs
// it and counts.
func build(t *testing.T) func(t *testing.T, kind string, n int) counts {
	t.Helper()
	program := filepath.Join(t.TempDir(), "load")
	run(t, nil, "go", "build", "-cover", "-covermode=atomic", "-coverpkg=example.com/asyncgo/...", "-o", program, "./load")
	locks := places(t, regexp.MustCompile(`\.mu\.Lock\(\)`))
	registrations := places(t, regexp.MustCompile(`o\.prev, o\.next, o\.in = nil, c\.observers, true`))
	require.Len(t, registrations, 1, "where an observer is registered")
	return func(t *testing.T, kind string, n int) counts {
		t.Helper()
		dir := t.TempDir()
		allocs, err := strconv.ParseFloat(strings.TrimSpace(run(t, []string{"GOCOVERDIR=" + dir}, program, kind, strconv.Itoa(n))), 64)
		require.NoError(t, err)
		profile := filepath.Join(dir, "profile")
		run(t, nil, "go", "tool", "covdata", "textfmt", "-i="+dir, "-o="+profile)
		blocks := read(t, profile)
		return counts{allocs, sum(t, blocks, locks), sum(t, blocks, registrations)}
	}
}

func run(t *testing.T, env []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), env...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, "%s %s: %s", name, args, &stderr)
	return string(out)
}

// place is a position in a file of the library.
type place struct {
	file         string
	line, column int
}

// places finds where the library does something.
func places(t *testing.T, what *regexp.Regexp) (all []place) {
	t.Helper()
	for _, pkg := range []string{"taskgroup", "semaphore", "queue"} {
		files, err := filepath.Glob(filepath.Join(root, pkg, "*.go"))
		require.NoError(t, err)
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			for i, line := range strings.Split(string(text), "\n") {
				for _, at := range what.FindAllStringIndex(line, -1) {
					all = append(all, place{"example.com/asyncgo/" + pkg + "/" + filepath.Base(file), i + 1, at[0] + 1})
				}
			}
		}
	}
	require.NotEmpty(t, all)
	return all
}

// block is a run of statements, and how often it was run.
type block struct {
	start, end place
	count      float64
}

// before reports that p is in front of q in the same file.
func (p place) before(q place) bool {
	return p.line < q.line || p.line == q.line && p.column < q.column
}

var format = regexp.MustCompile(`^(.+):(\d+)\.(\d+),(\d+)\.(\d+) \d+ (\d+)$`)

func read(t *testing.T, profile string) map[string][]block {
	t.Helper()
	f, err := os.Open(profile)
	require.NoError(t, err)
	defer f.Close()
	blocks := map[string][]block{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		m := format.FindStringSubmatch(lines.Text())
		if m == nil {
			continue
		}
		number := func(i int) int {
			n, err := strconv.Atoi(m[i])
			require.NoError(t, err)
			return n
		}
		blocks[m[1]] = append(blocks[m[1]], block{
			place{m[1], number(2), number(3)}, place{m[1], number(4), number(5)}, float64(number(6)),
		})
	}
	return blocks
}

// sum is how often the places were passed, each in the smallest block around it.
func sum(t *testing.T, blocks map[string][]block, places []place) (total float64) {
	t.Helper()
	for _, p := range places {
		var in *block
		for i := range blocks[p.file] {
			b := &blocks[p.file][i]
			if !p.before(b.start) && p.before(b.end) && (in == nil || in.start.before(b.start)) {
				in = b
			}
		}
		if assert.NotNil(t, in, "%v is in no block", p) {
			total += in.count
		}
	}
	return total
}
