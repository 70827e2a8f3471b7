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
	if g.limiter != nil && c.state.Load()&failedEarly == 0 {
		defer g.releaseShared(c.weight())
	}
	if c.err == nil {
		c.complete(0)
		return
	}
	flags := c.echoes()
	defer c.complete(flags) // also if the handler ends the goroutine
	isFailure := flags == 0 && c.state.Load()&callerOwned == 0
	name := ""
	if isFailure {
		name = c.info().Name
	}
	g.mu.Lock()
	g.incomplete = true
	cancels := false
	if isFailure {
		cancels = g.failedLocked(&TaskError{Index: c.index(), Name: name, Err: c.err}, raised)
	}
	g.mu.Unlock()
	if cancels {
		g.end(c.err)
	}
	switch {
	case !isFailure:
	case g.handler != nil:
		g.handle(c)
	case isNew:
		raised.report()
	}
}

// failedLocked notes the failure of a task, and reports whether it is the one that
// cancels the group.
func (g *Group) failedLocked(failure *TaskError, raised *PanicError) (cancels bool) {
	cancels = !g.keepGoing && len(g.outcome.errs) == 0 && g.outcome.panic == nil
	g.canceled = g.canceled || cancels
	if g.handler == nil || !g.keepGoing {
		g.outcome.add(failure)
	}
	if raised != nil && g.panics == PanicPropagate {
		g.outcome.raise(raised)
	}
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
	c := r.task()
	units := 1
	if c.state.Load()&hasOptions != 0 {
		units = c.extra.taken
	}
	g.admission.release(units)
	g.running--
	g.grantLocked()
	g.doneLocked()
}

// doneLocked counts an accepted task out.
func (g *Group) doneLocked() {
	g.pending--
	g.closeIfOverLocked()
}
