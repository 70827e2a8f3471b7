package taskgroup

import (
	"context"
	"iter"
	"slices"
)

// Completed ranges over tasks, or other handles, in the order in which they end,
// and waits for the next to end where none has. The error of each pair is nil;
// a failure of the task is the task's own. One given twice comes once.
//
// If ctx is done while some have not ended, the last pair is the zero handle and
// an error for which [errors.Is] finds both ctx.Err() and [context.Cause](ctx);
// what has ended by then comes first. Of no handles there are no pairs.
//
// It never cancels anything: leaving the loop early leaves the tasks running and
// nothing registered with them. Each range over the sequence runs anew, over all
// of them. A nil handle and one that cannot be compared are misuse, of the call
// of Completed.
//
// The end of a handle happens before its pair. It costs O(1) for each; while the
// loop lasts, a goroutine watches each handle that is neither a [*Task] nor a
// [*Future].
//
// It mirrors asyncio.as_completed. [Set] is the same for a growing number, and
// [AsCompleted] starts, cancels and joins functions.
func Completed[A Awaitable](ctx context.Context, tasks ...A) iter.Seq2[A, error] {
	for _, a := range tasks {
		newTarget(a, "Completed")
	}
	tasks = slices.Clone(tasks)
	return func(yield func(A, error) bool) {
		s := &Set[A]{stop: make(chan struct{})}
		defer s.drop()
		s.add(tasks, "Completed")
		for {
			a, err := s.Next(ctx)
			if err == ErrNoTasks || !yield(a, err) || err != nil {
				return
			}
		}
	}
}
