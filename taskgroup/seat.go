package taskgroup

import "example.com/asyncgo/internal/waitlist"

// sit is a goroutine of the group: it runs the tasks in ready until there are
// none.
func (g *Group) sit() {
	g.mu.Lock()
	g.starting = false
	seat := g.sitLocked()
	left := false
	defer func() {
		if left {
			return
		}
		if v := recover(); v != nil {
			panic(v) // with PanicCrash: the process dies, with nobody told of an end
		}
		g.leave(seat) // a function ended the goroutine
	}()
	for {
		r := g.ready.pop()
		if r == nil {
			g.standLocked(seat)
			g.mu.Unlock()
			left = true
			return
		}
		seat.Value = r
		g.unlock()
		g.run(r)
		g.mu.Lock()
		seat.Value = nil
		g.endedLocked(r.task())
	}
}

// leave does what is left to do for a goroutine that is ending in the middle of
// a task; unlock starts another one in its place.
func (g *Group) leave(seat *waitlist.Node[runner]) {
	g.mu.Lock()
	c := seat.Value.task()
	seat.Value = nil
	g.endedLocked(c)
	g.standLocked(seat)
	g.unlock()
}

// sitLocked returns a seat in the list, if possible a used one.
func (g *Group) sitLocked() *waitlist.Node[runner] {
	seat := g.spare.PopFront()
	if seat == nil {
		seat = &waitlist.Node[runner]{}
	}
	g.seats.PushBack(seat)
	return seat
}

// standLocked takes the seat of a goroutine that leaves out of the list. As
// many as are taken are kept, and one more.
func (g *Group) standLocked(seat *waitlist.Node[runner]) {
	g.seats.Remove(seat)
	g.spare.PushBack(seat)
	for g.spare.Len() > g.seats.Len()+1 {
		g.spare.PopFront()
	}
}

// run runs one task to its end, whatever its function does.
func (g *Group) run(r runner) {
	c := r.task()
	returned := false
	defer func() {
		var raised *PanicError
		isNew := false
		if !returned {
			raised, isNew = g.rescue(c, recover())
		}
		g.finish(c, raised, isNew)
	}()
	c.callUnlessDone(r)
	returned = true
}

// rescue makes a failure of what kept a function from returning: a panic, or
// [runtime.Goexit] if there was none.
func (g *Group) rescue(c *core, v any) (pe *PanicError, isNew bool) {
	if v == nil {
		c.err = ErrGoexit
		return nil, false
	}
	if g.panics == PanicCrash {
		panic(v)
	}
	pe, isNew = recovered(v, c.info)
	c.err = pe
	return pe, isNew
}

// finish publishes the end of a task whose function will not run any more.
func (g *Group) finish(c *core, raised *PanicError, isNew bool) {
	if g.limiter != nil && c.state.Load()&failedEarly == 0 {
		defer g.releaseShared(c.weight())
	}
	if c.err == nil {
		c.complete(0)
		return
	}
	flags := c.noise()
	defer c.complete(flags) // also if the handler ends the goroutine
	g.mu.Lock()
	g.undone = true
	g.mu.Unlock()
	if flags == 0 && c.state.Load()&callerOwned == 0 {
		g.failed(c, raised, isNew)
	}
}

// failed sees to the failure of a task.
func (g *Group) failed(c *core, raised *PanicError, isNew bool) {
	g.mu.Lock()
	first := len(g.failures.errs) == 0 && g.failures.panic == nil
	if g.handler == nil || !g.keepGoing {
		g.failures.add(c.index(), c.info().Name, c.err)
	}
	if raised != nil && g.panics == PanicPropagate {
		g.failures.raise(raised)
	}
	g.mu.Unlock()
	if first && !g.keepGoing {
		g.end(c.err)
	}
	switch {
	case g.handler != nil:
		g.handle(c)
	case isNew:
		raised.report()
	}
}

// handle calls the error handler, which sees one failure at a time.
func (g *Group) handle(c *core) {
	g.turn <- struct{}{}
	defer func() { <-g.turn }()
	defer func() {
		if v := recover(); v != nil {
			reportCallback("an error handler", v)
		}
	}()
	g.handler(c.context(), c.info(), c.err)
}

func (g *Group) releaseShared(n int) {
	defer func() {
		if v := recover(); v != nil {
			reportCallback("a Limiter", v)
		}
	}()
	g.limiter.ReleaseN(n)
}

// endedLocked counts a task that has run as ended, and hands on its room.
func (g *Group) endedLocked(c *core) {
	units := 1
	if c.state.Load()&hasOptions != 0 {
		units = c.extra.taken
	}
	g.used -= units
	g.running--
	g.moveUpLocked()
	g.goneLocked()
}

// goneLocked counts an accepted task out.
func (g *Group) goneLocked() {
	g.pending--
	g.closeIfOverLocked()
}

// closeIfOverLocked closes a group that somebody waits for when no task is left,
// and no call that has waited for room has still to be told why it was in vain.
func (g *Group) closeIfOverLocked() {
	if g.closed || !g.joining || g.pending > 0 || g.hopeful > 0 && !g.closing {
		return
	}
	g.closed = true
	if g.awaited {
		g.last.Done()
	}
	if g.joined != nil {
		close(g.joined)
	}
}
