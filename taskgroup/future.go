package taskgroup

import (
	"context"

	"example.com/asyncgo/internal/ctxerr"
)

// Future is a result that is provided from outside: asyncio.Future, the bridge to
// what is not a task, such as a response that arrives on a connection. Any number
// of goroutines may wait for it and try to complete it; the first call of
// [Future.Resolve] or [Future.Reject] decides.
//
// The zero Future is ready to use, as one from [NewFuture] is. A Future is safe
// for concurrent use and must not be copied after first use. It is an
// [Awaitable], so [Wait], [Completed] and [Set] take it.
//
// Unlike an asyncio.Future, it may be completed twice, since goroutines may race
// to do it: the second call returns false. To cancel it, reject it with
// [context.Canceled].
type Future[T any] struct {
	completion
	// Written once, by the call that has set the claimedResult flag, before
	// completed is set.
	value T
	err   error
}

// NewFuture is loop.create_future: it returns a Future that has not completed.
func NewFuture[T any]() *Future[T] { return &Future[T]{} }

// Resolve is asyncio.Future.set_result: it completes f with the value v, unless f
// is completed already, and reports whether it did. When it returns, f has
// completed either way: of two calls at the same moment, the second waits for the
// first to do that. It never blocks for longer.
//
// The first call of Resolve or Reject happens before the return of any call that
// observes the completion.
func (f *Future[T]) Resolve(v T) bool { return f.settle(v, nil) }

// Reject is asyncio.Future.set_exception: it completes f with the failure err and
// is otherwise like [Future.Resolve]. It panics if err is nil.
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

// Done returns a channel that is closed when f has completed. In a
// [testing/synctest] bubble, the channel belongs to the bubble in which Done is
// first called.
func (f *Future[T]) Done() <-chan struct{} { return f.doneChan() }

// Err is asyncio.Future.exception: it returns nil if f was resolved, the failure if
// it was rejected, and [ErrNotDone] before f has completed.
func (f *Future[T]) Err() error {
	if !f.hasCompleted() {
		return ErrNotDone
	}
	return f.err
}

// Result is asyncio.Future.result: it returns what f was completed with, or
// [ErrNotDone] if it has not completed. It does not block.
func (f *Future[T]) Result() (T, error) {
	if !f.hasCompleted() {
		var zero T
		return zero, ErrNotDone
	}
	return f.value, f.err
}

const opFutureWait = ctxerr.Op("taskgroup: Future.Wait")

// Wait blocks until f completes and returns what it was completed with. It may be
// called any number of times, by any number of goroutines, before and after the
// completion.
//
// If ctx is done first, only the wait ends: f is not touched, and Wait returns an
// error as described in the package comment, under Contexts. If f has completed,
// its result is returned even if ctx is done. Wait allocates once, and not at all
// if f has completed or ctx cannot be canceled.
//
// It mirrors awaiting asyncio.shield(future).
func (f *Future[T]) Wait(ctx context.Context) (T, error) {
	if err := f.wait(ctx, opFutureWait); err != nil {
		var zero T
		return zero, err
	}
	return f.value, f.err
}
