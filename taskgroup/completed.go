package taskgroup

import (
	"context"
	"iter"
	"slices"

	"example.com/asyncgo/internal/ctxerr"
)

const opCompleted = ctxerr.Op("taskgroup: Completed")

// Completed is asyncio.as_completed: an iterator over tasks, or other handles,
// without duplicates, in the order in which they complete. The error of each
// pair is nil; a failure of a task is the task's own. If ctx is done first, the
// last pair is the zero handle and the error of ctx, after what has completed
// by then. Each range starts over, and leaves nothing behind.
//
// Completed panics if a handle is nil or cannot be compared. It costs O(1) for
// each. [Set] is the same for more and more handles.
func Completed[A Awaitable](ctx context.Context, tasks ...A) iter.Seq2[A, error] {
	for _, a := range tasks {
		newTarget(a, "Completed")
	}
	tasks = slices.Clone(tasks)
	return func(yield func(A, error) bool) {
		w := newWaitSet(len(tasks))
		defer w.release()
		for i, a := range tasks {
			w.add(i, a, "Completed")
		}
		w.register(ctx, FirstCompleted)
		for {
			m, err := w.next(ctx, opCompleted)
			switch {
			case err == ErrNoTasks:
				return
			case err != nil:
				var zero A
				yield(zero, err)
				return
			case !yield(tasks[m.argument], nil):
				return
			}
		}
	}
}
