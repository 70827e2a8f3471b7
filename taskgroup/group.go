package taskgroup

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"example.com/asyncgo/internal/labels"
	"example.com/asyncgo/internal/watch"
)

// Group is asyncio.TaskGroup: it owns tasks, and joins what it has started. Its
// first failure cancels the others, and [Group.Wait] returns, when all have
// completed, everything that went wrong. Unlike in asyncio, it can limit how
// many tasks run at once, keep going after a failure, stop without an error,
// and be joined with a time limit.
//
// Use [Run] to get one: it cannot return without joining. A group from [New]
// must be joined by [Group.Wait] or [Group.Shutdown], or its tasks and its
// context are leaked. The methods of the zero Group panic.
type Group struct {
	// Four parts share one lock, mu:
	//
	//	admission  which task runs next, and what waits until then
	//	workers    the goroutines that run tasks
	//	outcome    what went wrong, and the answer made of it
	//	join       the calls that wait for the end
	//
	// and a task goes through the first two: blocked in its caller or queued in
	// the backlog, then ready, then running. Accepted tasks are those that Wait
	// waits for.
	//
	// The group is canceled in one step under mu, by a failure, Cancel or Stop,
	// and its context is canceled a moment later, outside the lock: from that
	// step on no slot is granted. When a cancellation meets a grant, the first
	// under mu wins.
	mu        sync.Mutex
	admission admission
	workers   workers[runner]
	outcome   outcome
	join      join

	life       life
	canceled   bool // by the group itself, or it has seen the end of its parent
	inMain     bool // the main function of Run has not returned
	rejected   bool // main has had a task refused because it had joined the group
	hasLabels  bool // ctx has pprof labels
	incomplete bool // an accepted task did not return nil, or the parent's end had one refused
	accepted   int  // tasks
	pending    int  // of them, not ended
	running    int  // of them, ready or running
	callers    int  // calls that are blocked, or have been and have not returned yet
	daemons    daemons

	options   *options
	ctx       context.Context //nolint:containedctx // what the tasks' contexts derive from
	cancel    context.CancelCauseFunc
	parent    context.Context //nolint:containedctx // to tell its end from the group's own
	shared    *sharedLimit    // with a limiter
	handling  chan struct{}   // held while the error handler runs
	stopDrain func() bool     // set once the backlog has been used
	grace     *graceClock     // with a grace period
}

// life is the state of a group's life cycle.
type life uint8

const (
	open    life = iota
	joining      // Wait has been called: the end of the last task closes the group
	closing      // Shutdown has been called: the same, and no further task is accepted
	closed       // every task has ended, and none is accepted
)

// groupContext is the group as the parent of its tasks' contexts, and leads
// from a task back to its group.
type groupContext Group

func (g *groupContext) Deadline() (time.Time, bool) { return g.ctx.Deadline() }
func (g *groupContext) Done() <-chan struct{}       { return g.ctx.Done() }
func (g *groupContext) Err() error                  { return g.ctx.Err() }
func (g *groupContext) Value(key any) any           { return g.ctx.Value(key) }

// New returns a group whose context derives from ctx, and which must be joined;
// prefer [Run]. New panics if it is given [WithSignals]. It mirrors entering an
// asyncio.TaskGroup by hand.
func New(ctx context.Context, opts ...Option) *Group {
	o := newOptions(opts)
	if o.signals != nil {
		panic(misused("WithSignals is for Run, not for New"))
	}
	return newGroup(ctx, o, nil)
}

// newGroup returns a group. Its node shows main as the function.
func newGroup(ctx context.Context, o *options, main any) *Group {
	g := &Group{options: o, parent: ctx}
	g.admission.init(o.limit, o.backlog, o.limiter != nil)
	g.workers.init(g, &g.mu)
	var node *watch.Node
	if watch.On() {
		ctx, node = g.watch(ctx, main)
	}
	g.hasLabels = labels.Has(ctx)
	g.ctx, g.cancel = context.WithCancelCause(ctx)
	if node != nil {
		node.Context = g.ctx
		g.ctx = node
	}
	if o.handler != nil {
		g.handling = make(chan struct{}, 1)
	}
	if o.limiter != nil {
		g.shared = newSharedLimit(g.ctx, o.limiter)
	}
	if o.grace > 0 {
		g.grace = watchGrace(g.ctx, o.grace)
	}
	if node != nil {
		node.Publish() // last: from now on it is read
	}
	return g
}

// Context returns the group's context. It derives from the one given to [Run]
// or [New] and ends with the first failure, [Group.Cancel], [Group.Stop], or
// the join. Its cause says which: the [*TaskError], the cause given to Cancel,
// [ErrStopped] or [ErrGroupClosed].
func (g *Group) Context() context.Context {
	g.check()
	return g.ctx
}

// Cancel cancels the group's context, and with it the tasks, with the given
// cause or, if that is nil, [context.Canceled]. It does not wait. No further
// task is accepted. The first call decides; [Group.Wait] reports its cause even
// if every task returned nil. After the join, Cancel does nothing. It mirrors
// canceling the task that is in an asyncio.TaskGroup.
func (g *Group) Cancel(cause error) {
	g.check()
	if cause == nil {
		cause = context.Canceled
	}
	g.mu.Lock()
	alive := g.cancelLocked(cause)
	g.mu.Unlock()
	if alive {
		g.end(cause)
	}
}

// cancelLocked notes that the group is canceled from outside, unless it is
// closed.
func (g *Group) cancelLocked(cause error) (alive bool) {
	if g.life == closed {
		return false
	}
	g.canceled = true
	g.outcome.endedBy(cause)
	return true
}

// Stop is asyncio.TaskGroup.cancel of Python 3.15: [Group.Cancel] with
// [ErrStopped] as the cause, which [Group.Wait] does not report.
func (g *Group) Stop() {
	g.check()
	g.mu.Lock()
	g.canceled = true
	g.mu.Unlock()
	g.end(ErrStopped)
}

// end cancels the group's context and ends the tasks in its backlog, before it
// returns.
func (g *Group) end(cause error) {
	g.mu.Lock()
	stopDrain := g.stopDrain
	g.mu.Unlock()
	if stopDrain != nil {
		stopDrain() // or else a goroutine of the context's might be about to
	}
	g.cancel(cause)
	g.drain()
}

// lockToGrant locks mu for a call that may grant slots. The parent is the
// user's code, so it is called before: if it is not a context of the standard
// library, the group's is done a moment later.
func (g *Group) lockToGrant() {
	ended := g.parent.Err() != nil
	g.mu.Lock()
	g.canceled = g.canceled || ended
}

// isCanceledLocked reports that no further slot is granted.
func (g *Group) isCanceledLocked() bool { return g.canceled || g.ctx.Err() != nil }

// Running returns how many tasks have started and not completed. A task whose
// [Task.OnDone] callbacks still run counts, though [Group.Tasks] leaves it out.
func (g *Group) Running() int {
	g.check()
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.running
}

// Tasks is asyncio.all_tasks for one group: it returns the tasks that have
// started and not completed, in order of submission.
func (g *Group) Tasks() []TaskInfo {
	g.check()
	g.mu.Lock()
	tasks := g.startedLocked()
	g.mu.Unlock()
	return infos(slices.DeleteFunc(tasks, func(c *core) bool { return c.hasCompleted() }))
}

// startedLocked returns the tasks that have started and are not counted as
// ended, and those that never ran and whose callbacks run.
func (g *Group) startedLocked() []*core {
	tasks := make([]*core, 0, g.running)
	g.workers.allLocked(func(r runner) {
		if r != nil {
			tasks = append(tasks, r.task())
		}
	})
	return tasks
}

// lateLocked returns the tasks that a call leaves behind which does not wait
// for their end: also those in the backlog that run later since they are
// shielded.
func (g *Group) lateLocked() []*core {
	tasks := g.startedLocked()
	for r := range g.admission.backlog.all {
		if c := r.task(); c.isShielded() {
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

// Waiting returns how many calls, of [Group.Go] and the like, and tasks, in the
// backlog, wait for a slot.
func (g *Group) Waiting() int {
	g.check()
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.callers + g.admission.backlog.len()
}

// Limit returns how many slots the group has; [NoLimit] if there is no limit.
func (g *Group) Limit() int {
	g.check()
	g.mu.Lock()
	defer g.mu.Unlock()
	return max(g.admission.limit, NoLimit)
}

// SetLimit changes the limit: a lower one takes effect as tasks complete, a
// higher one at once. A negative n is no limit. SetLimit panics if n is 0.
func (g *Group) SetLimit(n int) {
	g.check()
	checkLimit("SetLimit", n)
	g.lockToGrant()
	g.admission.limit = n
	g.grantLocked()
	g.workers.unlock()
}

func (g *Group) check() {
	if g == nil || g.ctx == nil {
		panic(misused("a Group that New or Run did not make"))
	}
}
