package conformance

import (
	"context"
	"errors"
	"time"
)

// The causes of the harness's own cancellations.
var (
	errRequested = errors.New("conformance: cancellation requested")    // of a task, or one wait
	errLeft      = errors.New("conformance: cancellation left a scope") // of what a scope derives from
)

// requests is the part of an asyncio task that deals with cancellation: a
// request ends the wait that the task is in, or else the next one. Both
// counters mean what they do there.
type requests struct {
	count   int    // Task.cancelling(): made, and not taken back by the scope that made them
	pending bool   // Task._must_cancel: made, and not yet delivered to the task
	deliver func() // ends the wait that the task is in; nil between waits
	seen    bool   // deliver has been used in this wait
}

// cancel makes a request, as Task.cancel() does, and reports whether the task
// had not completed. The first request is a call of Task.Cancel; as that has an
// effect only once, later requests are the harness's own.
func (a *actor) cancel() bool {
	spent := a.hasBeenCancelled()
	did := a.task.Cancel(errRequested)
	a.mu.Lock()
	inherited := a.inherited
	a.mu.Unlock()
	switch {
	case !did && hasEnded(a.task):
		return false
	case !did || spent:
		a.request()
	case inherited != nil:
		inherited.fire() // now; the context would do it from another goroutine, later
	}
	return true
}

// hasBeenCancelled reports whether the task's own context has ended, after
// which Task.Cancel has no effect on it.
func (a *actor) hasBeenCancelled() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.inherited != nil && a.inherited.fired
}

// request interrupts the actor once: the wait it is in or, if it does not
// wait, the next one.
func (a *actor) request() {
	a.mu.Lock()
	a.requests.count++
	deliver := a.requests.deliver
	if deliver == nil {
		a.requests.pending = true
	} else {
		a.requests.seen = true
	}
	a.mu.Unlock()
	if deliver != nil {
		deliver()
	}
}

// takeBack undoes the count of a request whose scope ends, as Task.uncancel()
// does.
func (a *actor) takeBack() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.requests.count--
	if a.requests.count == 0 {
		a.requests.pending = false
	}
}

// requested is the number of requests that have not been taken back.
func (a *actor) requested() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.requests.count
}

// isPending reports whether there is a request that has not been delivered.
func (a *actor) isPending() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.requests.pending
}

// takeRequest reports whether there was a request that had not been delivered,
// and delivers it.
func (a *actor) takeRequest() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	was := a.requests.pending
	a.requests.pending = false
	return was
}

// listen starts a wait: until mute, each request calls deliver, a pending one
// at once.
func (a *actor) listen(deliver func()) {
	a.mu.Lock()
	was := a.requests.pending
	a.requests.pending, a.requests.seen, a.requests.deliver = false, was, deliver
	a.mu.Unlock()
	if was {
		deliver()
	}
}

// mute ends a wait, and reports whether there was a request in the meantime.
// Requests in the same instant count as one, as in asyncio, where the task runs
// only after all of them.
func (a *actor) mute() (seen bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.requests.seen {
		a.mu.Unlock()
		time.Sleep(tick)
		a.mu.Lock()
	}
	seen = a.requests.seen
	a.requests.seen, a.requests.deliver = false, nil
	return seen
}

// wait calls op with a context that the next request ends.
func (a *actor) wait(op func(ctx context.Context) error) error {
	ctx, cancel := context.WithCancelCause(a.world.ctx)
	defer cancel(nil)
	a.listen(func() { cancel(errRequested) })
	err := op(ctx)
	if a.mute() && !isCancellation(err) {
		// It completed in spite of the request, and its context stays done.
		a.mu.Lock()
		a.requests.pending = true
		a.mu.Unlock()
	}
	return err
}

// source is a context of the library. Its end interrupts the actor, once.
type source struct {
	actor *actor
	stop  func() bool

	fired, closed bool // under the actor's lock
}

// enter makes the end of ctx interrupt the actor, until leave.
func (a *actor) enter(ctx context.Context) *source {
	s := &source{actor: a}
	if ctx.Err() != nil {
		s.stop = func() bool { return true }
		s.fire()
		return s
	}
	s.stop = context.AfterFunc(ctx, s.fire)
	return s
}

// inherit makes the end of the task's own context interrupt the actor.
func (a *actor) inherit(ctx context.Context) (leave func()) {
	own := a.enter(ctx)
	a.mu.Lock()
	a.inherited = own
	a.mu.Unlock()
	if a.group == nil {
		return func() { own.leave() }
	}
	// The end of the group is the end of ctx, unless ctx has been canceled
	// before. Then asyncio cancels the task once more.
	again := context.AfterFunc(a.group.Context(), func() {
		if errors.Is(context.Cause(ctx), errRequested) {
			a.request()
		}
	})
	return func() { again(); own.leave() }
}

func (s *source) fire() {
	a := s.actor
	a.mu.Lock()
	over := s.fired || s.closed
	s.fired = s.fired || !s.closed
	a.mu.Unlock()
	if !over {
		a.request()
	}
}

// leave ends what enter started. It reports whether ctx has interrupted the
// actor, and takes that request back.
func (s *source) leave() (fired bool) {
	s.stop()
	s.actor.mu.Lock()
	s.closed = true
	fired = s.fired
	s.actor.mu.Unlock()
	if fired {
		s.actor.takeBack()
	}
	return fired
}
