package queue

import (
	"context"
	"time"

	"example.com/asyncgo/internal/ctxerr"
	"example.com/asyncgo/internal/watch"
)

// GetBatch takes items out of the queue and puts them into buf; n says how
// many. It waits for the first as [Queue.Get] does, and then equals as many
// Gets as fill buf without waiting, so it admits the items of blocked Puts.
//
// An error means that no item was taken, and is one that Get returns. If buf is
// empty, GetBatch returns 0 and nil in any case.
//
// If the comparison of a priority queue panics, so does GetBatch, and all items
// are still in the queue, or in it again (see [NewPriority]). It may then have
// more items for a while than [Queue.Cap] says.
//
// The Put of each item happens before GetBatch returns.
//
// It locks the queue once for all items that are there, except in a priority
// queue. asyncio has no counterpart.
func (q *Queue[T]) GetBatch(ctx context.Context, buf []T) (n int, err error) {
	if len(buf) == 0 {
		return 0, nil
	}
	if ctx.Err() != nil {
		return 0, ctxerr.EndedIn(ctx, opGetBatch)
	}
	q.mu.Lock()
	if q.lenLocked() > 0 {
		n = q.fillLocked(buf, 0)
		q.keepLocked(n)
		return n, nil
	}
	q.mu.Unlock()
	return q.collect(ctx, opGetBatch, 0, buf)
}

// GetBatchWithin is [Queue.GetBatch], but once it has an item it goes on to
// wait for more: until buf is full, d has passed since that first item, the
// queue is shut down and empty, or ctx is done. Then it returns what it has,
// and a nil error. If d is 0 or less it is GetBatch.
//
// An error means that no item was taken, and is one that [Queue.Get] returns: d
// does not bound the wait for the first item.
//
// The items that it has taken are out of the queue and unfinished while it
// waits for more. If the comparison of a priority queue panics, so does
// GetBatchWithin, and all of them are in the queue again.
//
// The Put of each item happens before GetBatchWithin returns. It allocates a
// timer, and for each wait what a Get does. asyncio has no counterpart.
func (q *Queue[T]) GetBatchWithin(ctx context.Context, d time.Duration, buf []T) (n int, err error) {
	if len(buf) == 0 {
		return 0, nil
	}
	if ctx.Err() != nil {
		return 0, ctxerr.EndedIn(ctx, opGetBatchWithin)
	}
	return q.collect(ctx, opGetBatchWithin, d, buf)
}

// collect waits for an item, and then takes more until within has passed. Once
// it has an item it calls no method of ctx, which might panic and lose it.
//
// The items are pending until the end: they count as unfinished, but not as
// taken out, since in a priority queue a comparison that panics puts them back.
func (q *Queue[T]) collect(ctx context.Context, op ctxerr.Op, within time.Duration, buf []T) (n int, err error) {
	done := ctx.Done()
	var deadline time.Time // set with the timer, whose one value a tie may use up
	var timer *time.Timer
	var timeout <-chan time.Time
	defer func() {
		if timer != nil {
			timer.Stop()
		}
	}()
	node := watch.In(ctx)
	for {
		blocked := node.BlockedIn(ctx, watch.Get, (*resource[T])(q), 0)
		q.mu.Lock()
		over := n > 0 && (isClosed(done) || timer != nil && !time.Now().Before(deadline))
		if !over {
			n = q.fillLocked(buf, n)
		}
		switch {
		case n == 0 && q.shutdown:
			q.mu.Unlock()
			return 0, ErrShutdown
		case n == len(buf), n > 0 && (over || within <= 0 || q.shutdown):
			q.keepLocked(n)
			return n, nil
		case n > 0 && timer == nil:
			// From the first item on; and then look again, for it is not under
			// the lock.
			q.mu.Unlock()
			deadline = time.Now().Add(within)
			timer = time.NewTimer(within)
			timeout = timer.C
			continue
		}
		var none T
		w := newWaiter(none)
		w.Value.batch = true
		switch served := q.waitLocked(w, &q.getters, done, timeout, blocked); {
		case served && !w.Value.refused:
			buf[n] = w.Value.item
			n++
		case n > 0:
			q.mu.Lock()
			q.keepLocked(n)
			return n, nil
		case served:
			return 0, ErrShutdown
		default:
			return 0, ctxerr.EndedIn(ctx, op)
		}
	}
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// fillLocked takes what there is until buf is full, which has at items already,
// and admits the items of blocked Puts. It returns how many items buf has in
// the end. Those that it has taken are pending.
func (q *Queue[T]) fillLocked(buf []T, at int) int {
	if q.heap != nil {
		for ; at < len(buf) && q.heap.len() > 0; at++ {
			q.removeIntoLocked(buf, at)
			q.mu.Lock()
		}
		return at
	}
	before := at
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
	q.pending += at - before
	return at
}

// keepLocked ends a batch of n items, which are pending no longer, and unlocks.
func (q *Queue[T]) keepLocked(n int) {
	q.pending -= n
	q.mu.Unlock()
}
