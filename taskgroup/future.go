package taskgroup

import (
	"context"

	"example.com/asyncgo/internal/ctxerr"
)

// Future is asyncio.Future: a result that is provided from outside, such as by
// a response that arrives on a connection. Any number of goroutines may wait
// for it and try to complete it: unlike in asyncio, a second [Future.Resolve]
// or [Future.Reject] is no error. To cancel it, reject it with
// [context.Canceled]. The zero Future is ready to use.
type Future[T any] struct {
	completion
	// Written once, by the call that has set the claimedResult flag, before
	// completed is set.
	value T
	err   error
}

// NewFuture is loop.create_future: it returns a Future that has not completed.
func NewFuture[T any]() *Future[T] { return &Future[T]{} }

// Resolve is asyncio.Future.set_result: it completes f with the value v, unless
// f is completed already, and reports whether it did. When it returns, f has
// completed: it blocks only until another call has done that.
func (f *Future[T]) Resolve(v T) bool { return f.settle(v, nil) }

// Reject is asyncio.Future.set_exception: it completes f with the failure err
// and is otherwise like [Future.Resolve]. It panics if err is nil.
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

// Done returns a channel that is closed when f has completed.
func (f *Future[T]) Done() <-chan struct{} { return f.doneChan() }

// Err is asyncio.Future.exception: nil if f was resolved, the failure if it was
// rejected, and [ErrNotDone] before f has completed.
func (f *Future[T]) Err() error {
	if !f.hasCompleted() {
		return ErrNotDone
	}
	return f.err
}

// Result is asyncio.Future.result: it returns what f was completed with, or
// [ErrNotDone] before.
func (f *Future[T]) Result() (T, error) {
	if !f.hasCompleted() {
		var zero T
		return zero, ErrNotDone
	}
	return f.value, f.err
}

const opFutureWait = ctxerr.Op("taskgroup: Future.Wait")

// Wait blocks until f completes and returns what it was completed with, however
// often it is called. It allocates once, and not at all if f has completed or
// ctx cannot be canceled. It mirrors awaiting asyncio.shield(future).
func (f *Future[T]) Wait(ctx context.Context) (T, error) {
	if err := f.wait(ctx, opFutureWait); err != nil {
		var zero T
		return zero, err
	}
	return f.value, f.err
}
