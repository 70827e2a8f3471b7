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

// startWatched calls the function in a goroutine of its own, below parent.
func (s *Shared[K, V]) startWatched(parent *watch.Node, key K, c *sharedCall[V], fn Func[V]) {
	w := &watchedShared{ctx: c.ctx}
	protect(func() { w.open(parent, fn) }, func(exit) { // also if a tracer ends this goroutine
		go contain(c.ctx, func() {
			w.call(fn, func(ctx context.Context) (err error) {
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

// open begins the call, below parent.
func (w *watchedShared) open(parent *watch.Node, fn any) {
	w.node.Context = w.ctx
	w.node.Context = w.node.InitScope(w.ctx, parent, watch.Call, "Shared.Do", fn, w)
	w.node.Publish()
}

// call calls the function.
func (w *watchedShared) call(function any, call func(ctx context.Context) error) {
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
