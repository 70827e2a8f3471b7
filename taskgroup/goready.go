package taskgroup

import (
	"context"
	"errors"
	"sync"

	"example.com/asyncgo/internal/ctxerr"
	"example.com/asyncgo/internal/watch"
)

// GoReady is trio's nursery.start: it starts fn as a task of g, waits until
// fn calls ready, and returns the value given there; the task runs on.
// Further calls of ready do nothing.
//
// If the task completes first, that is the caller's error alone: what fn
// returned, a [*PanicError], or [ErrNotReady] for nil. If ctx is done first,
// the task is canceled and joined, and the error is that of ctx, joined with
// the task's own failure if it had one. Otherwise GoReady is [Group.Submit].
func GoReady[T any](ctx context.Context, g *Group, fn func(ctx context.Context, ready func(T)) error, opts ...TaskOption) (T, error) {
	g.check()
	if fn == nil {
		panic(misused("GoReady of a nil function"))
	}
	var zero T
	t := &readyTask[T]{fn: fn, announced: make(chan struct{})}
	t.belong(ctx, g)
	if node := g.node(); node != nil {
		new(watchedExtra).watch(&t.core, node, fn)
	}
	t.apply(opts)
	t.state.Or(callerOwned)
	blocked := watch.Blocked(ctx, watch.Ready, (*taskSubject)(&t.core), 0)
	if err := g.submit(ctx, opGoReady, t, false); err != nil {
		return zero, err
	}
	left := ctx.Done() // may panic, so before the record of the wait
	blocked.Start()
	defer blocked.End()
	select {
	case <-t.announced:
	case <-t.doneChan():
	case <-left:
	}
	if t.isReady() {
		return t.value, nil
	}
	if t.hasCompleted() {
		if t.err == nil {
			return zero, ErrNotReady
		}
		return zero, t.err
	}
	t.cancel(context.Cause(ctx))
	<-t.doneChan()
	if t.err == nil || t.state.Load()&secondary != 0 {
		return zero, ctxerr.EndedIn(ctx, opGoReady)
	}
	return zero, errors.Join(ctxerr.EndedIn(ctx, opGoReady), t.err)
}

// readyTask is a task whose caller waits for it to be ready. What comes first
// under the lock decides whether its failure is the caller's or the group's:
// ready, the end of the function, or the caller giving up.
type readyTask[T any] struct {
	core
	fn        func(ctx context.Context, ready func(T)) error
	deciding  sync.Mutex
	decided   bool
	ready     bool
	value     T
	announced chan struct{}
}

func (t *readyTask[T]) call(ctx context.Context) {
	fn := t.fn
	t.fn = nil
	defer t.isReady() // also when it panics: too late from now on
	t.err = fn(ctx, t.announce)
}

func (t *readyTask[T]) drop() { t.fn = nil }

func (t *readyTask[T]) announce(v T) {
	t.deciding.Lock()
	defer t.deciding.Unlock()
	if t.decided {
		return
	}
	t.decided, t.ready, t.value = true, true, v
	t.state.And(^callerOwned)
	close(t.announced)
}

// isReady decides that the task is not ready if that is still open.
func (t *readyTask[T]) isReady() bool {
	t.deciding.Lock()
	defer t.deciding.Unlock()
	t.decided = true
	return t.ready
}
