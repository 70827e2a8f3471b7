package taskgroup

// run runs one task to its end, whatever its function does. What most tasks
// need is in small frames, so that it fits into the stack that a goroutine
// starts with.
func (g *Group) run(r runner) {
	c := r.task()
	protect(func() { c.begin(r) }, func(e exit) {
		if !e.returned || c.err != nil || g.shared != nil || g.parent.Err() != nil {
			g.finish(c, e)
			return
		}
		c.complete(0)
	})
}

// finish publishes the end of a task whose function will not run any more.
func (g *Group) finish(c *core, e exit) {
	if g.shared != nil && c.state.Load()&failedEarly == 0 {
		defer g.releaseShared(c.taken())
	}
	if g.ctx.Err() == nil {
		g.lockToGrant() // the parent may have ended: the slot is granted to none that waits
		g.mu.Unlock()
	}
	switch {
	case c.endedGoroutine(e):
		c.err = ErrGoexit
		g.fail(c, nil, false)
	case e.panicked != nil:
		g.panicked(c, e.panicked)
	case c.err != nil:
		g.fail(c, nil, false)
	default:
		c.complete(0)
	}
}

// fail publishes the end of a task that has failed.
func (g *Group) fail(c *core, raised *PanicError, isNew bool) {
	flags := c.echoes()
	defer c.complete(flags) // also if the handler ends the goroutine
	if flags != 0 || c.state.Load()&callerOwned != 0 {
		if flags == 0 || !c.wasStopped() {
			g.mu.Lock()
			g.incomplete = true
			g.mu.Unlock()
		}
		return
	}
	failure := &TaskError{Index: c.index(), Name: c.info().Name, Err: c.err}
	g.mu.Lock()
	g.incomplete = true
	cancels := g.failedLocked(failure, raised)
	g.mu.Unlock()
	if cancels {
		g.end(failure)
	}
	switch {
	case g.options.handler != nil:
		g.handle(c)
	case isNew:
		raised.report()
	}
}

// failedLocked notes the failure of a task, and reports whether it is the one
// that cancels the group.
func (g *Group) failedLocked(failure *TaskError, raised *PanicError) (cancels bool) {
	if g.options.handler != nil && g.options.keepGoing {
		return false // the handler alone gets it
	}
	first := g.outcome.add(failure)
	if raised != nil && g.options.panics == PanicPropagate {
		g.outcome.raise(raised)
	}
	cancels = first && !g.options.keepGoing
	g.canceled = g.canceled || cancels
	return cancels
}

// handle calls the error handler, which gets one failure at a time.
func (g *Group) handle(c *core) {
	g.handling <- struct{}{}
	defer func() { <-g.handling }()
	observe("an error handler", func() { g.options.handler(c.context(), c.info(), c.err) })
}

// finishedLocked counts a task that has run as ended, and grants its slot.
func (g *Group) finishedLocked(r runner) {
	g.admission.release(r.task().taken())
	g.running--
	if g.admission.waiting() > 0 {
		g.grantLocked()
	}
	g.doneLocked(r)
}

// doneLocked counts an accepted task out.
func (g *Group) doneLocked(r runner) {
	g.pending--
	if r.task().state.Load()&daemon != 0 {
		g.daemons.pending--
	}
	g.closeIfOverLocked()
}
