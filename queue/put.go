package queue

import (
	"context"

	"example.com/asyncgo/internal/ctxerr"
	"example.com/asyncgo/internal/watch"
)

// Put puts an item into the queue. While there is no room it waits, and is
// admitted in FIFO order among the Puts, whatever the order among the items.
//
// A nil error means that the item is in the queue, or has been handed to a
// waiting Get; any other that it is not, and never will be. If ctx is already
// done, or is done before there is room, Put returns the context's error; if
// the item gets in at the same moment, nil. It returns [ErrShutdown] if the
// queue is shut down, before or during the wait.
//
// If the comparison of a priority queue panics, so does Put, and the item is
// not in the queue (see [NewPriority]).
//
// Put happens before the return of the call that receives the item.
//
// It mirrors asyncio.Queue.put. Unlike there, a put_nowait that comes later
// cannot overtake it.
func (q *Queue[T]) Put(ctx context.Context, item T) error {
	if ctx.Err() != nil {
		return ctxerr.EndedIn(ctx, opPut)
	}
	q.mu.Lock()
	if !q.shutdown && q.getters.Len() == 0 && !q.fullLocked() {
		if q.heap != nil {
			q.insertLocked(item)
			return nil
		}
		if q.plain.hasRoom() {
			// Most often there is nothing to do but this, and all of it is
			// inlined.
			q.unfinished++
			q.plain.add(item)
			q.mu.Unlock()
			return nil
		}
	}
	if !q.shutdown && q.fullLocked() {
		q.mu.Unlock()
		return q.send(ctx, item)
	}
	return q.offerLocked(item)
}

// TryPut puts an item into the queue if that is possible without waiting, and
// otherwise leaves the queue as it is. Then it returns [ErrShutdown] if the
// queue is shut down, else [ErrFull]. While calls of Put wait, there is no
// room.
//
// If the comparison of a priority queue panics, so does TryPut, and the item is
// not in the queue (see [NewPriority]).
//
// TryPut happens before the return of the call that receives the item.
//
// It mirrors asyncio.Queue.put_nowait.
func (q *Queue[T]) TryPut(item T) error {
	q.mu.Lock()
	return q.offerLocked(item)
}

// send puts an item into a queue that has been found full.
func (q *Queue[T]) send(ctx context.Context, item T) error {
	done := ctx.Done()
	blocked := q.blocked(ctx, watch.Put)
	q.mu.Lock()
	if q.shutdown || !q.fullLocked() { // since it was found full
		return q.offerLocked(item)
	}
	n := newWaiter(item)
	switch {
	case !q.waitLocked(n, &q.putters, done, nil, blocked):
		return ctxerr.EndedIn(ctx, opPut)
	case n.Value.refused:
		return ErrShutdown
	case q.heap != nil:
		q.insertLocked(item) // what it was served with is the lock
	}
	return nil
}

// offerLocked is TryPut of a locked queue, and unlocks.
func (q *Queue[T]) offerLocked(item T) error {
	switch {
	case q.shutdown:
		q.mu.Unlock()
		return ErrShutdown
	case q.fullLocked():
		q.mu.Unlock()
		return ErrFull
	}
	q.enterLocked(item)
	return nil
}

// enterLocked lets an item in for which there is room, and unlocks.
func (q *Queue[T]) enterLocked(item T) {
	if w := q.getters.next(); w != nil {
		q.unfinished++
		if w.batch {
			q.pending++
		}
		w.item = item
		q.mu.Unlock()
		close(w.ready)
		return
	}
	if q.heap != nil {
		q.insertLocked(item)
		return
	}
	q.unfinished++
	q.plain.push(item)
	q.mu.Unlock()
}
