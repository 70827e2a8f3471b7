package queue

import (
	"context"

	"example.com/asyncgo/internal/ctxerr"
)

// Get takes the next item out of the queue. As long as there is none it waits,
// and gets one after those that have waited longer and before all who come
// later.
//
// An error means that no item was taken. If ctx is done when Get is called, or
// ends while it waits, [errors.Is] finds both ctx.Err() and [context.Cause](ctx) in
// that error; if an item comes at the moment at which ctx ends, Get returns it
// and nil. [ErrShutdown] says that the queue has been shut down and that there
// is no item left.
//
// If the comparison of a priority queue panics, so does Get, and the item is
// still in the queue (see [NewPriority]).
//
// The Put of the item synchronizes before the return of Get.
//
// It mirrors asyncio.Queue.get. Unlike there, a get_nowait that comes later
// cannot overtake it.
func (q *Queue[T]) Get(ctx context.Context) (T, error) {
	if ctx.Err() != nil {
		var none T
		return none, ctxerr.Ended(ctx)
	}
	q.mu.Lock()
	switch {
	case q.lenLocked() == 0:
		return q.receiveLocked(ctx)
	case q.heap != nil:
		return q.removeLocked(), nil
	case q.lifo || q.putters.Len() > 0:
		return q.takeLocked(), nil
	}
	// Most often there is nothing to do but this, and all of it is inlined.
	item := q.plain.popFront()
	q.mu.Unlock()
	return item, nil
}

// TryGet takes the next item out of the queue if there is one. Otherwise it
// returns [ErrShutdown] if the queue has been shut down, else [ErrEmpty]. It
// never waits.
//
// If the comparison of a priority queue panics, so does TryGet, and the item is
// still in the queue (see [NewPriority]).
//
// The Put of the item synchronizes before the return of TryGet.
//
// It mirrors asyncio.Queue.get_nowait.
func (q *Queue[T]) TryGet() (T, error) {
	q.mu.Lock()
	if q.lenLocked() == 0 {
		defer q.mu.Unlock()
		var none T
		if q.down {
			return none, ErrShutdown
		}
		return none, ErrEmpty
	}
	return q.takeLocked(), nil
}

// GetBatch takes items out of the queue and puts them into buf; n says how many.
// It waits for the first as [Queue.Get] does, and takes as many more as are to
// be had without waiting, until buf is full. The items of blocked calls to Put
// are among those: each item taken lets one in.
//
// An error means that no item was taken, and is one that Get returns. If buf is
// empty, the answer is 0 and nil in any case.
//
// If the comparison of a priority queue panics, so does GetBatch, and all items
// are still in the queue, or in it again (see [NewPriority]). It may then have
// more items for a while than [Queue.Cap] says.
//
// The Put of each item synchronizes before the return of GetBatch.
//
// It locks the queue once for all items that are there, if that is not a
// priority queue. asyncio has no such method.
func (q *Queue[T]) GetBatch(ctx context.Context, buf []T) (n int, err error) {
	if len(buf) == 0 {
		return 0, nil
	}
	if ctx.Err() != nil {
		return 0, ctxerr.Ended(ctx)
	}
	q.mu.Lock()
	if q.lenLocked() > 0 {
		return q.fillLocked(buf, 0), nil
	}
	item, err := q.receiveLocked(ctx)
	if err != nil {
		return 0, err
	}
	buf[0], n = item, 1
	if ctx.Err() == nil { // or else the next Get would fail
		q.mu.Lock()
		n = q.fillLocked(buf, n)
	}
	return n, nil
}

// receiveLocked unlocks, and waits for an item where there is none.
func (q *Queue[T]) receiveLocked(ctx context.Context) (item T, err error) {
	if q.down {
		q.mu.Unlock()
		return item, ErrShutdown
	}
	w := q.waitLocked(ctx, &q.getters, item)
	switch {
	case w == nil:
		return item, ctxerr.Ended(ctx)
	case w.refused:
		return item, ErrShutdown
	}
	return w.item, nil
}

// takeLocked takes the next item where there is one, and unlocks.
func (q *Queue[T]) takeLocked() (item T) {
	if q.heap != nil {
		return q.removeLocked()
	}
	if q.lifo {
		item = q.plain.popBack()
	} else {
		item = q.plain.popFront()
	}
	var admitted *waiter[T]
	if q.putters.Len() > 0 {
		admitted = q.admitLocked()
	}
	q.mu.Unlock()
	if admitted != nil {
		close(admitted.ready)
	}
	return item
}

// fillLocked takes what there is until buf is full, which has at items already,
// and unlocks. It returns how many items buf has in the end.
func (q *Queue[T]) fillLocked(buf []T, at int) int {
	if q.heap != nil {
		for ; at < len(buf) && q.heap.len() > 0; at++ {
			q.removeIntoLocked(buf, at)
			q.mu.Lock()
		}
		q.mu.Unlock()
		return at
	}
	for at < len(buf) && q.plain.n > 0 {
		if q.lifo {
			// One by one: the item that this lets in is the next to leave.
			buf[at] = q.plain.popBack()
			at++
		} else {
			at += q.plain.popInto(buf[at:])
		}
		for w := q.admitLocked(); w != nil; w = q.admitLocked() {
			close(w.ready)
		}
	}
	q.mu.Unlock()
	return at
}

// admitLocked lets in the item of the Put that has waited longest, if there is
// one and there is room. It returns the waiter, to be told. It is not for
// priority queues.
func (q *Queue[T]) admitLocked() *waiter[T] {
	if q.fullLocked() {
		return nil
	}
	w := q.putters.next()
	if w != nil {
		q.unfinished++
		q.plain.push(w.item)
	}
	return w
}
