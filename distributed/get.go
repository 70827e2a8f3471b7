package distributed

import (
	"context"
	"fmt"
	"iter"
	"strconv"
	"time"
)

// Get waits for an item, which is this process's own until it is settled. The
// waiting Gets of one client are served in order. It returns [ErrShutdown] when
// the queue is shut down and nothing is unfinished, [ErrClosed] after Close,
// and the error of ctx when that ends first. With an error it has taken
// nothing; an item on its way to it is given back at once. Delivery wins over
// an end of ctx in the same moment. [Item.Context] has the values of ctx, not
// its end.
//
// It may panic with what Backoff panics with, if an item cannot be decoded; the
// item is given back. A Put happens before the Get that receives its item.
//
// asyncio's Queue.get, which raises QueueShutDown when nothing is waiting; here
// when nothing is unfinished, since what is held may come back.
func (q *Queue[T]) Get(ctx context.Context) (*Item[T], error) {
	for {
		d, err := q.source.next(ctx, q.op("Get"))
		if err != nil {
			return nil, err
		}
		if it := q.receive(ctx, d); it != nil {
			return it, nil
		}
	}
}

// Items yields items as [Queue.Get] returns them, and ends when the queue is
// over, ctx is done or the client is closed: ctx.Err() says whether it was ctx.
// Leaving the loop takes nothing further. It fits taskgroup.Consume.
//
// asyncio has no counterpart: there one loops over get until QueueShutDown.
func (q *Queue[T]) Items(ctx context.Context) iter.Seq[*Item[T]] {
	return func(yield func(*Item[T]) bool) {
		for {
			it, err := q.Get(ctx)
			if err != nil || !yield(it) {
				return
			}
		}
	}
}

// receive makes an item of a delivery, or returns nil if it is not to be handed
// out now: it is of a newer version, not due, a dead letter from now on, or
// cannot be decoded.
func (q *Queue[T]) receive(ctx context.Context, d delivery) *Item[T] {
	it := &Item[T]{ID: idOf(d), Attempt: d.attempt, Reason: d.msg.Header.Get(headerReason), q: q, d: d}
	if attempt := d.number(headerAttempt); attempt > 0 && q.main != nil {
		it.Attempt = int(attempt)
	}
	it.lease = q.c.newLease(ctx, d, "queue", q.queue, "item", it.ID)
	if d.isNewer() {
		q.c.log.Warn("distributed: left for others", "queue", q.queue, "item", it.ID, "version", d.number(headerVersion))
		q.c.errand(func() { _ = it.back(newerPause) })
		return nil
	}
	if after := d.number(headerAfter); after > 0 {
		if left := d.untilDue(time.Duration(after) * time.Millisecond); left > 0 {
			q.c.errand(func() { _ = it.back(left) })
			return nil
		}
		if it.Attempt > 1 && q.main == nil {
			it.Attempt-- // the hand-out before it was due
		}
	}
	if limit := q.cfg.Attempts; limit > 0 && it.Attempt > limit {
		it.Attempt-- // the last one that was handed out
		q.c.errand(func() { _ = it.fail(usedUp(it.Attempt)) })
		return nil
	}
	if err := q.c.decode(d.msg.Data, &it.Value); err != nil {
		it.Value = *new(T)
		if q.main == nil {
			it.undecodable(err)
			return nil
		}
	}
	return it
}

// idOf is the name of an item; one of a foreign publisher may have none.
func idOf(d delivery) string {
	for _, header := range []string{headerID, "Nats-Msg-Id"} {
		if id := d.msg.Header.Get(header); id != "" {
			return id
		}
	}
	return "seq-" + strconv.FormatUint(d.seq, 10)
}

// undecodable makes a failed attempt of an item that cannot be decoded.
func (it *Item[T]) undecodable(err error) {
	q := it.q
	q.c.log.Warn("distributed: item cannot be decoded", "queue", q.queue, "item", it.ID, "attempt", it.Attempt, "error", err)
	settle := it.afterFailure(err)
	q.c.errand(func() { _ = settle() })
}

func usedUp(attempts int) error {
	return fmt.Errorf("%w: handed out %d times", ErrAttempts, attempts)
}
