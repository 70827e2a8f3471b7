package taskgroup

import (
	"context"
	"errors"

	"example.com/asyncgo/internal/watch"
)

// openWatched begins a call that a monitor sees, below parent.
func (c *call) openWatched(ctx context.Context, parent *watch.Node, s watch.Subject, fn any) {
	n := watch.NewScope(parent, watch.Call, c.op, fn, s)
	n.Context, c.cancel = context.WithCancelCause(traceScope(ctx, n))
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

// callTraced has the tracers called for n, a task or a function that is about to
// be called with ctx, and then calls it by call. A tracer may end the goroutine:
// then it is called all the same, and callTraced does not return.
func callTraced(ctx context.Context, n *watch.Node, call func(ctx context.Context)) {
	if !n.IsTraced() {
		call(ctx)
		return
	}
	traced := false
	defer func() {
		if !traced {
			call(ctx)
		}
	}()
	n.Trace(&ctx)
	traced = true
	call(ctx)
}

// errCallerLeft is what a call ends with for a monitor if the caller's code in
// it panics or ends the goroutine.
var errCallerLeft = errors.New("taskgroup: the code of the caller did not return")

// how says how a function has ended that returned err.
func (c *call) how(err error) watch.How { return howEnded(err, err != nil && c.isEcho(err)) }

// watch has the monitor see the functions of a batch that is about to begin.
func (b *batch) watch(n *watch.Node) {
	do := b.do
	b.do = func(_ context.Context, i int) error {
		code := n.Code()
		if b.functions != nil {
			code = watch.CodeOf(b.functions(i))
		}
		f := n.BeginFunc(i, code)
		if f.IsTraced() {
			return b.doTraced(f, i, do)
		}
		return b.doWatched(f, i, do)
	}
}

// doWatched calls function i, which f is. How it ends is noted here if it does
// not return, since f is known here. The frames are few and small, so that the
// stack of a goroutine does not grow for them.
func (b *batch) doWatched(f *watch.Node, i int, do func(context.Context, int) error) (err error) {
	returned := false
	defer func() {
		if !returned {
			failure := b.abnormalExit(i, exit{panicked: recover()})
			f.End(failure, howEnded(failure, false))
			err = nil // it has been noted
		}
	}()
	err = do(f, i)
	returned = true
	f.End(err, b.how(err))
	return err
}

// doTraced is doWatched with tracers. One of these may end the goroutine: what
// comes before that is noted here, too.
func (b *batch) doTraced(f *watch.Node, i int, do func(context.Context, int) error) error {
	var err error
	returned := false
	protect(func() {
		callTraced(f, f, func(ctx context.Context) {
			err = do(ctx, i)
			returned = true
			f.End(err, b.how(err))
		})
	}, func(e exit) {
		switch {
		case e.returned:
		case !returned:
			err = b.abnormalExit(i, e)
			f.End(err, howEnded(err, false))
		case err != nil:
			b.failure(i, err)
		}
	})
	if !returned {
		return nil // it has been noted
	}
	return err
}

// functionsOf returns what the functions of a map were given as: one function
// for all items, or else the items.
func functionsOf[T, R any](op string, items []T, fn func(context.Context, T) (R, error)) (functions func(i int) any, ofAll any) {
	if op == "Gather" || op == "Settle" {
		return func(i int) any { return items[i] }, nil
	}
	return nil, fn
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
	f := n.BeginFunc(it.index, n.Code())
	returned := false
	protect(func() {
		callTraced(f, f, func(ctx context.Context) {
			it.res, it.err = s.fn(ctx, it.value)
			returned = true
			f.End(it.err, s.how(it.err))
		})
	}, func(e exit) {
		e.returned = returned // also if a tracer has ended the goroutine
		s.ended(it, e)
		f.End(it.err, howEnded(it.err, false))
	})
}

// Report says how far the race is.
func (s *staggered[T]) Report(int) watch.Report {
	r := s.report(0, s.node().Planned())
	r.Counts.Running = max(0, r.Counts.Begun-r.Counts.Ended)
	r.Counts.Queued = max(0, r.Counts.Total-r.Counts.Begun)
	return r
}
