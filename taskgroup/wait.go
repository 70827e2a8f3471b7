package taskgroup

import (
	"context"
	"fmt"
	"sync"

	"example.com/asyncgo/internal/ctxerr"
	"example.com/asyncgo/internal/waitlist"
)

// Until says what [Wait] waits for.
type Until int

const (
	// AllCompleted is asyncio.ALL_COMPLETED: it waits until every handle has
	// completed.
	AllCompleted Until = iota
	// FirstCompleted is asyncio.FIRST_COMPLETED: it waits until one handle has
	// completed.
	FirstCompleted
	// FirstError is asyncio.FIRST_EXCEPTION: it waits until one handle has
	// failed, or every one has completed. A canceled one has not failed: a task
	// that is [Task.Cancelled], or another whose error leads to
	// [context.Canceled].
	FirstError
)

const opWait = ctxerr.Op("taskgroup: Wait")

// Wait is asyncio.wait: it blocks until the condition given by until holds for
// the tasks, or other handles, and returns those that have completed by then
// and those that have not, without duplicates and, unlike asyncio, in the order
// of the arguments; both also if ctx is done first. A failure of a handle is
// not an error of Wait; to have no handle is [ErrNoTasks].
//
// Wait panics if a handle is nil or cannot be compared, or if until is unknown.
// It costs O(n) and a few allocations whatever n is. To take many one by one,
// use [Completed].
func Wait[A Awaitable](ctx context.Context, until Until, tasks ...A) (done, pending []A, err error) {
	if until < AllCompleted || until > FirstError {
		panic(misused("Wait with an unknown Until"))
	}
	if len(tasks) == 0 {
		return nil, nil, ErrNoTasks
	}
	w := newWaitSet(len(tasks))
	defer w.release()
	for i, a := range tasks {
		w.add(i, a, "Wait")
	}
	_, err = w.wait(ctx, opWait, until)
	done, pending = split(w, tasks)
	return done, pending, err
}

// split returns the tasks that had completed when w was frozen, and the others.
func split[A Awaitable](w *waitSet, tasks []A) (done, pending []A) {
	over := 0
	for i := range w.handles {
		if w.handles[i].over {
			over++
		}
	}
	all := make([]A, len(w.handles))
	done, pending = all[:0:over], all[over:over]
	for i := range w.handles {
		if m := &w.handles[i]; m.over {
			done = append(done, tasks[m.argument])
		} else {
			pending = append(pending, tasks[m.argument])
		}
	}
	return done, pending
}

// waitSet is the handleSet of one call of [Wait], [GatherTasks] or [Completed].
// Its members are known from the start, so they are made at once, keep the
// order of the arguments, and stay.
//
// The call adds the handles, registers, takes members until the wait is over,
// and releases the set. Until the set is frozen, members become ready; after
// that, the call alone uses it, except for observers that are about to notify
// it to no effect.
//
// waitSets are reused, so that a wait for any number of handles allocates no
// more than one for one, but never with a channel.
type waitSet struct {
	handleSet
	handles  []member                // each once, in the order of the arguments
	call     waitlist.Node[nextCall] // by which the call blocks
	done     <-chan struct{}         // of the call's context
	gaveUp   bool                    // the call's context ended it
	hasAlien bool                    // some handles are not of this package
	joined   sync.WaitGroup          // the watchers

	// Room for more members and buckets than those in use, all zero.
	space   []member
	buckets []*member
}

var waitSets = sync.Pool{New: func() any {
	w := &waitSet{}
	w.watchers = &w.joined
	return w
}}

// newWaitSet returns a waitSet for up to n handles.
func newWaitSet(n int) *waitSet {
	w := waitSets.Get().(*waitSet)
	if len(w.space) < n {
		w.space = make([]member, n)
	}
	buckets := bucketsFor(n)
	if len(w.buckets) < buckets {
		w.buckets = make([]*member, buckets)
	}
	w.handles, w.members.buckets = w.space[:0:n], w.buckets[:buckets]
	return w
}

// add adds a, the argument with that index, unless it is there already.
func (w *waitSet) add(argument int, a Awaitable, caller string) {
	t := newTarget(a, caller)
	hashed := t.hash()
	if w.members.find(a, hashed) != nil {
		return
	}
	if t.completion == nil {
		t.done = a.Done()
		w.hasAlien = true
	}
	n := len(w.handles)
	w.handles = w.handles[:n+1]
	m := &w.handles[n]
	m.target, m.hashed, m.argument = t, hashed, int32(argument)
	w.members.add(m)
}

// register has the set notified of every completion.
func (w *waitSet) register(ctx context.Context, until Until) {
	w.done = ctx.Done() // before anything is registered: it may panic
	w.call.Value.until = until
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range w.handles {
		w.registerLocked(&w.handles[i])
	}
}

// next returns the next member that may end the call.
func (w *waitSet) next(ctx context.Context, op fmt.Stringer) (*member, error) {
	got, ok := w.take(w.call.Value.until)
	if !ok {
		got = w.await(ctx, w.done, op, &w.call)
	}
	if got.member != nil {
		got.member.waitCompleted()
	}
	w.gaveUp = got.err != nil && got.err != ErrNoTasks
	return got.member, got.err
}

// wait blocks until what until says, and freezes the set. It returns the member
// that has ended the wait, if that is known. If ctx has, the error says so of
// op.
func (w *waitSet) wait(ctx context.Context, op fmt.Stringer, until Until) (m *member, err error) {
	if until != FirstCompleted || !w.look() {
		w.register(ctx, until)
		for {
			m, err = w.next(ctx, op)
			if m == nil || until != FirstError || m.hasFailed() {
				break
			}
		}
	}
	w.freeze()
	if err == ErrNoTasks {
		err = nil
	}
	return m, err
}

// look finds the members that have completed, and reports whether there are
// any. Nothing has been registered yet.
func (w *waitSet) look() (found bool) {
	for i := range w.handles {
		m := &w.handles[i]
		m.over = m.hasCompleted()
		found = found || m.over
	}
	return found
}

// freeze lets no more members become ready. The completions of those that have
// are visible when it returns.
func (w *waitSet) freeze() {
	w.mu.Lock()
	if !w.frozen {
		w.lookLocked()
		w.frozen = true
	}
	w.mu.Unlock()
	for i := range w.handles {
		if m := &w.handles[i]; m.over {
			m.waitCompleted()
		}
	}
}

// release takes back what add and register did, whatever has happened since.
func (w *waitSet) release() {
	if w.hasAlien {
		w.endWatchers()
	}
	gone := 0 // members that have notified the set, or are about to
	for i := range w.handles {
		if m := &w.handles[i]; m.observes && !m.completion.forget(&m.observer) {
			gone++
		}
	}
	w.mu.Lock()
	busy := w.notified != gone
	w.mu.Unlock()
	if busy || w.hasAlien || w.gaveUp || len(w.space) > 1024 {
		return // to the garbage collector: many may give up at once
	}
	clear(w.handles)
	clear(w.members.buckets)
	w.handles, w.members, w.ready = nil, table{}, waitlist.List[*member]{}
	w.frozen, w.notified, w.done = false, 0, nil
	w.call = waitlist.Node[nextCall]{}
	waitSets.Put(w)
}

// endWatchers ends the watchers of the members that have not completed.
func (w *waitSet) endWatchers() {
	w.mu.Lock()
	w.frozen = true
	for i := range w.handles {
		if m := &w.handles[i]; m.stop != nil {
			close(m.stop)
		}
	}
	w.mu.Unlock()
	w.joined.Wait()
}
