package inspect

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"

	"example.com/asyncgo/internal/watch"
)

// Tracer is called for each group, call, task and function that a monitor sees:
// see [WithTracer]. Package otelinspect has one that makes spans.
type Tracer interface {
	// Begin is called before it begins: for a group or a call in the goroutine
	// of the caller, for a task or a function in the goroutine that it runs in;
	// not for what never runs.
	//
	// The context of the answer, which must derive from ctx, is what the
	// function gets, and of a group or a call what the contexts of its functions
	// derive from; nil is ctx itself. end, if not nil, is called once when it
	// has ended, with its failure: also a cancellation, a *taskgroup.PanicError
	// or taskgroup.ErrGoexit; of a group, the error of its join. Of several
	// tracers, the ends are called in reverse.
	//
	// A panic in Begin or end is logged, once for each monitor, and changes
	// nothing.
	Begin(ctx context.Context, e Event) (_ context.Context, end func(err error))
}

// Event is what a [Tracer] is called for. The fields are as in [Node].
type Event struct {
	ID     string // unique in the monitor
	Parent string // the ID of the parent, or ""
	Kind   Kind   // what is about to begin
	Name   string // WithName's or Named's; of a call its function
	Group  string // the name of the group or call that it is in
	Func   string // the code that was given
	Site   string // where it was begun, with WithSites
	Index  int    // that of taskgroup.TaskError, or -1
}

// adapt makes a Tracer one of the internal kind.
func adapt(t Tracer) watch.Tracer {
	return func(ctx context.Context, n *watch.Node) (context.Context, func(error)) {
		return t.Begin(ctx, eventOf(n))
	}
}

func eventOf(n *watch.Node) Event {
	e := Event{Kind: kinds[n.Kind()], Name: nameOf(n), Index: n.Index(), Func: funcName(n.Code()), Site: siteOf(n.Site())}
	e.ID = n.ID(e.Index)
	if p := n.Parent(); p != nil {
		e.Parent = p.ID(p.Index())
		if n.InGroup() {
			e.Group = p.Name()
		}
	}
	return e
}

// nameOf is the name of a group, a call or a task; a function has none.
func nameOf(n *watch.Node) string {
	if n.Kind() == watch.Task {
		return n.Subject().Report(0).Name
	}
	return n.Name()
}

// reportTracer logs what a tracer has panicked with; nil is a Goexit. The handler
// is the user's code: if that panics, too, it must not be in this goroutine.
func reportTracer(panicked any) {
	stack := debug.Stack()
	var logged sync.WaitGroup
	logged.Go(func() {
		defer func() { _ = recover() }()
		if panicked == nil {
			slog.Default().Error("inspect: a tracer called runtime.Goexit")
			return
		}
		slog.Default().Error("inspect: a tracer panicked", "panic", fmt.Sprint(panicked), "stack", string(stack))
	})
	logged.Wait()
}
