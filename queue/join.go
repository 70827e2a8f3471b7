package queue

import (
	"context"

	"example.com/asyncgo/internal/ctxerr"
	"example.com/asyncgo/internal/misuse"
	"example.com/asyncgo/internal/watch"
)

// TaskDone says that the work for one item that has been taken out of the queue
// is finished. A consumer calls it once for each item, for [Queue.Join]; a
// program without Join need not call it.
//
// It panics, and changes nothing, if it has been called for all items that have
// been taken out, even while others lie in the queue; [errors.Is] finds
// [ErrMisuse] and [ErrTaskDone] in the error.
//
// TaskDone happens before the return of the Join that it lets through.
//
// It mirrors asyncio.Queue.task_done. Unlike there, it cannot be called for an
// item that is still in the queue.
func (q *Queue[T]) TaskDone() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if takenOut := q.unfinished - q.lenLocked() - q.pending; takenOut <= 0 {
		panic(misuse.New(ErrTaskDone.Error(), ErrMisuse, ErrTaskDone))
	}
	q.finishLocked(1)
}

// finishLocked counts n unfinished items as finished.
func (q *Queue[T]) finishLocked(n int) {
	q.unfinished -= n
	if q.unfinished > 0 {
		return
	}
	q.zeros++
	for w := q.joiners.next(); w != nil; w = q.joiners.next() {
		close(w.ready)
	}
}

// Join waits until nothing is unfinished: until [Queue.TaskDone] has been
// called for each item that has come in, or [Queue.ShutdownNow] has taken the
// item out. It returns nil as soon as that has been so at some moment after the
// call, even if another item has come in since.
//
// If nothing is unfinished, Join returns nil whatever ctx says. Otherwise, if
// ctx is already done, or is done first, it returns the context's error.
//
// The calls of TaskDone happen before the return of the Join that they let
// through.
//
// It mirrors asyncio.Queue.join.
func (q *Queue[T]) Join(ctx context.Context) error {
	ended := ctx.Err() != nil
	q.mu.Lock()
	unfinished, zeros := q.unfinished, q.zeros
	q.mu.Unlock()
	if unfinished == 0 {
		return nil
	}
	if ended {
		return ctxerr.EndedIn(ctx, opJoin)
	}
	done := ctx.Done()
	blocked := q.blocked(ctx, watch.Unfinished)
	q.mu.Lock()
	if q.zeros != zeros { // since it was found unfinished
		q.mu.Unlock()
		return nil
	}
	var none T
	if !q.waitLocked(newWaiter(none), &q.joiners, done, nil, blocked) {
		return ctxerr.EndedIn(ctx, opJoin)
	}
	return nil
}
