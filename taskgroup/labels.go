package taskgroup

import (
	"context"

	"example.com/asyncgo/internal/labels"
)

// enter sets the pprof labels of a worker's goroutine to those of the group's
// context. It has those of the goroutine that started it, which may belong to
// another task or to any caller of Go, or what the task before has set.
func (g *Group) enter() {
	ctx := context.Background() // cheaper to search
	if g.hasLabels {
		ctx = g.ctx
	}
	labels.Set(ctx)
}
