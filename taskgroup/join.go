package taskgroup

import (
	"context"
	"fmt"
	"sync"
	"time"

	"example.com/asyncgo/internal/ctxerr"
)

// Wait waits until every task of the group has ended, those included that are
// started meanwhile or wait for room, and then ends the group: it takes no more
// tasks, and its context is done. It returns nil, or a [*GroupError] with every
// failure and with the cause if the group was ended from outside. If a task
// panicked, Wait panics with its [*PanicError] instead, the failures being under
// Others; see [WithPanics].
//
// The end of the parent's context is such a cause if it came before the join
// and a task did not return nil, never ran or was refused because of it; the
// cause of a [Group.Cancel] always is.
//
// With [WithGrace], Wait may return a [*LateError] before all tasks have ended.
// Called again, or from several goroutines, it gives the same answer. The end
// of every task happens before its return.
//
// It mirrors leaving asyncio.TaskGroup.
func (g *Group) Wait() error {
	g.check()
	if late := g.await(); late != nil {
		if pe := g.raised(late); pe != nil {
			panic(pe)
		}
		return late
	}
	return g.answer()
}

// await waits until all tasks have ended and returns nil, or gives up when the
// group's grace period is over.
func (g *Group) await() *LateError {
	g.mu.Lock()
	if g.joinLocked() {
		g.mu.Unlock()
		return nil
	}
	if g.overdue == nil || g.late {
		if !g.awaited {
			g.awaited = true
			g.last.Add(1)
		}
		g.mu.Unlock()
		g.last.Wait()
		return nil
	}
	joined := g.joinedLocked()
	g.mu.Unlock()
	if g.overdue.wait(g.ctx, joined, g.grace) {
		return nil
	}
	cause := g.soFar()
	g.mu.Lock()
	if g.closed {
		g.mu.Unlock()
		return nil // the last end wins a tie
	}
	g.late = true
	tasks := g.leftLocked()
	g.mu.Unlock()
	return &LateError{Tasks: infos(tasks), Cause: cause}
}

// Shutdown ends the group in good order: it refuses new tasks, and the calls
// that wait for room, with [ErrGroupClosed], and waits for the tasks that are
// accepted, those in the backlog included. If they all end in time, it answers
// as [Group.Wait].
//
// If ctx ends first, it cancels the group, with an error for which [errors.Is]
// finds both ctx.Err() and [context.Cause](ctx), and returns at once a
// [*LateError] that names what still runs; a later Wait joins that, for as long as
// [WithGrace] lets it. What ended before its return happens before it.
//
// asyncio has nothing like it: a TaskGroup cannot be told to take no more.
func (g *Group) Shutdown(ctx context.Context) error {
	g.check()
	g.mu.Lock()
	g.closing = true
	for n := g.callers.PopFront(); n != nil; n = g.callers.PopFront() {
		close(n.Value.blocked)
	}
	ended := g.joinLocked()
	joined := g.joinedLocked()
	g.mu.Unlock()
	if g.shut != nil {
		g.shut(ErrGroupClosed)
	}
	if ended {
		return g.answer()
	}
	select {
	case <-joined:
		return g.answer()
	case <-ctx.Done():
	}
	cause := ctxerr.Ended(ctx)
	g.mu.Lock()
	late := g.cancelLocked(cause)
	tasks := g.leftLocked()
	g.mu.Unlock()
	if !late {
		return g.answer() // the last end wins a tie
	}
	g.end(cause)
	return &LateError{Tasks: infos(tasks), Cause: g.soFar()}
}

// joinLocked has the group close as soon as it is over, and reports whether that
// is the case.
func (g *Group) joinLocked() bool {
	g.joining = true
	g.closeIfOverLocked()
	return g.closed
}

// joinedLocked returns what is closed when the group is, if it is not.
func (g *Group) joinedLocked() <-chan struct{} {
	if g.joined == nil && !g.closed {
		g.joined = make(chan struct{})
	}
	return g.joined
}

// answer is what Wait returns, or panics with, once all tasks have ended.
func (g *Group) answer() error {
	g.settle()
	if pe := g.raised(nil); pe != nil {
		panic(pe)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.result
}

// settle makes the result, once, and lets go of everything the group holds.
func (g *Group) settle() {
	cause := g.cause(false)
	g.mu.Lock()
	if !g.answered {
		g.answered = true
		g.failures.cause = cause
		g.result = g.failures.err()
	}
	undrain := g.undrain
	g.mu.Unlock()
	if undrain != nil {
		undrain()
	}
	if g.overdue != nil {
		g.overdue.stop()
	}
	g.cancel(ErrGroupClosed)
}

// raised is the panic that has to be raised, if there is one, with the given
// cause or else the group's.
func (g *Group) raised(late *LateError) *PanicError {
	g.mu.Lock()
	failures := g.failures
	g.mu.Unlock()
	if failures.panic == nil {
		return nil
	}
	if late != nil {
		failures.cause = late
	}
	return failures.panicWith(failures.cause)
}

// soFar is the error that the group would return if the tasks that still run
// did not return nil, and added nothing else to it.
func (g *Group) soFar() error {
	cause := g.cause(true)
	g.mu.Lock()
	failures := g.failures
	g.mu.Unlock()
	failures.cause = cause
	return failures.err()
}

// cause is why the group was ended from outside. The end of its parent is a
// reason only if it left something undone.
func (g *Group) cause(undone bool) error {
	_, parentsEnd := g.parentsEnd()
	g.mu.Lock()
	cause := g.failures.cause
	undone = undone || g.undone
	g.mu.Unlock()
	if !undone {
		return cause
	}
	return both(cause, parentsEnd)
}

// parentsEnd reports whether the parent's end is what has ended the group, and
// its error, or nil.
func (g *Group) parentsEnd() (first bool, err error) {
	why, err := context.Cause(g.ctx), ctxerr.Of(g.parent)
	return err != nil && (why == nil || ctxerr.Same(why, context.Cause(g.parent))), err
}

// both is the cause of what was ended from outside twice.
func both(first, second error) error {
	switch {
	case first == nil || second == nil:
		if first == nil {
			return second
		}
		return first
	case ctxerr.Is(first, second):
		return first
	}
	return fmt.Errorf("%w; %w", first, second)
}

// overdue knows since when a group has been cancelled.
type overdue struct {
	mu   sync.Mutex
	at   time.Time
	stop func() bool
}

func watchOverdue(ctx context.Context) *overdue {
	o := &overdue{}
	o.stop = context.AfterFunc(ctx, func() { o.since() })
	return o
}

// since is when it was cancelled. It is called only once that is so.
func (o *overdue) since() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.at.IsZero() {
		o.at = time.Now()
	}
	return o.at
}

// wait reports whether joined was closed before ctx had been done for as long
// as the grace period.
func (o *overdue) wait(ctx context.Context, joined <-chan struct{}, grace time.Duration) bool {
	select {
	case <-joined:
		return true
	case <-ctx.Done():
	}
	timer := time.NewTimer(grace - time.Since(o.since()))
	defer timer.Stop()
	select {
	case <-joined:
		return true
	case <-timer.C:
		return false
	}
}
