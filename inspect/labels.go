package inspect

import (
	"cmp"
	"context"
	"runtime/pprof"
	"sync/atomic"

	"example.com/asyncgo/internal/watch"
)

// The pprof labels of [WithLabels] and [WithStacks].
const (
	labelGroup = "asyncgo.group"
	labelTask  = "asyncgo.task"
	labelID    = "asyncgo.id"
	// An ID is unique only in a monitor.
	labelMonitor = "asyncgo.monitor"
)

// lastStacks is the last value of labelMonitor.
var lastStacks atomic.Uint64

// labeler is the tracer that sets pprof labels.
type labeler struct{ monitor string } // with WithStacks

// callerKey is the key under which the context of a group or a call has the
// context that it was begun with.
type callerKey struct{}

// begin gives a group's or a call's context its label, and a task's or a
// function's context and goroutine theirs, which it takes back at the end.
func (l *labeler) begin(ctx context.Context, n *watch.Node) (context.Context, func(error)) {
	name := nameOf(n)
	switch n.Kind() {
	case watch.Group, watch.Call:
		labeled := pprof.WithLabels(ctx, pprof.Labels(labelGroup, cmp.Or(name, string(KindGroup))))
		return context.WithValue(labeled, callerKey{}, ctx), nil
	}
	labels := []string{labelTask, cmp.Or(name, shortFunc(funcName(n.Code())))}
	if l.monitor != "" {
		labels = append(labels, labelID, n.ID(n.Index()), labelMonitor, l.monitor)
	}
	if n.InGroup() {
		// A task of Submit has the values of that caller's context first.
		labels = append(labels, labelGroup, cmp.Or(n.Parent().Name(), string(KindGroup)))
	}
	labeled := pprof.WithLabels(ctx, pprof.Labels(labels...))
	pprof.SetGoroutineLabels(labeled)
	return labeled, func(error) { pprof.SetGoroutineLabels(before(ctx, n)) }
}

// before returns a context with the labels that the goroutine of n, which was
// to begin with ctx, had before: those of the group that it works for, or of
// the caller that has begun the call.
func before(ctx context.Context, n *watch.Node) context.Context {
	switch {
	case n.Kind() == watch.Func:
		if caller, ok := ctx.Value(callerKey{}).(context.Context); ok {
			return caller
		}
	case n.InGroup():
		return n.Parent()
	}
	return ctx
}
