// Package traps_test puts the traps that Go's task libraries fall into before
// this one and before them, each in a process of its own, and keeps the table
// of docs/comparison.md true.
package traps_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the table into docs/comparison.md")

// trap is one way to go wrong. A nil try is something that the library has no
// means for.
type trap struct {
	id, what string
	try      map[string]func() string // by library; "" is right, else what went wrong
}

const ours = "asyncgo"

var libraries = []string{ours, "errgroup", "conc", "pond", "ants", "workerpool", "lo"}

const (
	trapEnv = "ASYNCGO_TRAP"
	limit   = 5 * time.Second // a process that takes longer hangs
)

// TestMain is also the process that one trap is tried in.
func TestMain(m *testing.M) {
	flag.Parse()
	if which := os.Getenv(trapEnv); which != "" {
		slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
		id, library, _ := strings.Cut(which, "/")
		for _, t := range traps {
			if t.id == id {
				fmt.Println("verdict:", t.try[library]())
			}
		}
		os.Exit(0)
	}
	if err := flag.Set("test.parallel", "8"); err != nil { // those that hang need no processor
		panic(err)
	}
	os.Exit(m.Run())
}

func TestTraps(t *testing.T) {
	verdicts := map[string]string{}
	var mu sync.Mutex
	t.Run("each", func(t *testing.T) {
		for _, trap := range traps {
			for _, library := range libraries {
				which := trap.id + "/" + library
				t.Run(which, func(t *testing.T) {
					t.Parallel()
					v := "–"
					if trap.try[library] != nil {
						v = attempt(t, which)
					}
					if library == ours {
						assert.Equal(t, "ok", v, trap.what)
					}
					mu.Lock()
					verdicts[which] = v
					mu.Unlock()
				})
			}
		}
	})

	const file = "../../../../docs/comparison.md"
	const begin, end = "<!-- measured -->\n", "<!-- end -->"
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	before, rest, ok := strings.Cut(string(text), begin)
	require.True(t, ok, "%s has no line %s", file, begin)
	had, after, ok := strings.Cut(rest, end)
	require.True(t, ok, "%s has no line %s", file, end)
	table := tableOf(verdicts)
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(before+begin+table+end+after), 0o644))
		return
	}
	assert.Equal(t, table, had, "what was measured is not what %s says; -update writes it", file)
}

// attempt tries one trap in a process of its own.
func attempt(t *testing.T, which string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), trapEnv+"="+which)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded), strings.Contains(out.String(), "all goroutines are asleep"):
		return "hangs"
	case err != nil:
		for line := range strings.Lines(out.String()) {
			if text, ok := strings.CutPrefix(line, "panic: "); ok {
				return "dies: " + strings.TrimSpace(strings.TrimPrefix(text, "panic: "))
			}
		}
		return "dies"
	}
	_, verdict, _ := strings.Cut(out.String(), "verdict:")
	verdict = strings.TrimSpace(verdict)
	if verdict == "" {
		return "ok"
	}
	return verdict
}

func tableOf(verdicts map[string]string) string {
	var b strings.Builder
	b.WriteString("\n| trap | " + strings.Join(libraries, " | ") + " |\n|---|" + strings.Repeat("---|", len(libraries)) + "\n")
	for _, trap := range traps {
		fmt.Fprintf(&b, "| %s: %s |", trap.id, trap.what)
		for _, library := range libraries {
			fmt.Fprintf(&b, " %s |", verdicts[trap.id+"/"+library])
		}
		b.WriteString("\n")
	}
	return b.String() + "\n"
}
