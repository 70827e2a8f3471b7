package taskgroup

import (
	"context"
	"fmt"
	"sync"

	"example.com/asyncgo/internal/ctxerr"
	"example.com/asyncgo/internal/waitlist"
	"example.com/asyncgo/internal/watch"
)

// handleSet yields handles in the order in which they complete. It is the one
// protocol of [Set], [Completed], [Wait] and [GatherTasks] for the question
// which of several handles has completed.
//
// A member is pending until its completion notifies the set, then ready, and
// over once it is taken out or removed; a blocked call gets it without its
// being ready first. So a call is blocked only while no member is ready that
// may end it, calls are granted members in FIFO order, and at least one member
// is pending. If a member and the context of a call come at the same moment,
// the lock decides: a call that is still on the list returns the error, one
// that is not has a member.
//
// The lock is taken before that of a completion, never after, and not held
// while user code runs, comparisons of handles excepted.
type handleSet struct {
	mu      sync.Mutex
	members table // those that are pending or ready
	ready   waitlist.List[*member]
	calls   waitlist.List[nextCall]
	foreign int // members whose completion only a watcher notices

	// Of a set that belongs to one call, whose members stay in the table and
	// keep their handles; see waitSet.
	watchers *sync.WaitGroup // nil in other sets
	frozen   bool            // no member becomes ready anymore
	notified int             // members whose completions are through with them, but for wake
}

// member is one handle in a handleSet.
type member struct {
	observer
	target
	set      *handleSet
	place    waitlist.Node[*member] // in ready
	over     bool                   // not pending
	observes bool                   // it has been registered
	argument int32                  // its index, in a waitSet
	call     *nextCall              // to be woken
	hashed   uint64
	chain    *member       // in the table
	stop     chan struct{} // ends the watcher, if there is one
}

// nextCall is one call that is blocked until a member completes that may end
// it.
type nextCall struct {
	parker
	answer
	until Until
}

// answer is what a call gets, perhaps a moment before the completion of the
// member is visible.
type answer struct {
	member *member // nil if there is an error
	err    error
}

// anyFailure is an Until for which canceled tasks have failed, too.
const anyFailure Until = -1

// mayEnd reports whether m, which has completed, may be what a call waits for.
// It is called before the completion is visible and runs no user code, so it
// cannot always tell; see waitSet.wait.
func (until Until) mayEnd(m *member) bool {
	switch until {
	case AllCompleted:
		return false
	case FirstCompleted:
		return true
	}
	return m.completion == nil || m.awaitable.(handle).failure() != nil
}

// registerLocked has the set notified of the completion of m, a member that is
// in the table. The caller holds mu.
func (s *handleSet) registerLocked(m *member) {
	m.set = s
	switch {
	case m.completion != nil:
		m.to = m
		if m.hasCompleted() {
			s.completedLocked(m)
		} else if m.observes = m.completion.observe(&m.observer, ordered); !m.observes {
			s.completedLocked(m)
		}
	case m.hasCompleted():
		s.completedLocked(m)
	case m.done != nil:
		m.stop = make(chan struct{})
		s.foreign++
		if s.watchers != nil {
			s.watchers.Add(1)
		}
		go m.watch(m.done, m.stop)
	}
}

// watch notifies the set of a completion that notifies no observer.
func (m *member) watch(done, stop <-chan struct{}) {
	if m.set.watchers != nil {
		defer m.set.watchers.Done()
	}
	select {
	case <-done:
		m.set.mu.Lock()
		defer m.set.mu.Unlock()
		m.set.completedLocked(m)
	case <-stop:
	}
}

func (m *member) notify() bool {
	m.set.mu.Lock()
	defer m.set.mu.Unlock()
	m.set.notified++
	m.call = m.set.notifyLocked(m)
	return m.call != nil
}

func (m *member) wake() { m.call.wake() }

// completedLocked is notifyLocked for a completion that is visible.
func (s *handleSet) completedLocked(m *member) {
	if call := s.notifyLocked(m); call != nil {
		call.wake()
	}
}

// notifyLocked makes m ready, or grants it to the call that has waited longest.
// It returns a call that is to be woken when the completion is visible.
func (s *handleSet) notifyLocked(m *member) *nextCall {
	if m.over || s.frozen {
		return nil
	}
	m.over = true
	front := s.calls.Front()
	if front == nil {
		m.place.Value = m
		s.ready.PushBack(&m.place)
		return nil
	}
	s.takeOutLocked(m)
	call := &front.Value
	switch {
	case call.until.mayEnd(m):
		call.member = m
	case s.members.n == 0:
		call.err = ErrNoTasks
	default:
		return nil
	}
	s.calls.Remove(front)
	s.emptyLocked()
	return call
}

// takeOutLocked takes out a member that is over.
func (s *handleSet) takeOutLocked(m *member) {
	if m.stop != nil {
		close(m.stop)
		m.stop = nil
		s.foreign--
	}
	if s.watchers != nil {
		s.members.n--
		return
	}
	s.members.remove(m)
}

// emptyLocked unblocks the calls if the set has become empty.
func (s *handleSet) emptyLocked() {
	for s.members.n == 0 && s.calls.Len() > 0 {
		call := &s.calls.PopFront().Value
		call.err = ErrNoTasks
		call.wake()
	}
}

// takeLocked takes out the first member that is ready and may end a call, and
// those before it. It reports false if the call has to block.
func (s *handleSet) takeLocked(until Until) (got answer, ok bool) {
	for node := s.ready.PopFront(); node != nil; node = s.ready.PopFront() {
		s.takeOutLocked(node.Value)
		if until.mayEnd(node.Value) {
			return answer{member: node.Value}, true
		}
	}
	if s.members.n == 0 {
		return answer{err: ErrNoTasks}, true
	}
	return answer{}, false
}

// take is takeLocked for a caller that does not hold mu.
func (s *handleSet) take(until Until) (got answer, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.takeLocked(until)
}

// await blocks until a member completes that may end the call in node, whose
// context has the channel done. The error is ErrNoTasks if the set is or
// becomes empty, or says that op was ended by ctx.
func (s *handleSet) await(ctx context.Context, done <-chan struct{}, op fmt.Stringer, node *waitlist.Node[nextCall]) answer {
	call := &node.Value
	if ctx.Err() != nil {
		return s.giveUp(ctx, op, call.until)
	}
	blocked := watch.Blocked(ctx, watch.Any, nil, 0)
	s.mu.Lock()
	if got, ok := s.takeLocked(call.until); ok {
		s.mu.Unlock()
		return got
	}
	call.answer = answer{} // node may have been used before
	call.arm(done)
	s.calls.PushBack(node)
	blocked.Of(s.members.n)
	s.mu.Unlock()
	blocked.Start()
	woken := call.park(done)
	blocked.End()
	if woken {
		return call.answer
	}
	s.mu.Lock()
	s.lookLocked()
	left := s.calls.Remove(node)
	s.mu.Unlock()
	if left {
		return s.giveUp(ctx, op, call.until)
	}
	call.park(nil) // it is about to be woken
	return call.answer
}

// giveUp is the result of a call whose context is done.
func (s *handleSet) giveUp(ctx context.Context, op fmt.Stringer, until Until) answer {
	err := ctxerr.EndedIn(ctx, op)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lookLocked()
	if got, ok := s.takeLocked(until); ok {
		return got
	}
	s.frozen = s.watchers != nil // what completes later has not ended this call
	return answer{err: err}
}

// lookLocked looks for members that have completed and whose watchers are late:
// a completion that came before the end of a context is not to be reported
// after it. Others have notified the set before their completion became
// visible.
func (s *handleSet) lookLocked() {
	if s.foreign == 0 {
		return
	}
	var found []*member
	for m := range s.members.all {
		if m.stop != nil && !m.over && m.hasCompleted() {
			found = append(found, m)
		}
	}
	for _, m := range found {
		s.completedLocked(m)
	}
}
