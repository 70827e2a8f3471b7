package taskgroup

import (
	"context"
	"strconv"
	"sync"

	"example.com/asyncgo/internal/ctxerr"
	"example.com/asyncgo/internal/watch"
)

// join is what the calls of Wait and Shutdown share. It is guarded by the
// group's lock.
type join struct {
	end     sync.WaitGroup // for calls that wait for nothing else
	done    chan struct{}  // for the others; closed at the end, made on demand
	parked  bool           // a call waits at end
	gaveUp  bool           // a Wait has returned a LateError: the next one waits for the end
	settled bool           // result and raised are set
	result  error
	raised  *PanicError
}

// Wait waits until every task has completed, including those in the backlog and
// those started meanwhile, and then closes the group: it accepts no more tasks,
// and its context is done. Wait returns nil, or a [*GroupError] with every
// failure and why the group was ended from outside, if it was. If a task
// panicked, Wait panics with its [*PanicError] instead.
//
// A [Group.Cancel] always counts as such an end; that of the parent's context
// only if it came before the join and a task did not return nil, was not
// called, or was refused because of it.
//
// Each call gives the same answer; with [WithGrace] the first may return a
// [*LateError]. A task that calls Wait on its own group waits for itself. It
// mirrors leaving an asyncio.TaskGroup.
func (g *Group) Wait() error {
	g.check()
	if late := g.waitForEnd(); late != nil {
		g.mu.Lock()
		outcome := g.outcome
		g.mu.Unlock()
		outcome.cause = late
		if pe := outcome.raised(); pe != nil {
			panic(pe)
		}
		return late
	}
	return g.answer()
}

// waitForEnd waits until all tasks have ended and returns nil, or gives up when
// the group's grace period is over.
func (g *Group) waitForEnd() *LateError {
	g.mu.Lock()
	if g.joinLocked(joining) {
		g.mu.Unlock()
		return nil
	}
	blocked := g.blockedJoin()
	if g.grace == nil || g.join.gaveUp {
		if !g.join.parked {
			g.join.parked = true
			g.join.end.Add(1)
		}
		g.mu.Unlock()
		blocked.Start()
		g.join.end.Wait()
		blocked.End()
		return nil
	}
	done := g.doneChanLocked()
	g.mu.Unlock()
	blocked.Start()
	ended := g.grace.wait(g.ctx, done)
	blocked.End()
	if ended {
		return nil
	}
	cause := g.soFar()
	g.mu.Lock()
	if g.life == closed {
		g.mu.Unlock()
		return nil // the last end wins a tie
	}
	g.join.gaveUp = true
	tasks := g.lateLocked()
	g.mu.Unlock()
	late := &LateError{Tasks: infos(tasks), Cause: cause}
	g.endLate(late)
	return late
}

// Shutdown refuses new tasks, and calls that wait for a slot, with
// [ErrGroupClosed], waits for the tasks that were accepted, including the
// backlog, and answers as [Group.Wait] does.
//
// If ctx is done first, it cancels the group with the error of ctx and returns
// at once a [*LateError] that names what is still running; a later Wait joins
// that, for as long as [WithGrace] lets it. Called by a task of the group with
// its own context, Shutdown returns [ErrSelfWait] and does nothing.
func (g *Group) Shutdown(ctx context.Context) error {
	g.check()
	if c, ok := ctx.Value(watch.CurrentTask).(*core); ok && c.group() == g && !c.hasCompleted() {
		return ErrSelfWait
	}
	g.mu.Lock()
	ended := g.joinLocked(closing)
	for n := g.admission.callers.PopFront(); n != nil; n = g.admission.callers.PopFront() {
		close(n.Value.granted)
	}
	done := g.doneChanLocked()
	g.mu.Unlock()
	if g.shared != nil {
		g.shared.refuse(ErrGroupClosed)
	}
	if ended {
		return g.answer()
	}
	blocked := g.blockedJoin()
	blocked.Start()
	select {
	case <-done:
		ended = true
	case <-ctx.Done():
	}
	blocked.End()
	if ended {
		return g.answer()
	}
	cause := ctxerr.EndedIn(ctx, ctxerr.Op(prefix+"Shutdown"))
	g.mu.Lock()
	late := g.cancelLocked(cause)
	tasks := g.lateLocked()
	g.mu.Unlock()
	if !late {
		return g.answer() // the last end wins a tie
	}
	g.end(cause)
	return &LateError{Tasks: infos(tasks), Cause: g.soFar()}
}

// joinLocked moves the group on to that state, unless it is past it, and
// reports whether it is closed.
func (g *Group) joinLocked(to life) bool {
	g.life = max(g.life, to)
	g.closeIfOverLocked()
	return g.life == closed
}

// closeIfOverLocked closes a group that is being joined when no task is left,
// and every call that has waited for a slot and got none has returned. Once the
// group is closing, they all get the same answer.
func (g *Group) closeIfOverLocked() {
	switch {
	case g.life < joining || g.life == closed || g.callers > 0 && g.life < closing:
		return
	case g.pending > 0:
		if g.pending == int(g.daemons.pending) {
			g.stopDaemonsLocked()
		}
		return
	}
	g.life = closed
	if g.join.parked {
		g.join.end.Done()
	}
	if g.join.done != nil {
		close(g.join.done)
	}
}

// doneChanLocked returns what is closed when the group is, unless it is.
func (g *Group) doneChanLocked() <-chan struct{} {
	if g.join.done == nil && g.life < closed {
		g.join.done = make(chan struct{})
	}
	return g.join.done
}

// answer is what Wait returns, or panics with, once all tasks have ended.
func (g *Group) answer() error {
	g.settle()
	g.mu.Lock()
	result, raised := g.join.result, g.join.raised
	g.mu.Unlock()
	if n := g.node(); n != nil {
		g.endWatched(n, result, raised)
	}
	if raised != nil {
		panic(raised)
	}
	return result
}

// settle makes the result, once, and releases what the group holds.
func (g *Group) settle() {
	cause := g.cause(false)
	g.mu.Lock()
	if !g.join.settled {
		g.join.settled = true
		g.outcome.cause = cause
		g.answerLocked()
	}
	stopDrain := g.stopDrain
	g.mu.Unlock()
	if stopDrain != nil {
		stopDrain()
	}
	if g.grace != nil {
		g.grace.stop()
	}
	g.cancel(ErrGroupClosed)
}

// answerLocked makes the one answer of a group that is closed.
func (g *Group) answerLocked() {
	g.join.result, g.join.raised = g.outcome.err(), g.outcome.raised()
}

// soFar is the error that the group would return if the tasks that still run
// did not return nil, and added nothing else to it.
func (g *Group) soFar() error {
	cause := g.cause(true)
	g.mu.Lock()
	outcome := g.outcome
	g.mu.Unlock()
	outcome.cause = cause
	return outcome.err()
}

// cause is why the group was ended from outside. The end of its parent is a
// reason only if it left something incomplete.
func (g *Group) cause(incomplete bool) error {
	_, parentsEnd := g.parentsEnd()
	g.mu.Lock()
	cause := g.outcome.cause
	incomplete = incomplete || g.incomplete
	g.mu.Unlock()
	if !incomplete {
		return cause
	}
	return both(cause, parentsEnd)
}

// groupName is what a group is called in the text of an error.
type groupName Group

func (g *groupName) String() string {
	if g.options.name == "" {
		return prefix + "group"
	}
	return prefix + "group " + strconv.Quote(g.options.name)
}

// parentsEnd reports whether the parent's end is what has ended the group, and
// its error, or nil.
func (g *Group) parentsEnd() (first bool, err error) {
	why, err := context.Cause(g.ctx), ctxerr.In(g.parent, (*groupName)(g))
	return err != nil && (why == nil || ctxerr.Same(why, context.Cause(g.parent))), err
}
