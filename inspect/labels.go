package inspect

import (
	"context"
	"runtime/pprof"

	"example.com/asyncgo/internal/watch"
)

// The pprof labels of [WithLabels] and [WithStacks].
const (
	labelGroup = "asyncgo.group"
	labelTask  = "asyncgo.task"
	labelID    = "asyncgo.id"
)

// labeler is the tracer that sets pprof labels.
type labeler struct{ ids bool }

// begin gives a group's or a call's context its label, and a task's or a
// function's context and goroutine theirs, which it takes back at the end.
func (l *labeler) begin(ctx context.Context, n *watch.Node) (context.Context, func(error)) {
	name := nameOf(n)
	switch n.Kind() {
	case watch.Group, watch.Call:
		if name == "" {
			name = string(KindGroup)
		}
		return pprof.WithLabels(ctx, pprof.Labels(labelGroup, name)), nil
	}
	if name == "" {
		name = shortFunc(funcName(n.Code()))
	}
	set := pprof.Labels(labelTask, name)
	if l.ids {
		set = pprof.Labels(labelTask, name, labelID, n.ID(n.Index()))
	}
	labeled := pprof.WithLabels(ctx, set)
	pprof.SetGoroutineLabels(labeled)
	return labeled, func(error) { pprof.SetGoroutineLabels(ctx) }
}
