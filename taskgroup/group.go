package taskgroup

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"example.com/asyncgo/internal/waitlist"
)

// Group owns tasks: what it has started, it joins. Its first failure cancels
// the others, and [Group.Wait] returns when all have ended, with everything
// that went wrong.
//
// [Run] is the way to have one: it cannot be left without joining. A group
// from [New] must be waited for, or its tasks and its context are leaked. The
// zero Group is misuse. A Group is safe for concurrent use and must not be
// copied.
//
// It mirrors asyncio.TaskGroup. Unlike one, it can bound how many tasks run at
// once, keep going after a failure, be stopped without an error, and be joined
// with a bound on time.
type Group struct {
	// A task goes through these places, under mu:
	//
	//	callers -> queued -> ready -> a seat -> ended
	//
	// The first two are the line of those for which the limit leaves no room:
	// calls that are blocked, behind the backlog of tasks already accepted.
	// Whoever makes room, a task that ends or a larger limit, moves the first
	// ones on: room is handed over, so nobody can overtake. Ready holds those
	// that a goroutine is on its way to. A seat is one goroutine that runs
	// tasks, one after the other: it first sees to it that another goroutine is
	// starting if ready holds more, and only then calls the user's function. So
	// tasks that wait have a goroutine each, as with a go statement, and
	// trivial ones share a few.
	//
	// When a cancellation meets a grant, the one that came first wins: a call
	// whose context has ended is granted nothing, and one that has been granted
	// room is accepted, though its context may have ended meanwhile. In a group
	// that has been cancelled only what is shielded in the backlog is granted any;
	// drain ends the rest of it, and the calls give up. The group is over when no
	// task is left, and each call that has waited knows what has become of it.
	mu       sync.Mutex
	callers  waitlist.List[*place]
	queued   waitlist.List[*place]
	ready    runners
	starting bool                  // a goroutine is on its way
	seats    waitlist.List[runner] // what runs now; nil for a seat between tasks
	spare    waitlist.List[runner] // seats that are free: a goroutine costs no allocation
	seat     waitlist.Node[runner] // the first of them
	limit    int                   // units; negative: none
	used     int                   // units of it taken
	running  int                   // tasks in ready and in seats
	hopeful  int                   // calls that wait for room, or have and do not know yet why in vain
	arriving bool                  // with a limiter: one has been handed room, and has not asked for the shared limit yet
	pending  int                   // tasks accepted and not ended
	accepted int
	failures failures
	undone   bool           // an accepted task did not return nil, or the parent's end had one refused
	closing  bool           // Shutdown: no new tasks
	joining  bool           // somebody has waited: the last task to end closes
	closed   bool           // all have ended, and none will come
	awaited  bool           // last has one to wait for
	last     sync.WaitGroup // where those wait for it who wait for nothing else
	joined   chan struct{}  // closed with it; made by the others who wait
	late     bool           // a Wait has given up: the next one is for good
	answered bool           // result is settled
	result   error

	settings
	ctx     context.Context //nolint:containedctx // what the tasks' contexts derive from
	cancel  context.CancelCauseFunc
	parent  context.Context //nolint:containedctx // to tell its end from the group's own
	open    context.Context //nolint:containedctx // with a limiter: what a wait for it may last
	shut    context.CancelCauseFunc
	work    func()        // g.sit, made once
	turn    chan struct{} // held while the error handler runs
	undrain func() bool   // set once the backlog has been used
	overdue *overdue      // with a grace period
}

// groupContext is the group as the parent of its tasks' contexts, and the way
// back from a task to its group.
type groupContext Group

func (g *groupContext) Deadline() (time.Time, bool) { return g.ctx.Deadline() }
func (g *groupContext) Done() <-chan struct{}       { return g.ctx.Done() }
func (g *groupContext) Err() error                  { return g.ctx.Err() }
func (g *groupContext) Value(key any) any           { return g.ctx.Value(key) }

// New returns a group without tasks, whose context derives from ctx. It must be
// joined with [Group.Wait] or [Group.Shutdown]. [WithSignals] is misuse.
// It mirrors entering asyncio.TaskGroup by hand; prefer [Run].
func New(ctx context.Context, opts ...Option) *Group {
	o := newOptions(opts)
	if o.signals != nil {
		panic(misused("WithSignals is for Run, not for New"))
	}
	return newGroup(ctx, o)
}

func newGroup(ctx context.Context, o options) *Group {
	g := &Group{settings: o.settings, parent: ctx, limit: o.limit}
	g.spare.PushBack(&g.seat)
	g.ctx, g.cancel = context.WithCancelCause(ctx)
	g.work = g.sit
	if o.handler != nil {
		g.turn = make(chan struct{}, 1)
	}
	if o.limiter != nil {
		g.open, g.shut = context.WithCancelCause(g.ctx)
	}
	if o.grace > 0 {
		g.overdue = watchOverdue(g.ctx)
	}
	return g
}

// Context returns the group's context: it derives from the one given to [Run]
// or [New], and ends with the first failure, [Group.Cancel] or [Group.Stop], or
// else when the group has been joined. Its cause says which: the failure
// itself, the cause given to Cancel, [ErrStopped] or [ErrGroupClosed].
func (g *Group) Context() context.Context {
	g.check()
	return g.ctx
}

// Cancel cancels the group's context, and with it the tasks, with the given
// cause or, if that is nil, [context.Canceled]. It does not wait. The tasks that
// have not begun never will, and no further ones are accepted. The first call
// decides; [Group.Wait] reports its cause even if every task returned nil.
// Once the group has ended it does nothing.
//
// It mirrors cancelling the task that is in an asyncio.TaskGroup.
func (g *Group) Cancel(cause error) {
	g.check()
	if cause == nil {
		cause = context.Canceled
	}
	g.mu.Lock()
	open := g.cancelLocked(cause)
	g.mu.Unlock()
	if open {
		g.end(cause)
	}
}

// cancelLocked notes why the group is cancelled, unless it has ended.
func (g *Group) cancelLocked(cause error) bool {
	if g.closed {
		return false
	}
	if g.failures.cause == nil {
		g.failures.cause = cause
	}
	return true
}

// Stop cancels the group's context as [Group.Cancel] does, with [ErrStopped] as
// its cause, but that is no error of the group: [Group.Wait] returns nil if
// nothing else went wrong. It mirrors asyncio.TaskGroup.cancel of Python 3.15.
func (g *Group) Stop() {
	g.check()
	g.end(ErrStopped)
}

// end cancels the group and ends the tasks in its backlog, before it returns.
func (g *Group) end(cause error) {
	g.mu.Lock()
	undrain := g.undrain
	g.mu.Unlock()
	if undrain != nil {
		undrain() // or else a goroutine of the context's might be about to
	}
	g.cancel(cause)
	g.drain()
}

// Running returns how many tasks have started and not ended. One whose functions
// given to [Task.OnDone] still run counts, though [Group.Tasks] leaves it out.
func (g *Group) Running() int {
	g.check()
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.running
}

// Tasks returns those that have started and not ended, in order of submission.
// It costs O(n).
// It mirrors asyncio.all_tasks, for one group.
func (g *Group) Tasks() []TaskInfo {
	g.check()
	g.mu.Lock()
	tasks := g.runningLocked()
	g.mu.Unlock()
	return infos(slices.DeleteFunc(tasks, func(c *core) bool { return c.hasCompleted() }))
}

// runningLocked returns the tasks that have started and are not counted as
// ended, and those that never ran and whose callbacks run.
func (g *Group) runningLocked() []*core {
	tasks := make([]*core, 0, g.running)
	for seat := g.seats.Front(); seat != nil; seat = seat.Next() {
		if seat.Value != nil {
			tasks = append(tasks, seat.Value.task())
		}
	}
	for r := g.ready.head; r != nil; r = r.task().next {
		tasks = append(tasks, r.task())
	}
	return tasks
}

// leftLocked returns the tasks that somebody leaves behind who does not wait for
// their end: also those that are still to run, since they are shielded.
func (g *Group) leftLocked() []*core {
	tasks := g.runningLocked()
	for n := g.queued.Front(); n != nil; n = n.Next() {
		if c := n.Value.task(); c.state.Load()&shielded != 0 {
			tasks = append(tasks, c)
		}
	}
	return tasks
}

// infos describes tasks, in order of submission.
func infos(tasks []*core) []TaskInfo {
	slices.SortFunc(tasks, func(a, b *core) int { return cmp.Compare(a.index(), b.index()) })
	infos := make([]TaskInfo, 0, len(tasks))
	for _, c := range tasks {
		infos = append(infos, c.info())
	}
	return infos
}

// Limit returns how many units the tasks may take at once; [NoLimit] if there
// is no limit.
func (g *Group) Limit() int {
	g.check()
	g.mu.Lock()
	defer g.mu.Unlock()
	return max(g.limit, NoLimit)
}

// SetLimit changes the limit while tasks run: a lower one takes effect as they
// end, a higher one at once, for those that wait, in order. A negative n is no
// limit, 0 is misuse.
func (g *Group) SetLimit(n int) {
	g.check()
	checkLimit("SetLimit", n)
	g.mu.Lock()
	g.limit = n
	g.moveUpLocked()
	g.unlock()
}

func (g *Group) check() {
	if g == nil || g.ctx == nil {
		panic(misused("a Group that New or Run did not make"))
	}
}
