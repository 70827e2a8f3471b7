package queue

import (
	"sync/atomic"
	"time"

	"example.com/asyncgo/internal/waitlist"
	"example.com/asyncgo/internal/watch"
)

// A waiter is one blocked call. It lives for that one wait, and so does its
// channel.
//
// It is open until a call claims it: either one that serves it, under the
// queue's lock, or, when its context ends, the blocked call itself, which then
// withdraws. The first claim decides a tie between the two. The claim is not a
// matter for the lock, since the lock may come with the service.
type waiter[T any] struct {
	item    T             // what a Put brings; what a Get has been given
	ready   chan struct{} // closed when the waiter has been served
	claimed atomic.Bool   // it has been served, or has withdrawn
	refused bool          // it has been served with ErrShutdown
	batch   bool          // it is a batch that goes on after this item
}

type node[T any] = waitlist.Node[waiter[T]]

func newWaiter[T any](item T) *node[T] {
	return &node[T]{Value: waiter[T]{item: item, ready: make(chan struct{})}}
}

// claim reports whether this is the first call of it.
func (w *waiter[T]) claim() bool { return w.claimed.CompareAndSwap(false, true) }

// A line is a list of waiters in order of arrival. One that has withdrawn is
// about to be removed, and is passed over.
type line[T any] struct {
	waitlist.List[waiter[T]]
}

// next takes out the waiter that has waited longest, to be served. It returns
// nil if no call waits.
func (l *line[T]) next() *waiter[T] {
	if l.Len() == 0 {
		return nil // without a call: this is small enough to be inlined
	}
	return l.firstOpen()
}

func (l *line[T]) firstOpen() *waiter[T] {
	for n := l.PopFront(); n != nil; n = l.PopFront() {
		if n.Value.claim() {
			return &n.Value
		}
	}
	return nil
}

// waitLocked puts n into the line, unlocks, and waits until it is served. It
// returns false if done or timeout came first: then n will not be served.
//
// done comes from a context's Done, which has been called before the queue was
// locked: a context may be user code, which may panic or use the queue.
//
// blocked is the record of the wait for a monitor, or nil.
func (q *Queue[T]) waitLocked(n *node[T], l *line[T], done <-chan struct{}, timeout <-chan time.Time, blocked *watch.Wait) bool {
	w := &n.Value
	l.PushBack(n)
	q.mu.Unlock()
	blocked.Start()
	served := false
	select {
	case <-w.ready:
		served = true
	case <-done:
	case <-timeout:
	}
	blocked.End()
	if served {
		return true
	}
	if !w.claim() {
		<-w.ready
		return true
	}
	q.mu.Lock()
	l.Remove(n)
	q.mu.Unlock()
	return false
}
