package queue

import (
	"context"
	"iter"
)

// Items returns the items of the queue, for a range loop: each step takes one
// as [Queue.Get] does. The loop ends when the queue has been shut down and no
// item is left, or when ctx is done; ctx.Err() tells which. Leaving the loop in
// any way takes nothing further from the queue. Several loops may share a queue,
// each item goes to one of them.
//
// If the comparison of a priority queue panics, the loop's step does, and the
// item is still in the queue (see [NewPriority]).
//
// asyncio has no such method.
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
