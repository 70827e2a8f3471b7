package taskgroup

import (
	"context"

	"example.com/asyncgo/internal/watch"
)

// watchedTask is a task that a monitor sees, with what it needs for that: one
// allocation, as without.
type watchedTask[T any] struct {
	Task[T]
	more watchedExtra
}

type watchedPlainTask struct {
	plainTask
	more watchedExtra
}

// watchedExtra is the extra of a task that a monitor sees, with its node.
type watchedExtra struct {
	extra extra
	node  watch.Node
}

// watch makes the task one that a monitor sees, below parent. Its own parent is
// set, and it has not begun.
func (x *watchedExtra) watch(c *core, parent *watch.Node, fn any) {
	x.extra.node = &x.node
	c.extra = &x.extra
	x.node.InitTask(c.context(), parent, fn, c.group() != nil, (*taskSubject)(c))
	c.state.Or(watched)
}

// callWatched calls the function of a task that a monitor sees.
func (c *core) callWatched(r runner) {
	n := c.extra.node
	n.BeginTask()
	callTraced(c.context(), n, func(ctx context.Context) {
		r.call(ctx)
		n.Return()
	})
}

// endedGoroutine reports that e is that of a function which has called Goexit,
// and not a tracer.
func (c *core) endedGoroutine(e exit) bool {
	return e.goexit() && (c.state.Load()&watched == 0 || !c.extra.node.HasReturned())
}

// complete publishes the end of a task. Neither it nor what it calls before that
// has a large frame: see [Group.run].
func (c *core) complete(flags uint64) {
	if c.state.Load()&watched != 0 && flags&refused == 0 {
		flags |= c.listUnseen(flags)
		if c.extra.node.HasTraces() {
			c.completeTraced(flags)
			return
		}
		c.extra.node.End(c.err, howEnded(c.err, flags&secondary != 0))
	}
	c.completeWith(flags)
}

// completeTraced is complete for a task of which a tracer, which may end the
// goroutine, is still to hear.
func (c *core) completeTraced(flags uint64) {
	defer c.completeWith(flags)
	c.extra.node.End(c.err, howEnded(c.err, flags&secondary != 0))
}

// completeWith is complete once the monitor has been told.
func (c *core) completeWith(flags uint64) {
	callbacks := c.publish(flags)
	if flags&unseen != 0 && callbacks != nil {
		c.look() // they have been registered since the failure was listed
	}
	run(callbacks)
}

// listUnseen has the monitor list the failure of a task of Start, if it has one
// and nothing waits to look at it. Then it returns a flag that says so.
func (c *core) listUnseen(flags uint64) uint64 {
	if c.err == nil || flags&secondary != 0 || c.group() != nil || c.hasCallbacks() {
		return 0
	}
	c.extra.node.AddUnseen(c.givenName(), c.err)
	return unseen
}

// howEnded says how a task or a function has ended; isEcho says that err is no
// failure.
func howEnded(err error, isEcho bool) watch.How {
	switch {
	case err == nil:
		return watch.Returned
	case isEcho:
		return watch.Cancelled
	}
	if _, panicked := err.(*PanicError); panicked { // a wrapped one is another's
		return watch.Panicked
	}
	return watch.Failed
}

// look notes that something has looked at the result.
func (c *completion) look() {
	if c.state.Load()&unseen != 0 {
		c.lookAtUnseen()
	}
}

func (c *completion) lookAtUnseen() {
	if c.state.And(^unseen)&unseen != 0 {
		c.extra.node.Seen()
	}
}

func (c *completion) hasCallbacks() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.extra.callbacks != nil
}

// givenName is the name that the task has by now, if any.
func (c *core) givenName() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.extra == nil {
		return ""
	}
	return c.extra.name
}

// node returns what the task is for a monitor, or nil.
func (c *core) node() *watch.Node {
	if c.state.Load()&watched == 0 {
		return nil
	}
	return c.extra.node
}

// taskSubject is a task as its node reads it.
type taskSubject core

func (s *taskSubject) Report(int) watch.Report {
	c := (*core)(s)
	r := watch.Report{Index: -1, Context: c.context(), Name: c.givenName()}
	c.mu.Lock()
	r.TaskID = c.extra.id
	c.mu.Unlock()
	state := c.state.Load()
	r.Daemon, r.Shielded = state&daemon != 0, state&shielded != 0
	if c.group() != nil {
		r.Index = c.index()
	}
	return r
}

// Target is the task as what a call waits for.
func (s *taskSubject) Target() (name string, n *watch.Node) {
	c := (*core)(s)
	return c.givenName(), c.node()
}
