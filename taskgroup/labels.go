package taskgroup

import (
	"context"
	"runtime/pprof"
)

// enter sets the pprof labels of a worker's goroutine to those of the group's
// context. It has those of the goroutine that started it, which may belong to
// another task or to any caller of Go, or what the task before has set.
func (g *Group) enter() {
	ctx := context.Background() // cheaper to search
	if g.hasLabels {
		ctx = g.ctx
	}
	pprof.SetGoroutineLabels(ctx)
}

// hasLabels reports that ctx has labels. The Value method of a context may be
// the user's code: if it panics, there are none.
func hasLabels(ctx context.Context) (found bool) {
	defer func() { _ = recover() }()
	pprof.ForLabels(ctx, func(_, _ string) bool {
		found = true
		return false
	})
	return found
}
