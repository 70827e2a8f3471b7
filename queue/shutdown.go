package queue

import "slices"

// Shutdown refuses further items: calls of Put and TryPut fail with
// [ErrShutdown], blocked Puts included, whose items are not in the queue. What
// is in the queue can still be taken; after that, calls of Get and TryGet fail
// with ErrShutdown, too, blocked Gets included. Calls of Join are not affected.
//
// To the consumers it means that the input is complete, so a producer calls it
// on success only, not in a defer: after a failure, cancel their context
// instead.
//
// Shutdown never waits. Calling it again does nothing.
//
// It mirrors asyncio.Queue.shutdown.
func (q *Queue[T]) Shutdown() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.shutdownLocked()
}

// ShutdownNow is [Queue.Shutdown], and also takes out what is in the queue. It
// returns those items in the order in which Get would have, or an empty slice;
// they count as finished, and a Join that waits for nothing else returns. Items
// that have been taken out before are still unfinished.
//
// If the comparison of a priority queue panics, so does ShutdownNow, and no
// item is taken out (see [NewPriority]); the queue is shut down all the same.
//
// ShutdownNow never waits. It may be called again, and after Shutdown.
//
// The Put of each item happens before ShutdownNow returns.
//
// It mirrors asyncio.Queue.shutdown with immediate=True. Unlike that, it does
// not drop the items.
func (q *Queue[T]) ShutdownNow() []T {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.shutdownLocked()
	items := q.drainLocked()
	q.finishLocked(len(items))
	return items
}

// shutdownLocked refuses all calls that wait for room or for an item.
func (q *Queue[T]) shutdownLocked() {
	q.shutdown = true
	for _, l := range []*line[T]{&q.putters, &q.getters} {
		for w := l.next(); w != nil; w = l.next() {
			w.refused = true
			close(w.ready)
		}
	}
}

// drainLocked takes out all items, in order.
func (q *Queue[T]) drainLocked() []T {
	if q.heap != nil {
		return q.heap.drain()
	}
	items := make([]T, q.plain.n)
	q.plain.popInto(items)
	if q.lifo {
		slices.Reverse(items)
	}
	return items
}
