package taskgroup

import (
	"context"
	"math"

	"example.com/asyncgo/internal/ctxerr"
	"example.com/asyncgo/internal/waitlist"
)

// place is where a task waits for room in its group: in the backlog, with the
// task accepted, or with its caller blocked. It is guarded by the group's lock.
// A place in the backlog can be found from its task, as that task's next.
type place struct {
	runner
	node    waitlist.Node[*place]
	units   int             // of the limit, once it has room
	blocked chan struct{}   // what the caller waits on; nil for the backlog
	done    <-chan struct{} // how long the caller waits, or nil
	granted bool            // closed because the task is accepted, or has room
}

func newPlace(r runner) *place {
	p := &place{runner: r}
	p.node.Value = p
	return p
}

// isLeft reports that the caller waits no longer, though it may not have noticed.
func (p *place) isLeft() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// runners is a queue of tasks, linked through themselves.
type runners struct{ head, tail runner }

func (q *runners) push(r runner) {
	if q.tail == nil {
		q.head = r
	} else {
		q.tail.task().next = r
	}
	q.tail = r
}

func (q *runners) pop() runner {
	r := q.head
	if r == nil {
		return nil
	}
	c := r.task()
	q.head = c.next
	if q.head == nil {
		q.tail = nil
	}
	c.next = nil
	return r
}

// roomLocked takes the units that a task asks for, if nobody waits for them and
// there is room. More than the limit counts as the limit.
func (g *Group) roomLocked(weight int) (units int, ok bool) {
	units = min(weight, math.MaxInt-g.used) // the sum cannot overflow, even without a limit
	if g.limit >= 0 {
		units = min(weight, g.limit)
		if g.used > g.limit-units {
			return 0, false
		}
	}
	g.used += units
	return units, true
}

// mayQueueLocked reports that the backlog has a place free.
func (g *Group) mayQueueLocked() bool { return g.backlog < 0 || g.queued.Len() < g.backlog }

// queueLocked puts a task that is accepted into the backlog.
func (g *Group) queueLocked(p *place) {
	p.task().next = p
	g.queued.PushBack(&p.node)
	if g.undrain == nil {
		g.undrain = context.AfterFunc(g.ctx, g.drain)
	}
}

// firstLocked returns the list whose first place is to have room next. In a group
// that has been cancelled that is only what is shielded in the backlog: drain
// ends the rest, and the calls are giving up.
func (g *Group) firstLocked() (*waitlist.List[*place], bool) {
	alive := g.ctx.Err() == nil
	if first := g.queued.Front(); first != nil {
		return &g.queued, alive || first.Value.task().state.Load()&shielded != 0
	}
	return &g.callers, alive && g.callers.Len() > 0
}

// moveUpLocked hands room to those who wait, in order, and the places in the
// backlog that this makes free to the calls behind it.
func (g *Group) moveUpLocked() {
	for !g.arriving {
		list, ok := g.firstLocked()
		if !ok {
			return
		}
		p := list.Front().Value
		if p.isLeft() {
			list.PopFront()
			continue
		}
		units, ok := g.roomLocked(p.task().weight())
		if !ok {
			break
		}
		list.PopFront()
		p.units = units
		if p.blocked == nil {
			p.task().next = nil
		} else {
			p.granted = true
			close(p.blocked)
			if g.limiter != nil {
				g.arriving = true // its caller has to take the shared limit first
				return
			}
			g.hopeful--
			g.acceptLocked(p.task())
		}
		g.startLocked(p.runner, units)
	}
	for g.callers.Len() > 0 && g.limiter == nil && g.mayQueueLocked() && g.ctx.Err() == nil {
		p := g.callers.PopFront().Value
		if p.isLeft() {
			continue
		}
		g.hopeful--
		g.acceptLocked(p.task())
		p.granted = true
		close(p.blocked)
		p.blocked, p.done = nil, nil
		g.queueLocked(p)
	}
}

// drain ends the tasks in the backlog of a group that has been cancelled, but
// not those that are shielded from that.
func (g *Group) drain() {
	if g.ctx.Err() == nil {
		return
	}
	var never []runner
	g.mu.Lock()
	for n := g.queued.Front(); n != nil; {
		next := n.Next()
		if c := n.Value.task(); c.state.Load()&shielded == 0 {
			g.queued.Remove(n)
			c.next = nil
			never = append(never, n.Value.runner)
		}
		n = next
	}
	g.moveUpLocked() // a shielded one may fit where those before it did not
	g.unlock()
	for _, r := range never {
		g.never(r, ctxerr.Of(g.ctx))
	}
}

// unqueue takes a task that has been cancelled out of the backlog, if it is
// there.
func (g *Group) unqueue(c *core) {
	g.mu.Lock()
	p, ok := c.next.(*place)
	if !ok || !g.queued.Remove(&p.node) {
		g.mu.Unlock()
		return
	}
	c.next = nil
	g.moveUpLocked()
	g.unlock()
	g.never(p.runner, ctxerr.Of(c.context()))
}

// never ends a task that was accepted and will not run. Callbacks get a
// goroutine of their own, which the group joins.
func (g *Group) never(r runner, err error) {
	r.drop()
	c := r.task()
	c.err = err
	callbacks := c.publish(secondary)
	g.mu.Lock()
	g.undone = true
	if len(callbacks) == 0 {
		g.goneLocked()
		g.unlock()
		return
	}
	seat := g.sitLocked()
	seat.Value = r
	g.mu.Unlock()
	go func() {
		defer func() {
			g.mu.Lock()
			seat.Value = nil
			g.standLocked(seat)
			g.goneLocked()
			g.unlock()
		}()
		run(callbacks)
	}()
}
