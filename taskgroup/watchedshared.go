package taskgroup

import (
	"context"

	"example.com/asyncgo/internal/watch"
)

// sharedKey is the key of a call that a caller of [Shared.Do] waits for.
type sharedKey struct{ key any }

func (k sharedKey) Key() any { return k.key }

// watchedShared is a call of [Shared.Do] that a monitor sees: a call of one
// function.
type watchedShared struct {
	ctx      context.Context //nolint:containedctx // of the call
	node     *watch.Node
	function *watch.Node

	returned bool
	err      error // that the function has returned
}

// newWatchedShared returns a call with that context, which begins below parent.
func newWatchedShared(ctx context.Context, parent *watch.Node, fn any) *watchedShared {
	w := &watchedShared{ctx: ctx}
	w.node = watch.NewScope(parent, watch.Call, "Shared.Do", fn, w)
	w.node.Context = ctx
	return w
}

// seen returns the node of the call; nil if no monitor sees it.
func (w *watchedShared) seen() *watch.Node {
	if w == nil {
		return nil
	}
	return w.node
}

// startWatched calls the function in a goroutine of its own. A tracer may end
// that of the caller.
func (s *Shared[K, V]) startWatched(key K, c *sharedCall[V], fn Func[V]) {
	w := c.watched
	start := func() {
		w.node.Publish()
		go contain(c.ctx, func() {
			w.call(func(ctx context.Context) (err error) {
				c.value, c.err = fn(ctx)
				return c.err
			})
		}, func(how ending) {
			how.returned = w.returned // although a tracer may have ended the goroutine
			defer s.end(key, c, how)  // also if a tracer ends the goroutine
			w.end(how)
		})
	}
	if !w.node.IsTraced() {
		start()
		return
	}
	protect(func() { w.node.Trace(&w.node.Context) }, func(e exit) {
		start() // others may wait for it by now
		if !e.returned {
			if _, last := s.leave(key, c); last {
				c.cancel(nil)
				<-c.ended
			}
		}
	})
}

func (w *watchedShared) Report(int) watch.Report {
	r := watch.Report{Index: -1, Context: w.ctx, Counts: w.node.Counts()}
	r.Counts.Total = 1
	r.Counts.Running = r.Counts.Begun - r.Counts.Ended
	r.Counts.Queued = 1 - r.Counts.Begun
	return r
}

// call calls the function.
func (w *watchedShared) call(call func(ctx context.Context) error) {
	w.function = w.node.BeginFunc(0, w.node.Code())
	callTraced(w.function, w.function, func(ctx context.Context) {
		w.err = call(ctx)
		w.returned = true
		w.function.End(w.err, howEnded(w.err, w.err != nil && isEcho(w.err, w.ctx)))
	})
}

// end says how the call has ended.
func (w *watchedShared) end(how ending) {
	err := w.err
	switch {
	case how.raised != nil:
		err = how.raised
	case how.goexit():
		err = ErrGoexit
	}
	defer w.node.End(err, howEnded(err, false))
	w.function.End(err, howEnded(err, false))
}
