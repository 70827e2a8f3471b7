package taskgroup

import (
	"context"

	"example.com/asyncgo/internal/ctxerr"
	"example.com/asyncgo/internal/watch"
)

// Func is a unit of work: what asyncio calls a coroutine function. Its context
// ends when the function or the call that runs it ends.
type Func[T any] = func(ctx context.Context) (T, error)

// NoValue adapts a function without a result to [Func]. It panics if fn is nil.
func NoValue(fn func(ctx context.Context) error) Func[struct{}] {
	if fn == nil {
		panic(misused("NoValue of a nil function"))
	}
	return func(ctx context.Context) (struct{}, error) { return struct{}{}, fn(ctx) }
}

// Task is asyncio.Task: a function that runs in the background, and its handle.
// Unlike in asyncio, it cannot be uncancelled. Tasks are made by [Start], [Go],
// [SubmitTask] and [TryTask]; the zero Task is not usable.
type Task[T any] struct {
	core
	fn    Func[T]
	value T
}

// core is a task without its result's type.
//
// The goroutine that runs the task owns value and err until completed is set;
// they do not change after that. A task is one allocation: its context, its
// name, its Done channel are made on demand.
type core struct {
	completion
	parent context.Context //nolint:containedctx // Start's; or the group, as a groupContext
	err    error
}

// runner is what a group or a goroutine runs: a task of any type.
type runner interface {
	task() *core
	// call calls the user's function and keeps its result.
	call(ctx context.Context)
	// drop releases the user's function, which will not be called.
	drop()
}

func (c *core) task() *core { return c }

func (t *Task[T]) call(ctx context.Context) {
	fn := t.fn
	t.fn = nil // so that what it captured can be collected
	t.value, t.err = fn(ctx)
}

func (t *Task[T]) drop() { t.fn = nil }

// Start is asyncio.create_task: it starts fn as a task of its own, which
// belongs to the caller, and returns its handle at once.
//
// The task's context derives from ctx. If that is done at the call, the task
// has already failed. A task started with the context of another one is
// canceled when that one returns, unless it is [Shielded], which detaches it
// from the end of ctx. [Weighted] and [Daemon] have no effect.
//
// Start panics if fn is nil. It costs a goroutine and two allocations. Nothing
// reports a failure: for that use [Run] and [Go]. Unlike in asyncio, the task
// is never collected while it runs, and may run at once.
func Start[T any](ctx context.Context, fn Func[T], opts ...TaskOption) *Task[T] {
	if fn == nil {
		panic(misused("Start of a nil function"))
	}
	t := newStandAlone(ctx, fn, opts)
	if err := ctxerr.Of(ctx); err != nil {
		t.drop()
		t.fail(err, secondary)
		return t
	}
	go standAlone(t)
	return t
}

// newStandAlone returns a task of Start that is still to begin.
func newStandAlone[T any](ctx context.Context, fn Func[T], opts []TaskOption) *Task[T] {
	parent := watch.Under(ctx)
	if parent == nil {
		t := &Task[T]{fn: fn}
		t.parent = ctx
		t.apply(opts)
		return t
	}
	t := &watchedTask[T]{}
	t.fn, t.parent = fn, ctx
	t.more.watch(&t.core, parent, fn)
	t.apply(opts)
	t.more.node.PublishTask() // last: from now on it is read
	return &t.Task
}

// standAlone is the goroutine of a task that Start began.
func standAlone(r runner) {
	c := r.task()
	protect(func() { c.begin(r) }, func(e exit) {
		switch {
		case e.panicked != nil:
			panic(e.panicked) // on the task's own stack, before the end is published
		case c.endedGoroutine(e):
			c.err = ErrGoexit
		}
		c.complete(c.echoes())
	})
}

// begin calls the function of the task, which r is. That was accepted, so it is
// called even if its context is done by now, unless the task itself was
// canceled before.
func (c *core) begin(r runner) {
	switch state := c.state.Load(); {
	case state&failedEarly != 0:
		r.drop()
	case state&canceled != 0:
		r.drop()
		c.err = ctxerr.Of(c.context())
	case state&watched != 0:
		c.callWatched(r)
	default:
		r.call(c.context())
	}
}

// fail ends a task that never ran.
func (c *core) fail(err error, flags uint64) {
	c.err = err
	c.complete(flags)
}

// echoes reports, as a flag, whether the task's error only echoes the end of
// its own context or its group's. What these derive from counts, too: a
// function that looks at it may see its end a moment before they do. Such an
// error is made to lead to the cause, which a function that returns ctx.Err()
// leaves out.
func (c *core) echoes() uint64 {
	if c.err == nil {
		return 0
	}
	ctxs := [...]context.Context{c.context(), c.parent, c.parent}
	if g := c.group(); g != nil {
		ctxs[1], ctxs[2] = g.ctx, g.parent
	}
	if !isEcho(c.err, ctxs[:]...) {
		return 0
	}
	for _, ctx := range ctxs {
		if cause := context.Cause(ctx); cause != nil {
			if !ctxerr.Is(c.err, cause) {
				c.err = &ctxerr.Error{Err: c.err, Cause: cause}
			}
			break
		}
	}
	return secondary
}

// group returns the group that the task is in, or nil.
func (c *core) group() *Group {
	switch parent := c.parent.(type) {
	case *groupContext:
		return (*Group)(parent)
	case *submitContext:
		return parent.group
	}
	return nil
}

// Done returns a channel that is closed when the task has completed.
func (t *Task[T]) Done() <-chan struct{} { return t.doneChan() }

// Err is asyncio.Task.exception: nil if the task succeeded, its failure if it
// failed, and [ErrNotDone] before. If the task was canceled, the error leads to
// the cause, also if the function returned ctx.Err().
func (t *Task[T]) Err() error {
	if !t.hasCompleted() {
		return ErrNotDone
	}
	t.look()
	return t.err
}

// Result is asyncio.Task.result: it returns what the function returned, or
// [ErrNotDone] before.
func (t *Task[T]) Result() (T, error) {
	if !t.hasCompleted() {
		var zero T
		return zero, ErrNotDone
	}
	t.look()
	return t.value, t.err
}

// Wait waits for the task to complete and returns what its function returned,
// or a [*PanicError] if that panicked, however often it is called. If ctx is
// done first, the task runs on: Wait mirrors awaiting asyncio.shield(task).
//
// A call with the context of the task itself, or one derived from it, returns
// [ErrSelfWait], also from another goroutine. Wait allocates a channel if ctx
// can be canceled.
func (t *Task[T]) Wait(ctx context.Context) (T, error) {
	if !t.hasCompleted() {
		if err := t.waitAlive(ctx, (*waitOp)(&t.core)); err != nil {
			var zero T
			return zero, err
		}
	}
	t.look()
	return t.value, t.err
}

// WaitOrCancel is await task: it waits as [Task.Wait] does, but if ctx is done
// first, it cancels the task with the cause of ctx and goes on to wait for its
// end, however long that takes. It returns what the task completed with, also a
// value or a failure of its own in spite of the cancellation. If the task
// completed as canceled, the error is that of ctx.
func (t *Task[T]) WaitOrCancel(ctx context.Context) (T, error) {
	var err error
	if !t.hasCompleted() {
		blocked := watch.Blocked(ctx, watch.OfTask, (*taskSubject)(&t.core), 0)
		blocked.Start()
		defer blocked.End() // also if ctx panics
		if err = t.waitAlive(ctx, (*waitOrCancelOp)(&t.core)); err == ErrSelfWait {
			var zero T
			return zero, err
		}
	}
	if err != nil {
		t.cancel(context.Cause(ctx))
		_ = t.wait(context.Background(), nil)
		if t.Cancelled() {
			var zero T
			return zero, err
		}
	}
	t.look()
	return t.value, t.err
}

// Cancel is asyncio.Task.cancel: it cancels the context of this one task, with
// the given cause or, if that is nil, [context.Canceled]. It reports whether
// this call did it: false after the completion or another end of the context.
// Cancel does not wait: the task may ignore it and even succeed. One that has
// not begun is never called, and leaves the backlog at once. A task canceled by
// its own Cancel is no failure of its group. Unlike in asyncio, the first cause
// stays, and the context stays done.
func (t *Task[T]) Cancel(cause error) bool { return t.cancel(cause) }

// Cancelled is the method of that name in asyncio: it reports whether the task
// completed with nothing but an echo, or was not called because of what would
// have been one. A task that failed on its own, returned a value all the same,
// or was refused by a closed group is not Cancelled.
func (t *Task[T]) Cancelled() bool { return t.wasCanceled() }

// Name is asyncio.Task.get_name: it returns the name given with [Named], or
// else a default of the form task-N.
func (t *Task[T]) Name() string { return t.info().Name }

// OnDone is asyncio.Task.add_done_callback: it registers f to be called when
// the task has completed, in the task's goroutine, after Done is closed and
// before the group grants its slot, in order of registration. Callbacks of a
// task that leaves the backlog uncalled run in a goroutine of their own, which
// the group joins; one registered after the completion is called at once in a
// goroutine of its own, which nothing joins.
//
// remove unregisters f and reports whether it did so before f was called. In a
// full group without a backlog, f must not start a task and wait for its slot.
// OnDone panics if f is nil.
func (t *Task[T]) OnDone(f func(*Task[T])) (remove func() bool) {
	if f == nil {
		panic(misused("OnDone of a nil function"))
	}
	return t.onDone(func() { f(t) })
}

func (c *core) cancel(cause error) bool {
	if cause == nil {
		cause = context.Canceled
	}
	if c.hasCompleted() || c.context().Err() != nil || !c.scope().Cancel(cause) {
		return false
	}
	if c.state.Or(canceled)&canceled != 0 {
		return false // another call with the same cause
	}
	if g := c.group(); g != nil {
		g.unqueue(c)
	}
	return true
}

// index is the number of the task among those that its group accepted.
func (c *core) index() int { return int(c.state.Load() >> flagBits) }
