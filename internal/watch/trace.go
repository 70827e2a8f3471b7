package watch

import "context"

// Tracer is called for every node that begins.
type Tracer struct {
	// Active reports whether Begin is to be called at this moment; nil: it is.
	Active func() bool
	// Begin is called when n is about to begin, with the context that its
	// functions would get, and returns the one that they get, or nil; and what
	// to call with its failure when it has ended, or nil. Both are user code.
	Begin func(ctx context.Context, n *Node) (context.Context, func(err error))
}

func (t Tracer) isActive() bool { return t.Active == nil || t.Active() }

// traceEnd is what a tracer has left to be called.
type traceEnd struct {
	end  func(err error)
	next *traceEnd // of the tracer before it
}

// IsTraced reports whether [Node.Trace] would call a tracer.
func (n *Node) IsTraced() bool {
	for _, t := range n.monitor.config.Tracers {
		if t.isActive() {
			return !n.monitor.Closed()
		}
	}
	return false
}

// Trace calls the tracers, in order, for a node that is about to begin with
// *ctx, and sets that to what it begins with instead. A tracer that panics does
// not change it.
//
// A tracer may end the goroutine. Then the others are called all the same, and
// *ctx is set, before the deferred calls of the caller run.
func (n *Node) Trace(ctx *context.Context) { n.traceFrom(0, ctx) }

func (n *Node) traceFrom(i int, ctx *context.Context) {
	tracers := n.monitor.config.Tracers
	defer func() {
		if i < len(tracers) {
			n.traceFrom(i, ctx)
		}
	}()
	for i < len(tracers) {
		t := tracers[i]
		i++
		if t.isActive() {
			n.traceBy(t, ctx)
		}
	}
}

func (n *Node) traceBy(t Tracer, ctx *context.Context) {
	n.monitor.protect(func() {
		answer, end := t.Begin(*ctx, n)
		if end != nil {
			n.ends = &traceEnd{end, n.ends}
		}
		if answer != nil {
			*ctx = answer //nolint:fatcontext // each tracer derives from the one before
		}
	})
}

// endTraces calls what the tracers have left, in reverse, each once.
func (n *Node) endTraces(err error) {
	defer func() {
		if n.ends != nil { // one has ended the goroutine
			n.endTraces(err)
		}
	}()
	for n.ends != nil {
		end := n.ends.end
		n.ends = n.ends.next
		n.monitor.protect(func() { end(err) })
	}
}

// protect calls f, which is a tracer's, and reports that it panics or ends the
// goroutine.
func (m *Monitor) protect(f func()) {
	returned := false
	defer func() {
		if !returned {
			m.report(recover())
		}
	}()
	f()
	returned = true
}

// report reports that a tracer has panicked, or ended the goroutine: the first
// time.
func (m *Monitor) report(panicked any) {
	if !m.reported.Swap(true) && m.config.Report != nil {
		m.config.Report(panicked)
	}
}
