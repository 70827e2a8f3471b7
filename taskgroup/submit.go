package taskgroup

import (
	"context"
	"errors"

	"example.com/asyncgo/internal/ctxerr"
)

// errFull is the answer to who does not want to wait for room.
var errFull = errors.New("taskgroup: group is full")

// plainTask is a task that nobody has a handle on.
type plainTask struct {
	core
	fn func(ctx context.Context) error
}

func (t *plainTask) call() {
	fn := t.fn
	t.fn = nil
	t.err = fn(t.context())
}

func (t *plainTask) drop() { t.fn = nil }

// Go starts fn as a task of g and returns the handle on it. It does not wait
// for the task: the function may not have begun when Go returns, and may have
// ended. If the group has a limit and is full, Go waits for room, first come,
// first served; it gives up when the group is cancelled.
//
// The task's context derives from the group's. Its failure is one of the
// group; so is a panic in it, which the handle gives as a [*PanicError]. If
// the group takes no more tasks, the function is never called and the task has
// already failed: with [ErrGroupClosed], or else with the cause of the group's
// context. A task that has been cancelled before it begins is never called
// either.
//
// The call of Go happens before the function begins, and the function's return
// before the return of any call that learns of it. The end of a task happens
// before the start of the task that gets its room. It costs one allocation,
// and a goroutine for as long as tasks wait.
//
// A nil fn is misuse. It mirrors asyncio.TaskGroup.create_task.
func Go[T any](g *Group, fn Func[T], opts ...TaskOption) *Task[T] {
	g.check()
	if fn == nil {
		panic(misused("Go of a nil function"))
	}
	t := &Task[T]{fn: fn}
	t.parent = (*groupContext)(g)
	t.apply(opts)
	if err := g.submit(noContext, t, false); err != nil {
		t.drop()
		t.refuse(err)
	}
	return t
}

// refuse ends a task that its group did not accept.
func (c *core) refuse(why error) {
	flags := refused
	if why != ErrGroupClosed {
		flags |= secondary
	}
	c.fail(why, flags)
}

// Go starts fn as a task of the group, as the function [Go] does, without a
// handle, and waits for room as that does. It reports whether the group accepted
// the task: if not, fn is never called. It has the shape of errgroup's Go. A nil
// fn is misuse.
func (g *Group) Go(fn func(ctx context.Context) error, opts ...TaskOption) bool {
	return g.submit(noContext, g.plain("Go", fn, opts), false) == nil
}

// Submit starts fn as a task of the group like [Group.Go], but waits for room
// only until ctx ends, and returns why the task was not accepted: an error for
// which [errors.Is] finds both ctx.Err() and [context.Cause](ctx); or else
// [ErrGroupClosed] if the group has ended or been shut down, or the cause of
// the group's context. If ctx is done already, nothing is started. If ctx ends
// while it waits, room that comes later goes to the next in line; once it has
// room, the task is accepted. The task's context does not derive from ctx. A nil
// fn is misuse.
func (g *Group) Submit(ctx context.Context, fn func(ctx context.Context) error, opts ...TaskOption) error {
	return g.submit(ctx, g.plain("Submit", fn, opts), false)
}

// TryGo starts fn as a task of the group if that needs no waiting: there is
// room, or a place in the backlog, and nobody waits for it. It reports whether
// the task was accepted: if not, fn is never called. A nil fn is misuse.
func (g *Group) TryGo(fn func(ctx context.Context) error, opts ...TaskOption) bool {
	return g.submit(noContext, g.plain("TryGo", fn, opts), true) == nil
}

func (g *Group) plain(what string, fn func(ctx context.Context) error, opts []TaskOption) *plainTask {
	g.check()
	if fn == nil {
		panic(misused(what + " of a nil function"))
	}
	t := &plainTask{fn: fn}
	t.parent = (*groupContext)(g)
	t.apply(opts)
	return t
}

// noContext does not bound a wait for room.
var noContext context.Context

// submit has the group accept a task and returns nil, or why it did not. ctx,
// unless it is noContext, bounds the wait for room; try says not to wait.
func (g *Group) submit(ctx context.Context, r runner, try bool) error {
	if err := g.gaveUp(ctx); err != nil {
		return err
	}
	var done <-chan struct{}
	if ctx != nil {
		done = ctx.Done() // not under the lock: it may be anybody's code
	}
	c := r.task()
	parentHasEnded := g.parent.Err() != nil // g.ctx may learn of that a moment later
	g.mu.Lock()
	if parentHasEnded || g.refusingLocked() {
		g.mu.Unlock()
		return g.refusal()
	}
	if g.callers.Len() == 0 && !g.arriving {
		if g.queued.Len() == 0 {
			if units, ok := g.roomLocked(c.weight()); ok {
				if g.limiter != nil {
					g.hopeful++
					g.mu.Unlock()
					return g.submitShared(ctx, r, units, try, false)
				}
				g.acceptLocked(c)
				g.startLocked(r, units)
				g.unlock()
				return nil
			}
		}
		if g.limiter == nil && g.mayQueueLocked() {
			g.acceptLocked(c)
			g.queueLocked(newPlace(r))
			g.mu.Unlock()
			return nil
		}
	}
	if try {
		g.mu.Unlock()
		return errFull
	}
	p := newPlace(r)
	p.blocked, p.done = make(chan struct{}), done
	g.callers.PushBack(&p.node)
	g.hopeful++
	blocked := p.blocked
	g.mu.Unlock()
	select {
	case <-blocked:
	case <-done:
	case <-g.ctx.Done():
	}
	g.mu.Lock()
	granted := p.granted
	if !granted {
		g.callers.Remove(&p.node)
	}
	g.mu.Unlock()
	switch {
	case !granted:
		defer g.lost(0) // after the refusal has been noted
		return g.inVain(ctx)
	case g.limiter != nil:
		return g.submitShared(ctx, r, p.units, false, true)
	}
	return nil // the task is on its way
}

// submitShared goes on with a task that has room in the group, of the given
// units, and must now have room in the limit that the group shares. waited says
// that it was handed its room, so that others may be behind it.
func (g *Group) submitShared(ctx context.Context, r runner, units int, try, waited bool) error {
	c := r.task()
	accepted := false
	defer func() {
		if !accepted { // also if the limiter panics
			g.lost(units)
		}
	}()
	err := g.acquireShared(ctx, c.weight(), try, waited)
	switch {
	case err == nil:
	case err == errFull:
		return err
	case ctx != nil && ctx.Err() != nil && isNoise(err, ctx), isNoise(err, g.open):
		return g.inVain(ctx)
	default:
		c.err = err
		c.state.Or(failedEarly)
	}
	g.mu.Lock()
	if !g.refusingLocked() {
		accepted = true
		g.hopeful--
		g.acceptLocked(c)
		g.startLocked(r, units)
		g.unlock()
		return nil
	}
	g.mu.Unlock()
	if err == nil {
		g.limiter.ReleaseN(c.weight())
	}
	return g.inVain(noContext)
}

// inVain is the answer to a call that has waited for room and will not have any.
func (g *Group) inVain(ctx context.Context) error {
	if err := g.gaveUp(ctx); err != nil {
		return err
	}
	return g.refusal()
}

// lost counts out a call that has waited in vain, and takes back the room it had.
// Also if it had none, those behind it may fit where it was too big.
func (g *Group) lost(units int) {
	g.mu.Lock()
	g.hopeful--
	g.used -= units
	g.moveUpLocked()
	g.closeIfOverLocked()
	g.unlock()
}

// acquireShared takes n units of the shared limit, waiting until ctx, the
// group's context or Shutdown puts an end to that.
func (g *Group) acquireShared(ctx context.Context, n int, try, waited bool) error {
	if try {
		if !g.limiter.TryAcquireN(n) {
			return errFull
		}
		return nil
	}
	within := g.open
	if ctx != nil {
		both, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		defer context.AfterFunc(g.open, func() { cancel(context.Cause(g.open)) })()
		within = both
	}
	if waited {
		g.arrive()
	}
	return g.limiter.AcquireN(within, n)
}

// arrive lets the next call have room, now that the one before it goes on to ask
// the shared limit: if all woke at once, the last would come to that first.
func (g *Group) arrive() {
	g.mu.Lock()
	g.arriving = false
	g.moveUpLocked()
	g.unlock()
}

func (g *Group) refusingLocked() bool { return g.closing || g.closed || g.ctx.Err() != nil }

// gaveUp is the answer to a Submit whose own context has ended; nil if it has
// not. Also then a task is undone because of the parent's end, if that is done.
func (g *Group) gaveUp(ctx context.Context) error {
	if ctx == nil {
		return nil
	}
	err := ctxerr.Of(ctx)
	if err != nil && g.parent.Err() != nil {
		g.mu.Lock()
		g.undone = true
		g.mu.Unlock()
	}
	return err
}

// refusal is why the group takes no more tasks.
func (g *Group) refusal() error {
	why := context.Cause(g.ctx)
	byParent, parentsEnd := g.parentsEnd()
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.closing || g.closed || why == nil && !byParent:
		return ErrGroupClosed
	case byParent:
		g.undone = true
		return parentsEnd
	}
	return why
}

// acceptLocked makes c a task of the group, which from now on is waited for.
func (g *Group) acceptLocked(c *core) {
	c.state.Or(uint64(g.accepted) << flagBits)
	g.accepted++
	g.pending++
}

// startLocked puts an accepted task that has room where the next seat takes it.
func (g *Group) startLocked(r runner, units int) {
	c := r.task()
	if c.state.Load()&hasOptions != 0 {
		c.extra.taken = units
	}
	g.running++
	g.ready.push(r)
}

// unlock lets go of mu, and keeps the promise that a goroutine is on its way
// while ready holds a task.
func (g *Group) unlock() {
	start := g.ready.head != nil && !g.starting
	g.starting = g.starting || start
	g.mu.Unlock()
	if start {
		go g.work()
	}
}
