package taskgroup

import (
	"context"
	"fmt"
	"sync"

	"example.com/asyncgo/internal/waitlist"
)

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
