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
	ctx  context.Context //nolint:containedctx // the function's
	node watch.Node

	returned bool
	err      error // that the function has returned
}

// newWatchedShared returns a call with that context, which begins below parent.
func newWatchedShared(ctx context.Context, parent *watch.Node, fn any) *watchedShared {
	w := &watchedShared{ctx: ctx}
	w.node.Context = ctx
	w.node.PrepareScope(parent, watch.Call, "Shared.Do", fn, w)
	return w
}

// call returns the node of the call; nil if no monitor sees it.
func (w *watchedShared) call() *watch.Node {
	if w == nil {
		return nil
	}
	return &w.node
}

// startWatched calls the function in a goroutine of its own.
func (s *Shared[K, V]) startWatched(key K, c *sharedCall[V], fn Func[V]) {
	w := c.watched
	protect(w.open, func(exit) { // also if a tracer ends this goroutine
		go contain(c.ctx, func() {
			w.run(fn, func(ctx context.Context) (err error) {
				c.value, c.err = fn(ctx)
				return c.err
			})
		}, func(how ending) {
			how.returned = how.returned || w.returned // although a tracer has ended the goroutine
			w.end(how)
			s.end(key, c, how)
		})
	})
}

func (w *watchedShared) Report(int) watch.Report {
	r := watch.Report{Index: -1, Context: w.ctx, Counts: w.node.Counts()}
	r.Counts.Total = 1
	r.Counts.Running = r.Counts.Begun - r.Counts.Ended
	r.Counts.Queued = 1 - r.Counts.Begun
	return r
}

// open begins the call.
func (w *watchedShared) open() {
	w.node.Context = w.node.Trace(w.ctx)
	w.node.Publish()
}

// run calls the function.
func (w *watchedShared) run(function any, call func(ctx context.Context) error) {
	beginFunc(&w.node, 0, function, func(ctx context.Context, f *watch.Node) {
		w.err = call(ctx)
		w.returned = true
		f.End(w.err, howEnded(w.err, w.err != nil && isEcho(w.err, w.ctx)))
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
	if f := w.node.FuncAt(0); f != nil {
		f.End(err, howEnded(err, false))
	}
	w.node.End(err, howEnded(err, false))
}
