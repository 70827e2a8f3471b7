package queue

import (
	"context"

	"example.com/asyncgo/internal/ctxerr"
	"example.com/asyncgo/internal/watch"
)

// Get takes the next item out of the queue. While there is none it waits, in
// FIFO order among the Gets.
//
// An error means that no item was taken. If ctx is already done, or is done
// before there is an item, Get returns the context's error; if an item arrives
// at the same moment, the item and nil. It returns [ErrShutdown] if the queue
// is shut down, before or during the wait, and no item is left.
//
// If the comparison of a priority queue panics, so does Get, and the item is
// still in the queue (see [NewPriority]).
//
// The Put of the item happens before Get returns.
//
// It mirrors asyncio.Queue.get. Unlike there, a get_nowait that comes later
// cannot overtake it.
func (q *Queue[T]) Get(ctx context.Context) (T, error) {
	if ctx.Err() != nil {
		var none T
		return none, ctxerr.EndedIn(ctx, opGet)
	}
	q.mu.Lock()
	switch {
	case q.lenLocked() == 0:
		q.mu.Unlock()
		return q.receive(ctx)
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
// returns [ErrShutdown] if the queue is shut down, else [ErrEmpty]. It never
// waits.
//
// If the comparison of a priority queue panics, so does TryGet, and the item is
// still in the queue (see [NewPriority]).
//
// The Put of the item happens before TryGet returns.
//
// It mirrors asyncio.Queue.get_nowait.
func (q *Queue[T]) TryGet() (T, error) {
	q.mu.Lock()
	if q.lenLocked() == 0 {
		defer q.mu.Unlock()
		var none T
		if q.shutdown {
			return none, ErrShutdown
		}
		return none, ErrEmpty
	}
	return q.takeLocked(), nil
}

// receive takes an item out of a queue that has been found empty.
func (q *Queue[T]) receive(ctx context.Context) (item T, err error) {
	done := ctx.Done()
	blocked := q.blocked(ctx, watch.Get)
	q.mu.Lock()
	if q.lenLocked() > 0 { // since it was found empty
		return q.takeLocked(), nil
	}
	if q.shutdown {
		q.mu.Unlock()
		return item, ErrShutdown
	}
	n := newWaiter(item)
	switch {
	case !q.waitLocked(n, &q.getters, done, nil, blocked):
		return item, ctxerr.EndedIn(ctx, opGet)
	case n.Value.refused:
		return item, ErrShutdown
	}
	return n.Value.item, nil
}

// takeLocked takes out the next item of a queue that is not empty, and unlocks.
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

// admitLocked lets in the item of the Put that has waited longest, if there is
// one and there is room. It returns that waiter, whose ready is still to be
// closed. It is not for priority queues.
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
