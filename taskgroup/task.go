package taskgroup

import (
	"context"
	"strconv"
	"sync/atomic"

	"example.com/asyncgo/internal/ctxerr"
)

// Func is a unit of work: what asyncio calls a coroutine function.
//
// The context it is given ends when the function or the call that runs it
// ends, so what it returns must not depend on that context: read a response's
// body inside.
type Func[T any] = func(ctx context.Context) (T, error)

// NoValue adapts a function without a result to [Func]. A nil fn is misuse.
func NoValue(fn func(ctx context.Context) error) Func[struct{}] {
	if fn == nil {
		panic(misused("NoValue of a nil function"))
	}
	return func(ctx context.Context) (struct{}, error) { return struct{}{}, fn(ctx) }
}

// Task is a function that runs in the background, and the handle on it: its
// result when it has ended, a way to wait for that and to cancel it. Waiting
// never cancels a task, only [Task.WaitOrCancel] does.
//
// Tasks are made by [Start] and [Go]; the zero Task is not usable. A Task is
// safe for concurrent use and must not be copied.
//
// It mirrors asyncio.Task. Unlike one, it cannot be uncancelled, and a panic
// in it is handed over as a [*PanicError] instead of ending whoever waits.
type Task[T any] struct {
	core
	fn    Func[T]
	value T
}

// core is a task without its result's type.
//
// The goroutine that runs the task owns value and err until ended is set; they
// do not change after that. A task is one allocation: its context, its name,
// its Done channel are made when somebody asks for them.
type core struct {
	completion
	parent context.Context //nolint:containedctx // Start's; or the group, as a groupContext
	err    error
}

// runner is what a group or a goroutine runs: a task of any type.
type runner interface {
	task() *core
	// call calls the user's function and keeps its result.
	call()
	// drop lets go of the user's function, which will not be called.
	drop()
}

func (c *core) task() *core { return c }

func (t *Task[T]) call() {
	fn := t.fn
	t.fn = nil // what it captured goes when the task goes
	t.value, t.err = fn(t.context())
}

func (t *Task[T]) drop() { t.fn = nil }

// Start begins a task of its own, which belongs to nobody but the caller, and
// returns without waiting for anything: the function may not have begun, and
// may have ended.
//
// Its context derives from ctx. If ctx is done already, or ends before the
// function begins, the function is never called and the task has failed with
// an error for which [errors.Is] finds both ctx.Err() and [context.Cause](ctx).
//
// Since nobody joins such a task, a panic in it ends the process, as after a go
// statement; [runtime.Goexit] makes it fail with [ErrGoexit]. To have failures
// seen to, use [Run] and [Go]. [Weighted] has no meaning here; with [Shielded]
// the task's context keeps the values of ctx, but does not end with it.
//
// A nil fn is misuse. It costs a goroutine and two allocations. The call of
// Start happens before the function begins, and its return before the return
// of any call that learns of the end.
//
// It mirrors asyncio.create_task. Unlike there, the task cannot be collected
// while it runs, and it does not wait for its creator to yield.
func Start[T any](ctx context.Context, fn Func[T], opts ...TaskOption) *Task[T] {
	if fn == nil {
		panic(misused("Start of a nil function"))
	}
	t := &Task[T]{fn: fn}
	t.parent = ctx
	t.apply(opts)
	if err := ctxerr.Of(ctx); err != nil {
		t.drop()
		t.fail(err, secondary)
		return t
	}
	go standAlone(t)
	return t
}

// standAlone is the goroutine of a task that Start began.
func standAlone(r runner) {
	c := r.task()
	protect(func() { c.begin(r) }, func(e exit) {
		switch {
		case e.panicked != nil:
			panic(e.panicked) // on the task's own stack, before the end is published
		case e.goexit():
			c.err = ErrGoexit
		}
		c.complete(c.echoes())
	})
}

// begin calls the function of the task, which r is. That was accepted, so it is
// called even if its context is done by now, unless the task itself was canceled
// before.
func (c *core) begin(r runner) {
	switch state := c.state.Load(); {
	case state&failedEarly != 0:
		r.drop()
	case state&canceled != 0:
		r.drop()
		c.err = ctxerr.Of(c.context())
	default:
		r.call()
	}
}

// fail ends a task that never ran.
func (c *core) fail(err error, flags uint64) {
	c.err = err
	c.complete(flags)
}

// echoes tells, as a flag, whether the task's error only echoes the end of its own
// context or its group's. What these derive from counts, too: a function that
// looks at it may see its end a moment before they do. Such an error is made to lead
// to the cause, which a function that returns ctx.Err() leaves out.
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

// Done returns a channel that is closed when the task has ended; the end happens
// before that. The channel is made when it is first asked for, and in a
// testing/synctest bubble belongs to that.
func (t *Task[T]) Done() <-chan struct{} { return t.doneChan() }

// Err returns nil if the task has succeeded, its failure if it has failed, and
// [ErrNotDone] before it has ended. It mirrors asyncio.Task.exception.
func (t *Task[T]) Err() error {
	if !t.hasCompleted() {
		return ErrNotDone
	}
	return t.err
}

// Result returns what the function returned, or [ErrNotDone] if the task has
// not ended; it never waits. It mirrors asyncio.Task.result.
func (t *Task[T]) Result() (T, error) {
	if !t.hasCompleted() {
		var zero T
		return zero, ErrNotDone
	}
	return t.value, t.err
}

// Wait waits for the task to end and returns what its function returned; a
// panic in it is returned as a [*PanicError]. It may be called any number of
// times, by any number of goroutines, before and after the end.
//
// If ctx is done first, only the waiting is given up: the task runs on, and
// Wait returns an error for which [errors.Is] finds both ctx.Err() and
// [context.Cause](ctx). The result of a task that has ended is returned whatever
// ctx says. A task that waits for itself gets [ErrSelfWait].
//
// The end of the task happens before the return. It allocates nothing if ctx
// cannot be cancelled.
//
// It mirrors awaiting asyncio.shield(task).
func (t *Task[T]) Wait(ctx context.Context) (T, error) {
	if !t.hasCompleted() {
		if err := t.waitAlive(ctx); err != nil {
			var zero T
			return zero, err
		}
	}
	return t.value, t.err
}

// WaitOrCancel waits for the task like [Task.Wait], and takes it along: if ctx
// ends first, the task is cancelled with the cause of ctx, and WaitOrCancel
// goes on to wait for its end, however long that takes.
//
// It returns what the task ended with: a value that it returned in spite of
// the cancellation is returned with a nil error, and so is a failure of its
// own. If the task ended as cancelled, the error is that of ctx, as for Wait.
//
// It mirrors awaiting a task.
func (t *Task[T]) WaitOrCancel(ctx context.Context) (T, error) {
	if t.hasCompleted() {
		return t.value, t.err
	}
	err := t.waitAlive(ctx)
	if err == nil {
		return t.value, t.err
	}
	var zero T
	if err == ErrSelfWait {
		return zero, err
	}
	t.cancel(context.Cause(ctx))
	_ = t.wait(context.Background(), nil)
	if t.Cancelled() {
		return zero, err
	}
	return t.value, t.err
}

// Cancel cancels the context of this one task, with the given cause or, if that
// is nil, [context.Canceled]. It reports whether this call did it: false means
// that the task has ended or its context was done before. Cancel does not wait:
// the task may ignore it, run on and even succeed. A task that has not begun
// never will; one in the backlog of its group leaves it at once.
//
// Its siblings go on: a task cancelled by its own Cancel is no failure of its
// group.
//
// It mirrors asyncio.Task.cancel. Unlike there, the first cause stays, and the
// context stays done.
func (t *Task[T]) Cancel(cause error) bool { return t.cancel(cause) }

// Cancelled reports that the task ended with nothing but the end of its own
// context or its group's: it returned the error of that, perhaps wrapped, or
// never ran because of it. A task that failed on its own, or returned a value
// in spite of being cancelled, is not Cancelled.
//
// It mirrors asyncio.Task.cancelled.
func (t *Task[T]) Cancelled() bool { return t.wasCanceled() }

// Name returns the name given with [Named], or else a default of the form
// task-N, which is made when it is first asked for. It mirrors
// asyncio.Task.get_name.
func (t *Task[T]) Name() string { return t.info().Name }

// OnDone has f called when the task has ended: in the task's goroutine, after
// Done is closed and before the task's group counts it as ended and gives its
// room to the next; functions are called in the order in which they were
// registered. (If the task never ran, they are called in a goroutine of their
// own, which the group joins.) If the task has ended already, f is called at once
// in a goroutine of its own, which nobody joins.
//
// A panic in f is reported to slog, and the other functions are still called.
// The answer takes f back, and reports whether that came in time. A nil f is
// misuse. The return of the task's function happens before the call of f.
//
// It mirrors asyncio.Task.add_done_callback.
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

// TaskInfo says which task it is.
type TaskInfo struct {
	ID    uint64 // unique in the process; 0 for the functions of Gather, Map and their like
	Name  string // as given by [Named], or task-1, task-2, …
	Group string // the name of its group, if that has one
}

var lastID atomic.Uint64

func (c *core) info() TaskInfo {
	c.mu.Lock()
	x := c.moreLocked()
	if x.id == 0 {
		x.id = lastID.Add(1)
		if x.name == "" {
			x.name = defaultName + strconv.FormatUint(x.id, 10)
		}
	}
	info := TaskInfo{ID: x.id, Name: x.name}
	c.mu.Unlock()
	if g := c.group(); g != nil {
		info.Group = g.name
	}
	return info
}

// index is the number of the task among those that its group accepted.
func (c *core) index() int { return int(c.state.Load() >> flagBits) }
