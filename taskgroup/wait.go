package taskgroup

import (
	"context"

	"example.com/asyncgo/internal/ctxerr"
)

// Until says what [Wait] waits for.
type Until int

const (
	// AllCompleted waits until every handle has ended. It mirrors
	// asyncio.ALL_COMPLETED.
	AllCompleted Until = iota
	// FirstCompleted waits until one handle has ended. It mirrors
	// asyncio.FIRST_COMPLETED.
	FirstCompleted
	// FirstError waits until one handle has failed, or every one has ended. One
	// that was cancelled has not failed: a task that is [Task.Cancelled], or
	// anything else whose error leads to [context.Canceled]. It mirrors
	// asyncio.FIRST_EXCEPTION.
	FirstError
)

// Wait waits until as many of the tasks, or of other handles, have ended as
// until says, and returns those that have ended by then and those that have
// not, each in the order of the arguments and, if given twice, once. It never
// cancels anything, and a failure of a handle is not one of Wait.
//
// If ctx is done first, it returns both slices and an error for which
// [errors.Is] finds both ctx.Err() and [context.Cause](ctx). What has already
// happened counts whatever ctx says, also if it came at the same moment. The
// error is [ErrNoTasks] if there is no handle.
//
// A nil handle, one that cannot be compared, and an unknown until are misuse.
// The end of each handle in done happens before the return.
//
// It costs O(n) and, for tasks and futures, at most three allocations; each other
// Awaitable is watched by a goroutine until Wait returns. Nothing stays behind.
// A loop that waits for the first of many costs O(n) each time: [Completed] and
// [Set] do not.
//
// It mirrors asyncio.wait. Unlike there, the results are in order, and an end of
// the time, which is that of ctx, is an error.
func Wait[A Awaitable](ctx context.Context, until Until, tasks ...A) (done, pending []A, err error) {
	if until < AllCompleted || until > FirstError {
		panic(misused("Wait until what?"))
	}
	if len(tasks) == 0 {
		return nil, nil, ErrNoTasks
	}
	w := newWaiting(until, len(tasks))
	defer w.end()
	for i, a := range tasks {
		w.add(i, a, "Wait")
	}
	if !w.isOver() {
		if err = ctxerr.Of(ctx); err == nil {
			err = w.wait(ctx)
		}
	}
	done, pending = split(w, tasks)
	return done, pending, err
}

// split returns the tasks that had ended when w last looked, and the others.
func split[A Awaitable](w *waiting, tasks []A) (done, pending []A) {
	all := make([]A, len(w.handles))
	done, pending = all[:0:w.over], all[w.over:w.over]
	for i := range w.handles {
		if h := &w.handles[i]; h.over {
			done = append(done, tasks[h.argument])
		} else {
			pending = append(pending, tasks[h.argument])
		}
	}
	return done, pending
}
