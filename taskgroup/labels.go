package taskgroup

import (
	"context"
	"runtime/pprof"
)

// labelGoroutine returns a function that gives the calling goroutine the pprof
// labels of ctx. A goroutine starts with those of the one that started it, which
// may belong to another task or to any caller of Go.
func labelGoroutine(ctx context.Context) func() {
	if !hasLabels(ctx) {
		ctx = context.Background() // cheaper to look through
	}
	return func() { pprof.SetGoroutineLabels(ctx) }
}

// hasLabels reports that ctx has labels. The Value method of a context may be the
// user's code: if it panics, there are none.
func hasLabels(ctx context.Context) (found bool) {
	defer func() { _ = recover() }()
	pprof.ForLabels(ctx, func(_, _ string) bool {
		found = true
		return false
	})
	return found
}
