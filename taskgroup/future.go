package taskgroup

import (
	"context"

	"example.com/asyncgo/internal/ctxerr"
)

// Future is a result that is yet to come, ended by whoever holds it: the bridge
// to whatever is not a task, such as an answer that arrives on a connection.
// Any number of goroutines may wait for it and try to end it; the first to call
// [Future.Resolve] or [Future.Reject] decides.
//
// The zero Future is ready to use, as one from [NewFuture] is. A Future is safe
// for concurrent use and must not be copied after first use. It is an
// [Awaitable], so [Wait], [Completed] and [Set] take it.
//
// It mirrors asyncio.Future. Unlike there, ending it twice is no error but
// answered with false, since goroutines may race to do it, and it is cancelled
// by rejecting it with [context.Canceled].
type Future[T any] struct {
	completion
	// Written once, by who has set the claimedResult flag, before ended is set.
	value T
	err   error
}

// NewFuture returns a Future that has not ended. It mirrors
// loop.create_future.
func NewFuture[T any]() *Future[T] { return &Future[T]{} }

// Resolve ends f with the value v, unless it has ended already, and reports
// whether it was the first to end it. When it returns, f has ended either way.
// It never waits.
//
// The first call of Resolve or Reject happens before the return of any
// [Future.Wait] that learns of it.
//
// It mirrors asyncio.Future.set_result.
func (f *Future[T]) Resolve(v T) bool { return f.settle(v, nil) }

// Reject ends f with the failure err, unless it has ended already, and reports
// whether it was the first to end it. When it returns, f has ended either way.
// It never waits. A nil err is misuse.
//
// It mirrors asyncio.Future.set_exception.
func (f *Future[T]) Reject(err error) bool {
	if err == nil {
		panic(misused("Reject of a Future with a nil error"))
	}
	var zero T
	return f.settle(zero, err)
}

func (f *Future[T]) settle(v T, err error) bool {
	if f.state.Or(claimedResult)&claimedResult != 0 {
		_ = f.wait(context.Background(), nil) // for the other call to publish
		return false
	}
	f.value, f.err = v, err
	f.complete(0)
	return true
}

// Done returns a channel that is closed when f has ended.
//
// In a testing/synctest bubble the channel belongs to the bubble in which it
// is first asked for.
func (f *Future[T]) Done() <-chan struct{} { return f.doneChan() }

// Err returns nil if f was resolved, the failure if it was rejected, and
// [ErrNotDone] before it has ended. It mirrors asyncio.Future.exception.
func (f *Future[T]) Err() error {
	if !f.hasCompleted() {
		return ErrNotDone
	}
	return f.err
}

// Result returns what f was ended with, or [ErrNotDone] if it has not ended; it
// never waits. It mirrors asyncio.Future.result.
func (f *Future[T]) Result() (T, error) {
	if !f.hasCompleted() {
		var zero T
		return zero, ErrNotDone
	}
	return f.value, f.err
}

const opFutureWait = ctxerr.Op("taskgroup: Future.Wait")

// Wait waits for f to end and returns what it was ended with. It may be called
// any number of times, by any number of goroutines, before and after the end.
//
// If ctx is done first, only the waiting is given up: f is not touched, and
// Wait returns an error for which [errors.Is] finds both ctx.Err() and
// [context.Cause](ctx). What f has ended with is returned whatever ctx says.
//
// It mirrors awaiting asyncio.shield(future).
func (f *Future[T]) Wait(ctx context.Context) (T, error) {
	if err := f.wait(ctx, opFutureWait); err != nil {
		var zero T
		return zero, err
	}
	return f.value, f.err
}
