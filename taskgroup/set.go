package taskgroup

import (
	"context"
	"sync"

	"example.com/asyncgo/internal/ctxerr"
	"example.com/asyncgo/internal/waitlist"
)

// Set hands out tasks, or other handles, as they end: the way to wait for the
// next of many, while more are added. Each goes through it once: a handle that
// is added again before it was handed out is in it once, and one added again
// after that is handed out again.
//
// The zero Set is empty and ready to use. A Set is safe for concurrent use and
// must not be copied after first use. It never cancels a handle. A handle that
// has not ended holds on to the sets it is in: take it out with [Set.Remove] if
// a set is given up before it. While a handle is in a set that is neither a
// [*Task] nor a [*Future], a goroutine watches it until it ends.
//
// It mirrors asyncio.as_completed. Unlike there, the set may grow, and several
// goroutines may take from it.
type Set[A Awaitable] struct {
	// A member is pending until its handle tells of its end, then ready, and
	// gone once it is handed out or removed; a call of Next that waits gets it
	// without its being ready first. So calls wait only while nothing is ready,
	// in the order in which they came, and at least one member is pending. The
	// lock is taken before that of a completion, never after.
	mu      sync.Mutex
	members table[A]
	ready   waitlist.List[*member[A]]
	calls   waitlist.List[nextCall[A]]
	stop    chan struct{} // ends the watchers, if anything does
}

// member is one handle in a Set.
type member[A Awaitable] struct {
	observer
	target
	set    *Set[A]
	place  waitlist.Node[*member[A]] // in ready
	over   bool                      // ready or gone
	call   *nextCall[A]              // to be woken
	hashed uint64
	chain  *member[A] // in the table
}

// nextCall is one call of Next that waits.
type nextCall[A Awaitable] struct {
	answer[A]
	woken  chan struct{}  // where it waits if its context can end
	parked sync.WaitGroup // where it waits if not
}

func (c *nextCall[A]) wake() {
	if c.woken != nil {
		close(c.woken)
	} else {
		c.parked.Done()
	}
}

// answer is what Next returns, and perhaps a moment before the handle's end is
// there for all to see.
type answer[A Awaitable] struct {
	handle     A
	completion *completion
	err        error
}

// NewSet returns a set that holds the tasks, as [Set.Add] adds them.
func NewSet[A Awaitable](tasks ...A) *Set[A] {
	s := &Set[A]{}
	s.add(tasks, "NewSet")
	return s
}

// Add adds tasks, or other handles, except those that are in the set already. It
// does not wait. Those that have ended are handed out in the order in which they
// were added. A nil handle and one that cannot be compared are misuse; none of
// the tasks is added then. It costs O(1) for each.
func (s *Set[A]) Add(tasks ...A) { s.add(tasks, "Set.Add") }

func (s *Set[A]) add(tasks []A, caller string) {
	first := newMembers(s, tasks, caller)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.members.reserve(len(tasks))
	for m := first; m != nil; {
		next := m.chain
		if s.members.add(m) {
			s.addedLocked(m)
		}
		m = next
	}
}

// newMembers returns a chain of members for tasks. They are made a few at a
// time: that is cheaper, and one that stays long keeps no more than that alive.
func newMembers[A Awaitable](s *Set[A], tasks []A, caller string) (first *member[A]) {
	var few []member[A]
	link := &first
	for i, a := range tasks {
		if len(few) == 0 {
			few = make([]member[A], min(len(tasks)-i, 16))
		}
		m := &few[0]
		few = few[1:]
		m.set, m.target = s, newTarget(a, caller)
		if m.completion == nil {
			m.done = a.Done()
		}
		m.hashed = m.hash()
		*link, link = m, &m.chain
	}
	return first
}

func (s *Set[A]) addedLocked(m *member[A]) {
	switch {
	case m.completion != nil:
		m.to = m
		if !m.completion.observe(&m.observer, counted) {
			s.endedLocked(m)
		}
	case m.hasCompleted():
		s.endedLocked(m)
	case m.done != nil:
		go m.watch(m.done, s.stop)
	}
}

// Remove takes tasks, or other handles, out of the set, if they are in it,
// whether or not they have ended. It does not wait. A nil handle and one that
// cannot be compared are misuse; none of the tasks is taken out then. It costs
// O(1) for each.
func (s *Set[A]) Remove(tasks ...A) {
	for _, a := range tasks {
		newTarget(a, "Set.Remove")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range tasks {
		t := newTarget(a, "Set.Remove")
		m := s.members.find(a, t.hash())
		if m == nil {
			continue
		}
		m.over = true
		s.ready.Remove(&m.place)
		if m.completion != nil {
			m.completion.forget(&m.observer)
		}
		s.takeOutLocked(m)
	}
	s.emptyLocked()
}

// takeOutLocked forgets a member, and returns the answer that it makes.
func (s *Set[A]) takeOutLocked(m *member[A]) answer[A] {
	s.members.remove(m)
	taken := answer[A]{handle: m.awaitable.(A), completion: m.completion}
	m.target = target{}
	return taken
}

// told tells the set that m has ended.
func (m *member[A]) told(*observer) bool {
	m.set.mu.Lock()
	defer m.set.mu.Unlock()
	m.call = m.set.toldLocked(m)
	return m.call != nil
}

func (m *member[A]) wake(*observer) { m.call.wake() }

// watch tells the set of the end of a member that cannot do that itself.
func (m *member[A]) watch(done, stop <-chan struct{}) {
	select {
	case <-done:
		m.set.mu.Lock()
		defer m.set.mu.Unlock()
		m.set.endedLocked(m)
	case <-stop:
	}
}

// endedLocked is toldLocked for an end that is there to see.
func (s *Set[A]) endedLocked(m *member[A]) {
	if call := s.toldLocked(m); call != nil {
		call.wake()
	}
}

// toldLocked hands m to the call that has waited longest, which it returns and
// which has to be woken, or has m ready.
func (s *Set[A]) toldLocked(m *member[A]) *nextCall[A] {
	if m.over {
		return nil
	}
	m.over = true
	node := s.calls.PopFront()
	if node == nil {
		m.place.Value = m
		s.ready.PushBack(&m.place)
		return nil
	}
	call := &node.Value
	call.answer = s.takeOutLocked(m)
	s.emptyLocked()
	return call
}

// emptyLocked sends away the calls that wait if the set has become empty.
func (s *Set[A]) emptyLocked() {
	for s.members.n == 0 && s.calls.Len() > 0 {
		call := &s.calls.PopFront().Value
		call.err = ErrNoTasks
		call.wake()
	}
}

// takeLocked takes out a member that is ready, if there is one.
func (s *Set[A]) takeLocked() (taken answer[A], ok bool) {
	node := s.ready.PopFront()
	if node == nil {
		return taken, false
	}
	return s.takeOutLocked(node.Value), true
}

// lookLocked looks for members that have ended and whose handles are late to
// tell: an end that came before that of a context is not to be reported after it.
func (s *Set[A]) lookLocked() {
	var ended []*member[A]
	for m := range s.members.all {
		if !m.over && m.hasCompleted() {
			ended = append(ended, m)
		}
	}
	for _, m := range ended {
		s.endedLocked(m)
	}
}

// Next takes out the handle that ended first of those in the set, and waits for
// one to end if none has. Several calls are served in the order in which they
// came.
//
// If ctx is done before one has ended, it takes nothing and returns an error for
// which [errors.Is] finds both ctx.Err() and [context.Cause](ctx); a handle that
// has ended is returned whatever ctx says. It returns [ErrNoTasks] if the set is
// empty, and also if others take the last handle while it waits. In both cases
// the handle is the zero value. A failure of the handle is not one of Next.
//
// The end of the handle happens before the return. It costs O(1), whatever waits;
// a call that ctx ends looks through the set.
func (s *Set[A]) Next(ctx context.Context) (A, error) {
	taken := s.next(ctx)
	if taken.completion != nil {
		_ = taken.completion.wait(context.Background()) // for a moment at most
	}
	return taken.handle, taken.err
}

func (s *Set[A]) next(ctx context.Context) answer[A] {
	if taken, ok := s.poll(ctx, nil); ok {
		return taken
	}
	// Made outside the lock, since a context may be anybody's code.
	node := &waitlist.Node[nextCall[A]]{}
	call := &node.Value
	done := ctx.Done()
	if done != nil {
		call.woken = make(chan struct{})
	} else {
		call.parked.Add(1)
	}
	if taken, ok := s.poll(ctx, node); ok {
		return taken
	}
	// It does not yield before it blocks: that goes behind everybody who wants a
	// processor, for milliseconds where some compute.
	if done == nil {
		call.parked.Wait()
		return call.answer
	}
	select {
	case <-call.woken:
	case <-done:
		s.mu.Lock()
		s.lookLocked()
		left := s.calls.Remove(node)
		s.mu.Unlock()
		if left {
			return answer[A]{err: ctxerr.Ended(ctx)}
		}
	}
	return call.answer
}

// poll returns what Next has to return at once. If it has to wait instead, node is
// put into the line, unless it is nil.
func (s *Set[A]) poll(ctx context.Context, node *waitlist.Node[nextCall[A]]) (taken answer[A], ok bool) {
	ended := ctxerr.Of(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	taken, ok = s.takeLocked()
	if !ok && ended != nil {
		s.lookLocked()
		taken, ok = s.takeLocked()
	}
	switch {
	case ok:
	case s.members.n == 0:
		return answer[A]{err: ErrNoTasks}, true
	case ended != nil:
		return answer[A]{err: ended}, true
	case node != nil:
		s.calls.PushBack(node)
	}
	return taken, ok
}

// Len returns how many handles are in the set: those that have been added and
// not handed out, whether or not they have ended.
func (s *Set[A]) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.members.n
}

// drop empties a set that nobody else uses.
func (s *Set[A]) drop() {
	close(s.stop)
	s.mu.Lock()
	defer s.mu.Unlock()
	for m := range s.members.all {
		if m.completion != nil {
			m.completion.forget(&m.observer)
		}
	}
}
