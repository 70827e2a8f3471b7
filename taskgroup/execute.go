package taskgroup

// run runs one task to its end, whatever its function does.
func (g *Group) run(r runner) {
	c := r.task()
	protect(func() { c.begin(r) }, func(e exit) {
		var raised *PanicError
		isNew := false
		switch {
		case e.goexit():
			c.err = ErrGoexit
		case e.panicked != nil:
			if g.panics == PanicCrash {
				panic(e.panicked)
			}
			raised, isNew = recovered(e.panicked, c.info)
			c.err = raised
		}
		g.finish(c, raised, isNew)
	})
}

// finish publishes the end of a task whose function will not run any more.
func (g *Group) finish(c *core, raised *PanicError, isNew bool) {
	if g.parent.Err() != nil && g.ctx.Err() == nil {
		g.lockToGrant() // so that the slot is granted to none that waits
		g.mu.Unlock()
	}
	if g.limiter != nil && c.state.Load()&failedEarly == 0 {
		defer g.releaseShared(c.taken())
	}
	if c.err == nil {
		c.complete(0)
		return
	}
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
	case g.handler != nil:
		g.handle(c)
	case isNew:
		raised.report()
	}
}

// failedLocked notes the failure of a task, and reports whether it is the one that
// cancels the group.
func (g *Group) failedLocked(failure *TaskError, raised *PanicError) (cancels bool) {
	if g.handler != nil && g.keepGoing {
		return false // the handler is all that needs to know
	}
	first := g.outcome.add(failure)
	if raised != nil && g.panics == PanicPropagate {
		g.outcome.raise(raised)
	}
	cancels = first && !g.keepGoing
	g.canceled = g.canceled || cancels
	return cancels
}

// handle calls the error handler, which gets one failure at a time.
func (g *Group) handle(c *core) {
	g.handling <- struct{}{}
	defer func() { <-g.handling }()
	observe("an error handler", func() { g.handler(c.context(), c.info(), c.err) })
}

// finishedLocked counts a task that has run as ended, and grants its slot.
func (g *Group) finishedLocked(r runner) {
	g.admission.release(r.task().taken())
	g.running--
	g.grantLocked()
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
