package taskgroup

import (
	"context"

	"example.com/asyncgo/internal/ctxerr"
)

// Until says what [Wait] waits for.
type Until int

const (
	// AllCompleted is asyncio.ALL_COMPLETED: it waits until every handle has
	// completed.
	AllCompleted Until = iota
	// FirstCompleted is asyncio.FIRST_COMPLETED: it waits until one handle has
	// completed.
	FirstCompleted
	// FirstError is asyncio.FIRST_EXCEPTION: it waits until one handle has
	// failed, or every one has completed. A canceled one has not failed: a task
	// that is [Task.Cancelled], or another whose error leads to
	// [context.Canceled].
	FirstError
)

const opWait = ctxerr.Op("taskgroup: Wait")

// Wait is asyncio.wait: it blocks until the condition given by until holds for
// the tasks, or other handles, and returns those that have completed by then
// and those that have not, without duplicates and, unlike asyncio, in the order
// of the arguments; both also if ctx is done first. A failure of a handle is
// not an error of Wait; to have no handle is [ErrNoTasks].
//
// Wait panics if a handle is nil or cannot be compared, or if until is unknown.
// It costs O(n) and a few allocations whatever n is. To take many one by one,
// use [Completed].
func Wait[A Awaitable](ctx context.Context, until Until, tasks ...A) (done, pending []A, err error) {
	if until < AllCompleted || until > FirstError {
		panic(misused("Wait with an unknown Until"))
	}
	if len(tasks) == 0 {
		return nil, nil, ErrNoTasks
	}
	w := newWaitSet(len(tasks))
	defer w.release()
	for i, a := range tasks {
		w.add(i, a, "Wait")
	}
	_, err = w.wait(ctx, opWait, until)
	done, pending = split(w, tasks)
	return done, pending, err
}

// split returns the tasks that had completed when w was frozen, and the others.
func split[A Awaitable](w *waitSet, tasks []A) (done, pending []A) {
	over := 0
	for i := range w.handles {
		if w.handles[i].over {
			over++
		}
	}
	all := make([]A, len(w.handles))
	done, pending = all[:0:over], all[over:over]
	for i := range w.handles {
		if m := &w.handles[i]; m.over {
			done = append(done, tasks[m.argument])
		} else {
			pending = append(pending, tasks[m.argument])
		}
	}
	return done, pending
}
