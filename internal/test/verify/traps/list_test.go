package traps_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"example.com/asyncgo/taskgroup"
)

var (
	errBoom  = errors.New("boom")
	errClean = errors.New("clean-up failed")
)

// soon is long enough for a goroutine to get to where it blocks; only libraries
// that offer nothing better to wait for depend on it.
const soon = 50 * time.Millisecond

func background() context.Context { return context.Background() }

// caught runs f and returns what it panicked with.
func caught(f func()) (v any) {
	defer func() { v = recover() }()
	f()
	return nil
}

// traps are in the order of the table.
var traps = slices.Concat(lifecycle, results, panics, permits, imports)

var imports = []trap{
	{
		"P-97", "importing the library starts no goroutine",
		map[string]func() string{
			ours:         importing("asyncgo"),
			"errgroup":   importing("x/sync"),
			"conc":       importing("sourcegraph"),
			"pond":       importing("alitto"),
			"ants":       importing("panjf2000"),
			"workerpool": importing("gammazero"),
			"lo":         importing("samber"),
		},
	},
}

func number(n int) taskgroup.Func[int] {
	return func(context.Context) (int, error) { return n, nil }
}

func fails(context.Context) (int, error) { return 0, errBoom }

func culprit() { panic(errBoom) }

func expect(ok bool, otherwise string) string {
	if ok {
		return ""
	}
	return otherwise
}

func noneStarted(n int32) string { return expect(n == 0, fmt.Sprintf("started %d of 9", n)) }

func bothFailures(err error) string {
	switch {
	case err == nil:
		return "no error"
	case errors.Is(err, errBoom) && errors.Is(err, errClean):
		return ""
	case errors.Is(err, errBoom):
		return "only the first"
	}
	return "the first is lost"
}

// importing looks for goroutines that were started before anything was called.
func importing(library string) func() string {
	return func() string {
		buf := make([]byte, 1<<20)
		all := string(buf[:runtime.Stack(buf, true)])
		n := 0
		for g := range strings.SplitSeq(all, "\n\n") {
			_, by, created := strings.Cut(g, "created by ")
			if created && strings.Contains(by, library) && !strings.Contains(by, "traps_test") {
				n++
			}
		}
		return expect(n == 0, fmt.Sprintf("%d goroutines", n))
	}
}

type logger struct{ told *atomic.Bool }

func (l logger) Printf(string, ...any) { l.told.Store(true) }
