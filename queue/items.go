package queue

import (
	"context"
	"iter"

	"example.com/asyncgo/internal/ctxerr"
)

// All returns the items of the queue, for a range loop: each step takes one as
// [Queue.Get] does, and its error is nil. The loop ends when the queue is shut
// down and no item is left. If ctx ends it, the last pair is the zero value and
// the context's error, so a loop that returns the error it sees cannot take a
// canceled input for a complete one.
//
// Leaving the loop takes nothing further from the queue. Several loops may
// share a queue; each item goes to one of them. If the comparison of a priority
// queue panics, so does the loop's step, and the item is still in the queue
// (see [NewPriority]).
//
// The Put of an item happens before the step that yields it.
//
// asyncio has no counterpart.
func (q *Queue[T]) All(ctx context.Context) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for {
			item, err := q.Get(ctx)
			switch {
			case err == ErrShutdown: //nolint:errorlint // the cause of ctx may be this error, too
				return
			case err != nil:
				yield(item, ctxerr.EndedIn(ctx, opAll))
				return
			case !yield(item, nil):
				return
			}
		}
	}
}

// Items is [Queue.All] without the errors: the loop ends when the queue is shut
// down and no item is left, or when ctx is done, and ctx.Err() says which.
//
// asyncio has no counterpart.
func (q *Queue[T]) Items(ctx context.Context) iter.Seq[T] {
	return func(yield func(T) bool) {
		for {
			item, err := q.Get(ctx)
			if err != nil || !yield(item) {
				return
			}
		}
	}
}
