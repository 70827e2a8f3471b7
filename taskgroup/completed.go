package taskgroup

import (
	"context"
	"iter"
	"slices"

	"example.com/asyncgo/internal/ctxerr"
)

const opCompleted = ctxerr.Op("taskgroup: Completed")

// Completed is asyncio.as_completed: an iterator over tasks, or other handles, in
// the order in which they complete, which blocks while none of the rest has. The
// error of each pair is nil; a failure of a task is the task's own. Duplicates are
// left out; with no handles it yields nothing.
//
// If ctx is done first, the last pair is the zero handle and an error as described
// in the package comment, under Contexts; what has completed by then comes before.
//
// Leaving the loop cancels no task and leaves nothing registered. Each range starts
// over, with all of them. Completed panics if a handle is nil or cannot be compared.
//
// The completion of a handle happens before its pair. It costs O(1) for each
// handle; one that is neither a [*Task] nor a [*Future] has a goroutine while the
// loop lasts. [Set] is the same for more and more handles.
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
