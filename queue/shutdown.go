package queue

import "slices"

// Shutdown lets nothing more into the queue: calls to Put and TryPut fail with
// [ErrShutdown], and so do those to Put that wait, whose items are not in.
// What is in the queue can still be taken; after that, calls to Get and TryGet
// fail with ErrShutdown, too, those to Get that wait included. Calls to Join are
// not affected.
//
// Shutdown does not wait for anything. Calling it again does nothing.
//
// It mirrors asyncio.Queue.shutdown.
func (q *Queue[T]) Shutdown() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.shutdownLocked()
}

// ShutdownNow does what [Queue.Shutdown] does, and takes out what is in the
// queue. It returns those items in the order in which Get would have; nobody
// needs to call TaskDone for them, and a Join that waits for nothing else
// returns. The items that have been taken before are still unfinished.
//
// Nothing is taken out, and ShutdownNow panics, if the comparison of a priority
// queue does (see [NewPriority]). The queue has been shut down all the same.
//
// ShutdownNow does not wait for anything. It may be called after Shutdown, and
// again, when there are no items any more.
//
// The Put of each item synchronizes before the return of ShutdownNow.
//
// It mirrors asyncio.Queue.shutdown with immediate=True. Unlike that, it does not
// drop the items.
func (q *Queue[T]) ShutdownNow() []T {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.shutdownLocked()
	items := q.drainLocked()
	q.finishLocked(len(items))
	return items
}

// shutdownLocked turns away all who wait for room or for an item.
func (q *Queue[T]) shutdownLocked() {
	q.down = true
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
