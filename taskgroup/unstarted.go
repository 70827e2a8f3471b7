package taskgroup

import (
	"example.com/asyncgo/internal/ctxerr"
	"example.com/asyncgo/internal/watch"
)

// drain ends the tasks in the backlog of a group that has been canceled, but
// not those that are shielded from that.
func (g *Group) drain() {
	if g.ctx.Err() == nil {
		return
	}
	g.lockToGrant()
	unstarted := g.admission.backlog.removeIf(func(r runner) bool { return !r.task().isShielded() })
	g.grantLocked() // a shielded one may fit where those before it did not
	g.workers.unlock()
	for _, r := range unstarted {
		g.failUnstarted(r, ctxerr.Of(g.ctx))
	}
}

// unqueue takes a task that has been canceled out of the backlog, if it is
// there.
func (g *Group) unqueue(c *core) {
	g.lockToGrant()
	r := g.admission.backlog.remove(c)
	if r == nil {
		g.mu.Unlock()
		return
	}
	g.grantLocked()
	g.workers.unlock()
	g.failUnstarted(r, ctxerr.Of(c.context()))
}

// failUnstarted ends a task that was accepted and will not run. Its callbacks
// get a goroutine of their own, which the group joins.
func (g *Group) failUnstarted(r runner, err error) {
	r.drop()
	c := r.task()
	c.err = err
	if n := c.node(); n != nil {
		n.End(err, watch.Cancelled)
	}
	callbacks := c.publish(secondary)
	g.mu.Lock()
	g.incomplete = true
	if callbacks == nil {
		g.doneLocked(r)
		g.workers.unlock()
		return
	}
	node := g.workers.addLocked()
	node.Value = r
	g.mu.Unlock()
	go protect(func() { run(callbacks) }, func(exit) {
		g.mu.Lock()
		node.Value = nil
		g.workers.removeLocked(node)
		g.doneLocked(r)
		g.workers.unlock()
	})
}
