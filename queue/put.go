package queue

import (
	"context"

	"example.com/asyncgo/internal/ctxerr"
)

// Put puts an item into the queue. As long as there is no room it waits, and
// gets in after those that have waited longer and before all who come later,
// whatever the order among the items.
//
// nil means that the item is in the queue, or has been given to a waiting Get;
// an error means that it is not, and never will be. If ctx is done when Put is
// called, or ends while it waits, [errors.Is] finds both ctx.Err() and
// [context.Cause](ctx) in that error; if the item gets in at the moment at which
// ctx ends, it is in and Put returns nil. [ErrShutdown] says that the queue has
// been shut down, before the call or while it waited.
//
// If the comparison of a priority queue panics, so does Put, and the item is
// not in the queue (see [NewPriority]).
//
// Put synchronizes before the return of the Get, TryGet, GetBatch, ShutdownNow
// or step of a loop over Items that receives the item.
//
// It mirrors asyncio.Queue.put. Unlike there, a put_nowait that comes later
// cannot overtake it.
func (q *Queue[T]) Put(ctx context.Context, item T) error {
	if ctx.Err() != nil {
		return ctxerr.Ended(ctx)
	}
	q.mu.Lock()
	if !q.down && q.getters.Len() == 0 && !q.fullLocked() {
		if q.heap != nil {
			q.insertLocked(item)
			return nil
		}
		if q.plain.hasRoom() {
			// Most often there is nothing to do but this, and all of it is inlined.
			q.unfinished++
			q.plain.add(item)
			q.mu.Unlock()
			return nil
		}
	}
	if q.down {
		q.mu.Unlock()
		return ErrShutdown
	}
	if !q.fullLocked() {
		q.enterLocked(item)
		return nil
	}
	w := q.waitLocked(ctx, &q.putters, item)
	switch {
	case w == nil:
		return ctxerr.Ended(ctx)
	case w.refused:
		return ErrShutdown
	case q.heap != nil:
		q.insertLocked(item) // what w was served with is the lock
	}
	return nil
}

// TryPut puts an item into the queue if that is possible without waiting, and
// otherwise leaves the queue as it is. Then it returns [ErrShutdown] if the queue
// has been shut down, else [ErrFull]. Where calls to Put wait, there is no room.
//
// If the comparison of a priority queue panics, so does TryPut, and the item is
// not in the queue (see [NewPriority]).
//
// Like Put, it synchronizes before the return of the call that receives the item.
//
// It mirrors asyncio.Queue.put_nowait.
func (q *Queue[T]) TryPut(item T) error {
	q.mu.Lock()
	if q.down {
		q.mu.Unlock()
		return ErrShutdown
	}
	if q.fullLocked() {
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
