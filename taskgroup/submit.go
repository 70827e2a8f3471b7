package taskgroup

import (
	"context"

	"example.com/asyncgo/internal/ctxerr"
	"example.com/asyncgo/internal/watch"
)

// plainTask is a task without a handle.
type plainTask struct {
	core
	fn func(ctx context.Context) error
}

func (t *plainTask) call(ctx context.Context) {
	fn := t.fn
	t.fn = nil
	t.err = fn(ctx)
}

func (t *plainTask) drop() { t.fn = nil }

// Go is asyncio.TaskGroup.create_task: it starts fn as a task of g, with a
// context that derives from the group's, and returns its handle. If the group
// is full, Go waits for a slot, and gives up when the group is canceled; it
// does not wait for the task.
//
// If the group accepts no more tasks, the handle has already failed, with
// [ErrGroupClosed] or the cause of the group's context. Go panics if fn is nil.
// It has no context, so package inspect shows its wait as the group's; that of
// [SubmitTask] it shows as the caller's. It allocates once, and takes a goroutine while the task blocks.
func Go[T any](g *Group, fn Func[T], opts ...TaskOption) *Task[T] {
	t := newTask(noContext, "Go", g, fn, opts)
	if err := g.submit(noContext, "", t, false); err != nil {
		t.refuse(err)
	}
	return t
}

// newTask returns a task of g that is still to be submitted, under ctx, by the
// function of that name.
func newTask[T any](ctx context.Context, what string, g *Group, fn Func[T], opts []TaskOption) *Task[T] {
	g.check()
	if fn == nil {
		panic(misused(what + " of a nil function"))
	}
	node := g.node()
	if node == nil {
		t := &Task[T]{fn: fn}
		t.belong(ctx, g)
		t.apply(opts)
		return t
	}
	t := &watchedTask[T]{}
	t.fn = fn
	t.belong(ctx, g)
	t.more.watch(&t.core, node, fn)
	t.apply(opts)
	return &t.Task
}

// belong makes c a task of g, started under ctx.
func (c *core) belong(ctx context.Context, g *Group) {
	c.parent = (*groupContext)(g)
	if ctx != nil {
		c.parent = newSubmitContext(ctx, g)
	}
}

// SubmitTask is [Group.Submit] with a typed handle, which is nil if the task is
// not accepted. It mirrors asyncio.TaskGroup.create_task within
// asyncio.timeout.
func SubmitTask[T any](ctx context.Context, g *Group, fn Func[T], opts ...TaskOption) (*Task[T], error) {
	t := newTask(ctx, "SubmitTask", g, fn, opts)
	if err := g.submit(ctx, opSubmitTask, t, false); err != nil {
		return nil, err
	}
	return t, nil
}

// TryTask is [Group.TryGo] with a typed handle and the reason: [ErrFull],
// [ErrGroupClosed], or the cause of the group's context.
func TryTask[T any](g *Group, fn Func[T], opts ...TaskOption) (*Task[T], error) {
	t := newTask(noContext, "TryTask", g, fn, opts)
	if err := g.submit(noContext, "", t, true); err != nil {
		return nil, err
	}
	return t, nil
}

// refuse ends a task that its group did not accept, unless the workers fail it.
func (t *Task[T]) refuse(why error) {
	if t.state.Load()&failedEarly != 0 {
		return
	}
	t.drop()
	flags := refused
	if why != ErrGroupClosed {
		flags |= secondary
	}
	t.fail(why, flags)
}

// Go is the function [Go] without a handle, and reports whether the group
// accepted the task. Unlike errgroup's Go, it gives fn a context, and gives up
// when the group is canceled. Package inspect shows its wait for a slot as the
// group's, and that of [Group.Submit] as the caller's. Go panics if fn is nil.
func (g *Group) Go(fn func(ctx context.Context) error, opts ...TaskOption) bool {
	return g.submit(noContext, "", g.plain(noContext, "Go", fn, opts), false) == nil
}

// Submit is [Group.Go], but waits for a slot only until ctx is done, and
// returns why the task was not accepted: the error of ctx, [ErrGroupClosed], or
// the cause of the group's context. The task's context has the values of ctx
// first, but ends with the group and not with ctx. Submit panics if fn is nil.
func (g *Group) Submit(ctx context.Context, fn func(ctx context.Context) error, opts ...TaskOption) error {
	return g.submit(ctx, opSubmit, g.plain(ctx, "Submit", fn, opts), false)
}

// TryGo is [Group.Go], but does not wait: it accepts the task only if a slot or
// a place in the backlog is free, and nothing waits for one. TryGo panics if fn
// is nil.
func (g *Group) TryGo(fn func(ctx context.Context) error, opts ...TaskOption) bool {
	return g.submit(noContext, "", g.plain(noContext, "TryGo", fn, opts), true) == nil
}

func (g *Group) plain(ctx context.Context, what string, fn func(ctx context.Context) error, opts []TaskOption) *plainTask {
	g.check()
	if fn == nil {
		panic(misused(what + " of a nil function"))
	}
	node := g.node()
	if node == nil {
		t := &plainTask{fn: fn}
		t.belong(ctx, g)
		t.apply(opts)
		return t
	}
	t := &watchedPlainTask{}
	t.fn = fn
	t.belong(ctx, g)
	t.more.watch(&t.core, node, fn)
	t.apply(opts)
	return &t.plainTask
}

// noContext does not bound a wait for a slot.
var noContext context.Context

// The calls that wait for a slot with a context of their own.
const (
	opSubmit     = ctxerr.Op(prefix + "Submit")
	opSubmitTask = ctxerr.Op(prefix + "SubmitTask")
	opGoReady    = ctxerr.Op(prefix + "GoReady")
)

// submit has the group accept a task and returns nil, or why it did not. ctx,
// unless it is noContext, bounds the wait of op for a slot; try says not to
// wait.
func (g *Group) submit(ctx context.Context, op ctxerr.Op, r runner, try bool) error {
	if err := g.endedFor(ctx, op); err != nil {
		return err
	}
	var done <-chan struct{}
	var blocked *watch.Wait
	if ctx != nil { // not under the lock: it may be the user's code
		done = ctx.Done()
		blocked = watch.Blocked(ctx, watch.Room, (*groupSubject)(g), 0)
	}
	c := r.task()
	g.lockToGrant()
	if g.refusesLocked() {
		g.mu.Unlock()
		return g.refusal()
	}
	if units, ok := g.admission.enter(c.weight()); ok {
		if g.shared != nil {
			g.callers++
			g.mu.Unlock()
			return g.submitShared(ctx, op, r, units, try, false)
		}
		g.acceptLocked(c)
		g.startLocked(r, units)
		g.workers.unlock()
		return nil
	}
	if g.admission.mayQueue() {
		g.queueLocked(r)
		g.mu.Unlock()
		return nil
	}
	if try {
		g.mu.Unlock()
		return ErrFull
	}
	p := newCaller(r, done)
	g.admission.callers.PushBack(&p.node)
	g.callers++
	g.mu.Unlock()
	if node := g.node(); node != nil && ctx == nil {
		blocked = node.Blocked(watch.Room, (*groupSubject)(g), 0)
	}
	return g.await(ctx, op, p, blocked)
}

// await blocks a caller until it need not wait any more, and says whether its
// task has been accepted.
func (g *Group) await(ctx context.Context, op ctxerr.Op, p *caller, blocked *watch.Wait) error {
	blocked.Start()
	select {
	case <-p.granted:
	case <-p.done:
	case <-g.ctx.Done():
	}
	blocked.End()
	g.mu.Lock()
	accepted := p.accept
	if !accepted {
		g.admission.callers.Remove(&p.node)
	}
	g.mu.Unlock()
	switch {
	case !accepted:
		defer g.leave(0) // after the refusal has been noted
		return g.waitError(ctx, op)
	case g.shared != nil:
		return g.submitShared(ctx, op, p.runner, p.units, false, true)
	}
	return nil // the task has been accepted
}

// leave counts out a caller whose task is not accepted, and releases the units
// that it had been granted. Also if it had none, those behind it may fit where
// it was too heavy.
func (g *Group) leave(units int) {
	g.lockToGrant()
	g.callers--
	g.admission.release(units)
	g.grantLocked()
	g.closeIfOverLocked()
	g.workers.unlock()
}

// acceptLocked makes c a task of the group, which from now on is waited for.
func (g *Group) acceptLocked(c *core) {
	before := c.state.Or(uint64(g.accepted) << flagBits)
	g.accepted++
	g.pending++
	if before&daemon != 0 {
		g.daemons.pending++
	}
}

// queueLocked accepts a task into the backlog.
func (g *Group) queueLocked(r runner) {
	g.acceptLocked(r.task())
	g.admission.backlog.push(r)
	if g.stopDrain == nil {
		g.stopDrain = context.AfterFunc(g.ctx, g.drain)
	}
}

// startLocked makes an accepted task that has a slot ready for the workers.
func (g *Group) startLocked(r runner, units int) {
	if c := r.task(); c.state.Load()&hasOptions != 0 {
		c.extra.taken = units
	}
	g.running++
	g.workers.ready.push(r)
}

// grantLocked does what [admission.next] grants.
func (g *Group) grantLocked() {
	for {
		granted, ok := g.admission.next(g.isCanceledLocked())
		if !ok {
			return
		}
		p := granted.caller
		if p == nil {
			g.startLocked(granted.task, granted.units)
			continue
		}
		p.accept, p.units = true, granted.units
		close(p.granted)
		if g.shared != nil {
			continue // it has to acquire the shared limit first
		}
		g.callers--
		if granted.units == 0 {
			g.queueLocked(p.runner)
		} else {
			g.acceptLocked(p.task())
			g.startLocked(p.runner, granted.units)
		}
	}
}

func (g *Group) refusesLocked() bool { return g.life >= closing || g.isCanceledLocked() }

// waitError is the error of op, which has waited for a slot and got none.
func (g *Group) waitError(ctx context.Context, op ctxerr.Op) error {
	if err := g.endedFor(ctx, op); err != nil {
		return err
	}
	return g.refusal()
}

// endedFor is the error of op, if it is a call whose own context has ended; nil
// if it has not. Also then a task is refused because of the parent's end, if
// that is done, or because main has joined the group, if that is what ended the
// context.
func (g *Group) endedFor(ctx context.Context, op ctxerr.Op) error {
	if ctx == nil {
		return nil
	}
	err := ctxerr.In(ctx, op)
	if err == nil {
		return nil
	}
	byParent, byGroup := g.parent.Err() != nil, ctxerr.Same(context.Cause(ctx), context.Cause(g.ctx))
	g.mu.Lock()
	g.incomplete = g.incomplete || byParent
	g.rejected = g.rejected || byGroup && g.inMain && g.life == closed
	g.mu.Unlock()
	return err
}

// refusal is why the group accepts no more tasks.
func (g *Group) refusal() error {
	why := context.Cause(g.ctx)
	byParent, parentsEnd := g.parentsEnd()
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.life >= closing || why == nil && !byParent:
		g.rejected = g.rejected || g.inMain && g.life == closed
		return ErrGroupClosed
	case byParent:
		g.incomplete = true
		return parentsEnd
	}
	return why
}
