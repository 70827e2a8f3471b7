package distributed

import (
	"context"
	"time"
)

// Item is one that has been handed out. It comes back to the queue unless it is
// settled: by Done, Retry, Fail or Do. One that is not settled is held until
// the client closes or the process ends.
//
// Settling needs no context, and goes on until the server has confirmed it or
// the lease is over. The first call counts; later ones do nothing and return
// what it has returned. [ErrLeaseLost] means that the item is, or will be,
// handed out again, or was done.
type Item[T any] struct {
	// Value is what was put. It is the zero value in a dead letter that cannot
	// be decoded.
	Value T
	// ID is its key, or a name made by the put.
	ID string
	// Attempt is how often it has been handed out, from 1. Hand-outs that ended
	// in a crash count.
	Attempt int
	// Reason is, in a dead letter, why it is one.
	Reason string

	q     *Queue[T]
	d     delivery
	lease *lease
}

// Context returns a context that ends when the item is settled, with the cause
// [context.Canceled], or when it may no longer be this process's own, with
// [ErrLeaseLost] or [ErrClosed]. It has the values of the context of Get.
func (it *Item[T]) Context() context.Context { return it.lease.ctx }

// Done says that the item is finished: it is removed, or the dead letter
// dropped. It returns nil when the server has confirmed it, or [ErrLeaseLost].
//
// asyncio's Queue.task_done, for this item.
func (it *Item[T]) Done() error {
	err := it.lease.settle(it.lease.ack)
	it.q.notice.send()
	return it.result("Done", err)
}

// Retry gives the item back, to be handed out when after has passed; it becomes
// a dead letter if its attempts are used up. A dead letter goes back into its
// queue as a new item of the same ID, with Attempt 1 and whatever keys are
// remembered; if that refuses it, the error is [ErrFull] or [ErrShutdown] and
// the letter is still held.
//
// The error is [ErrLeaseLost] as with Done, or [ErrUnconfirmed] when there was
// no answer: the item comes back when its lease has run out, at the latest. A
// negative time panics with [ErrMisuse].
func (it *Item[T]) Retry(after time.Duration) error {
	if after < 0 {
		panic(misused("%s: Retry after a negative time", it.q.object))
	}
	if it.q.main != nil {
		return it.result("Retry", it.revive(after))
	}
	if limit := it.q.cfg.Attempts; limit > 0 && it.Attempt >= limit {
		return it.result("Retry", it.fail(usedUp(it.Attempt)))
	}
	return it.result("Retry", it.back(after))
}

// Fail makes the item a dead letter with reason; the letter is stored before
// the item is taken away. A dead letter is given back. The errors are those of
// Done. A nil reason panics with [ErrMisuse].
func (it *Item[T]) Fail(reason error) error {
	if reason == nil {
		panic(misused("%s: Fail(nil)", it.q.object))
	}
	if it.q.main != nil {
		return it.result("Fail", it.back(0))
	}
	return it.result("Fail", it.fail(reason))
}

// back gives the item back, to be handed out when after has passed.
func (it *Item[T]) back(after time.Duration) error {
	err := it.lease.settle(func() error { return it.lease.nak(after) })
	if after == 0 {
		it.q.notice.send()
	}
	return err
}

// afterFailure returns how the item is settled after a failed attempt. The
// pause is decided at once, in the goroutine of the caller; if Backoff panics,
// the item is given back.
func (it *Item[T]) afterFailure(reason error) (settle func() error) {
	if limit := it.q.cfg.Attempts; limit > 0 && it.Attempt >= limit {
		return func() error { return it.fail(reason) }
	}
	decided := false
	defer func() {
		if !decided {
			_ = it.back(0)
		}
	}()
	pause := max(0, it.q.cfg.Backoff(it.Attempt))
	decided = true
	return func() error { return it.back(pause) }
}

// result names the item in front of err.
func (it *Item[T]) result(name string, err error) error {
	if err == nil {
		return nil
	}
	return failed(it.q.object+": item "+it.ID+": "+name, err)
}
