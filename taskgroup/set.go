package taskgroup

import (
	"context"

	"example.com/asyncgo/internal/ctxerr"
	"example.com/asyncgo/internal/waitlist"
)

// Set hands out tasks, or other handles, in the order in which they complete,
// while more are added: asyncio.as_completed for a set that grows, from which
// several goroutines may take. One that is added again before it was handed out
// is in it once, and after that once more.
//
// The zero Set is empty and ready to use. A handle that has not completed holds
// on to the sets it is in: use [Set.Remove] if a set is abandoned before that.
type Set[A Awaitable] struct{ set handleSet }

// NewSet returns a set that holds the tasks, as [Set.Add] adds them.
func NewSet[A Awaitable](tasks ...A) *Set[A] {
	s := &Set[A]{}
	s.add(tasks, "NewSet")
	return s
}

// Add adds tasks, or other handles, that are not in the set already; it does
// not block. Those that have completed are handed out in the order in which
// they were added. It costs O(1) for each. If one is nil or cannot be compared,
// Add panics and adds none.
func (s *Set[A]) Add(tasks ...A) { s.add(tasks, "Set.Add") }

func (s *Set[A]) add(tasks []A, caller string) {
	first := newMembers(tasks, caller)
	s.set.mu.Lock()
	defer s.set.mu.Unlock()
	s.set.members.reserve(len(tasks))
	for m := first; m != nil; {
		next := m.chain
		if s.set.members.find(m.awaitable, m.hashed) == nil {
			s.set.members.add(m)
			s.set.registerLocked(m)
		}
		m = next
	}
}

// newMembers returns a chain of members for tasks. They are made a few at a
// time: that is cheaper, and one that stays long keeps no more than that alive.
func newMembers[A Awaitable](tasks []A, caller string) (first *member) {
	var few []member
	link := &first
	foreign := 0
	for i, a := range tasks {
		if len(few) == 0 {
			few = make([]member, min(len(tasks)-i, 16))
		}
		m := &few[0]
		few = few[1:]
		m.target = newTarget(a, caller)
		m.hashed = m.hash()
		if m.completion == nil {
			foreign++
		}
		*link, link = m, &m.chain
	}
	if foreign > 0 {
		callDone(first, foreign)
	}
	return first
}

// callDone calls Done of the foreign handles of a chain, once for each. That is
// user code, so nothing is registered before it returns.
func callDone(first *member, foreign int) {
	called := make(map[Awaitable]<-chan struct{}, foreign)
	for m := first; m != nil; m = m.chain {
		if m.completion != nil {
			continue
		}
		done, ok := called[m.awaitable]
		if !ok {
			done = m.awaitable.Done()
			called[m.awaitable] = done
		}
		m.done = done
	}
}

// Remove takes handles that are in the set out of it, completed or not. In cost
// and panics it is like [Set.Add].
func (s *Set[A]) Remove(tasks ...A) {
	for _, a := range tasks {
		newTarget(a, "Set.Remove")
	}
	s.set.mu.Lock()
	defer s.set.mu.Unlock()
	for _, a := range tasks {
		t := newTarget(a, "Set.Remove")
		if m := s.set.members.find(a, t.hash()); m != nil {
			s.set.removeLocked(m)
		}
	}
	s.set.emptyLocked()
}

// removeLocked removes a member that is pending or ready.
func (s *handleSet) removeLocked(m *member) {
	m.over = true
	s.ready.Remove(&m.place)
	if m.completion != nil {
		m.completion.forget(&m.observer)
	}
	s.takeOutLocked(m)
	m.target = target{}
}

const opNext = ctxerr.Op("taskgroup: Set.Next")

// Next removes the handle that completed first of those in the set and returns
// it, after waiting for one to complete if none has. Calls that block are
// granted handles in FIFO order.
//
// The error is that of ctx, or [ErrNoTasks] if the set is or becomes empty;
// then nothing is taken. A failure of the handle is not an error of Next. It
// costs O(1), or O(n) if ctx is done and some handle is neither a [*Task] nor a
// [*Future].
func (s *Set[A]) Next(ctx context.Context) (A, error) {
	got, ok := s.set.take(FirstCompleted)
	if !ok {
		node := &waitlist.Node[nextCall]{Value: nextCall{until: FirstCompleted}}
		got = s.set.await(ctx, ctx.Done(), opNext, node)
	}
	m := got.member
	if m == nil {
		var zero A
		return zero, got.err
	}
	t := m.target
	m.target = target{} // the members made with it may stay for long
	t.waitCompleted()
	return t.awaitable.(A), nil
}

// Len returns how many handles have been added and not handed out, whether or
// not they have completed.
func (s *Set[A]) Len() int {
	s.set.mu.Lock()
	defer s.set.mu.Unlock()
	return s.set.members.n
}
