package queue

import (
	"context"
	"sync/atomic"

	"example.com/asyncgo/internal/waitlist"
)

// A waiter is one blocked call. It lives for that one wait, and so does its
// channel.
type waiter[T any] struct {
	item    T             // what a Put brings; what a Get has been given
	ready   chan struct{} // closed when the waiter has been served
	settled atomic.Bool   // it has been served, or its context has ended
	refused bool          // it has been served with ErrShutdown
}

// settle decides a tie: it answers true to the first who calls, either the one
// who serves the waiter or, when its context ends, the waiter itself. It is no
// matter for the lock, since that may come with the service.
func (w *waiter[T]) settle() bool { return w.settled.CompareAndSwap(false, true) }

// A line is where waiters stand, in order of arrival. One whose context has
// ended is on its way out, and is passed over.
type line[T any] struct {
	waitlist.List[waiter[T]]
}

// next takes out the waiter that has waited longest, to be served. It returns
// nil if nobody waits.
func (l *line[T]) next() *waiter[T] {
	if l.Len() == 0 {
		return nil // without a call: this is small enough to be inlined
	}
	return l.firstUnsettled()
}

func (l *line[T]) firstUnsettled() *waiter[T] {
	for n := l.PopFront(); n != nil; n = l.PopFront() {
		if n.Value.settle() {
			return &n.Value
		}
	}
	return nil
}

// waitLocked stands in line, unlocks, and waits to be served. It returns nil if
// ctx ended first: then nobody will serve the waiter.
func (q *Queue[T]) waitLocked(ctx context.Context, l *line[T], item T) *waiter[T] {
	n := &waitlist.Node[waiter[T]]{Value: waiter[T]{item: item, ready: make(chan struct{})}}
	w := &n.Value
	l.PushBack(n)
	q.mu.Unlock()
	select {
	case <-w.ready:
		return w
	case <-ctx.Done():
	}
	if !w.settle() {
		<-w.ready
		return w
	}
	q.mu.Lock()
	l.Remove(n)
	q.mu.Unlock()
	return nil
}
