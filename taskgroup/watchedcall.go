package taskgroup

import (
	"context"

	"example.com/asyncgo/internal/watch"
)

// openWatched begins a call that a monitor sees, below parent.
func (c *call) openWatched(ctx context.Context, parent *watch.Node, s watch.Subject, fn any) {
	n := &watch.Node{}
	ctx = n.InitScope(ctx, parent, watch.Call, c.op, fn, s)
	n.Context, c.cancel = context.WithCancelCause(ctx)
	c.ctx = n
	n.Publish()
}

// node returns what the call is for a monitor, or nil.
func (c *call) node() *watch.Node {
	n, _ := c.ctx.(*watch.Node)
	return n
}

// endWatched tells the monitor, if there is one, that the call has ended with
// err. Only the first time counts.
func (c *call) endWatched(err error) {
	if n := c.node(); n != nil {
		n.End(err, howEnded(err, false))
	}
}

// endJoined is endWatched with what join answers, for which it finds out the
// cause.
func (c *call) endJoined(succeeded bool) {
	defer c.endWatched(nil) // also if the caller's context panics
	if !succeeded {
		c.outcome.cause = c.endOf(c.parent)
	}
	if pe := c.outcome.raised(); pe != nil {
		c.endWatched(pe)
		return
	}
	c.endWatched(c.outcome.err())
}

// report is what the calls have in common that their nodes read. limit and
// total are the number of functions at the same time, and in all.
func (c *call) report(limit, total int) watch.Report {
	n := c.node()
	r := watch.Report{Index: -1, Context: n, Counts: n.Counts()}
	r.Counts.Total = total
	r.Counts.Limit = max(limit, 0)
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.outcome.errs) > 0 {
		r.Err = c.outcome.errs[0]
	}
	return r
}

// beginFunc makes the node of function i, which is about to be called, and has
// call call it, with that context, and end the node. A tracer may end the
// goroutine: then call is called all the same.
func beginFunc(n *watch.Node, i int, function any, call func(ctx context.Context, f *watch.Node)) {
	f := n.BeginFunc(n, i, function)
	if !f.IsTraced() {
		call(f, f)
		return
	}
	var ctx context.Context = f
	protect(func() { ctx = f.Trace(ctx) }, func(exit) { //nolint:fatcontext // once
		call(ctx, f)
	})
}

// endFunc tells the monitor that function i, which has not returned, has ended
// with err.
func (c *call) endFunc(i int, err error) {
	if n := c.node(); n != nil {
		if f := n.FuncAt(i); f != nil {
			f.End(err, howEnded(err, false))
		}
	}
}

// how says how a function has ended that returned err.
func (c *call) how(err error) watch.How { return howEnded(err, err != nil && c.isEcho(err)) }

// watch has the monitor see the functions of a batch that is about to begin.
func (b *batch) watch(n *watch.Node) {
	do := b.do
	b.do = func(_ context.Context, i int) (err error) {
		called, returned := false, false
		defer func() {
			if called && !returned && err != nil {
				b.failure(i, err) // a tracer is about to end the goroutine
			}
		}()
		var function any
		if b.functions != nil {
			function = b.functions(i)
		}
		beginFunc(n, i, function, func(ctx context.Context, f *watch.Node) {
			err = do(ctx, i)
			called = true
			f.End(err, b.how(err))
		})
		returned = true
		return err
	}
}

// survived reports that function i has returned, and that a tracer has ended
// the goroutine.
func (b *batch) survived(i int, e exit) bool {
	n := b.node()
	return n != nil && e.goexit() && n.FuncAt(i) == nil
}

// functionsOf returns what function i of a map was given as, and the function
// of all items, unless the items are the functions.
func functionsOf[T, R any](op string, items []T, fn func(context.Context, T) (R, error)) (functions func(i int) any, of any) {
	if op == "Gather" || op == "Settle" {
		return func(i int) any { return items[i] }, nil
	}
	return func(int) any { return fn }, fn
}

// Report says how far the batch is.
func (b *batch) Report(int) watch.Report {
	limit := int(b.limit)
	if limit >= b.n {
		limit = 0
	}
	r := b.report(limit, b.n)
	r.Counts.Running = max(0, r.Counts.Begun-r.Counts.Ended)
	r.Counts.Queued = max(0, b.n-r.Counts.Begun)
	return r
}

// Report says how far the stream is.
func (s *stream[T, R]) Report(int) watch.Report {
	r := s.report(s.limit, 0)
	s.mu.Lock()
	r.Counts.Total = s.pulled // last: no more have begun than have been taken
	s.mu.Unlock()
	r.Counts.Running = max(0, r.Counts.Begun-r.Counts.Ended)
	r.Counts.Queued = max(0, r.Counts.Total-r.Counts.Begun)
	return r
}

// runWatched is run for a monitor.
func (s *stream[T, R]) runWatched(n *watch.Node, it *item[T, R]) {
	protect(func() {
		beginFunc(n, it.index, nil, func(ctx context.Context, f *watch.Node) {
			it.res, it.err = s.fn(ctx, it.value)
			f.End(it.err, s.how(it.err))
		})
	}, func(e exit) {
		if f := n.FuncAt(it.index); f != nil {
			// It has not returned.
			s.ended(it, e)
			f.End(it.err, s.how(it.err))
			return
		}
		e.returned = true
		s.ended(it, e)
	})
}

// Report says how far the race is.
func (s *staggered[T]) Report(int) watch.Report {
	r := s.report(0, s.node().Planned())
	r.Counts.Running = max(0, r.Counts.Begun-r.Counts.Ended)
	r.Counts.Queued = max(0, r.Counts.Total-r.Counts.Begun)
	return r
}
