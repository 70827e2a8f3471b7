package queue

import (
	"context"

	"example.com/asyncgo/internal/ctxerr"
	"example.com/asyncgo/internal/misuse"
)

// TaskDone says that the work for one item is finished. Who gets items calls it
// once for each, when done with it, so that [Queue.Join] can tell; if nobody
// joins, nobody has to call it. Nothing checks that the item has been taken out
// of the queue.
//
// It panics, with an error for which [errors.Is] finds [ErrMisuse] and
// [ErrTaskDone], if it has been called for all items already.
//
// TaskDone synchronizes before the return of a Join that it lets go.
//
// It mirrors asyncio.Queue.task_done.
func (q *Queue[T]) TaskDone() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.unfinished == 0 {
		panic(misuse.New(ErrTaskDone.Error(), ErrMisuse, ErrTaskDone))
	}
	q.finishLocked(1)
}

// finishLocked counts n items as finished, or all if there are fewer.
func (q *Queue[T]) finishLocked(n int) {
	q.unfinished -= min(n, q.unfinished)
	if q.unfinished > 0 {
		return
	}
	for w := q.joiners.next(); w != nil; w = q.joiners.next() {
		close(w.ready)
	}
}

// Join waits until nothing is unfinished: until [Queue.TaskDone] has been called
// for each item that has come in, or [Queue.ShutdownNow] has taken it out. It
// returns nil as soon as that has been so at some moment after the call, even if
// another item has come in since.
//
// If nothing is unfinished it returns nil whatever ctx says. Otherwise, if ctx is
// done or ends while it waits, [errors.Is] finds both ctx.Err() and
// [context.Cause](ctx) in its error.
//
// The calls to TaskDone synchronize before the return of the Join that they let
// go.
//
// It mirrors asyncio.Queue.join.
func (q *Queue[T]) Join(ctx context.Context) error {
	ended := ctx.Err() != nil // not under the lock: a context may be anybody's code
	q.mu.Lock()
	if q.unfinished == 0 {
		q.mu.Unlock()
		return nil
	}
	if ended {
		q.mu.Unlock()
		return ctxerr.Ended(ctx)
	}
	var none T
	if q.waitLocked(ctx, &q.joiners, none) == nil {
		return ctxerr.Ended(ctx)
	}
	return nil
}
