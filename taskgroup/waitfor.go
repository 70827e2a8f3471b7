package taskgroup

import (
	"context"
	"time"

	"example.com/asyncgo/internal/ctxerr"
)

// WaitFor calls fn with a context that ends d from now, with
// [context.DeadlineExceeded], and returns what fn returns. It calls fn in the
// caller's goroutine and so always waits for it to return: an fn that ignores
// its context makes it take longer than d.
//
// A nil error of fn is a success, however late. Otherwise, if the time was over,
// an error that only echoes that becomes [ErrTimeout], and any other is joined
// with ErrTimeout, so that neither is lost. If ctx has ended, an error that only
// echoes that becomes one for which [errors.Is] finds both ctx.Err() and
// [context.Cause](ctx); an outer deadline is no time-out of this call. If the
// time was over and then ctx has ended, too, both are reported. A value that
// comes with an error is passed on.
//
// The cause of the context that fn gets is an error of this one call, not
// ErrTimeout: scopes may be nested, and only the one whose time was over
// reports it. Of two that end at the same moment that is the outer one.
//
// If ctx is done at the call, or else d is 0 or less, fn is not called; the
// error is that of ctx, or else ErrTimeout. A nil fn is misuse. A panic or
// [runtime.Goexit] in fn passes through. It costs a timer, which it leaves
// stopped, and no goroutine.
//
// It mirrors asyncio.wait_for. Unlike there, neither a result nor a cancellation
// is lost when fn returns at the very moment in which ctx ends.
func WaitFor[T any](ctx context.Context, d time.Duration, fn Func[T]) (T, error) {
	if fn == nil {
		panic(misused("WaitFor of a nil function"))
	}
	var zero T
	if err := ctxerr.Of(ctx); err != nil {
		return zero, err
	}
	if d <= 0 {
		return zero, ErrTimeout
	}
	limit, scope, cancel := newTimeLimit(ctx, &timeoutError{"taskgroup: WaitFor's time is over"}, d)
	defer cancel()
	v, err := fn(scope)
	if err == nil {
		return v, nil
	}
	limit.isOver(scope)
	return v, timedOut(limit.cause.settle(ctx, scope, limit.deadline, err))
}

// MoveOnAfter is [WaitFor] for work that may as well stay undone: running out
// of time is no error. It calls fn, in the caller's goroutine, with a context
// that ends d from now, and waits for it to return; expired reports that the
// time was over before it did.
//
// An error of fn that only echoes the end of the time is dropped; any other is
// returned, whether or not the time was over. If ctx has ended, an error that
// only echoes that becomes one for which [errors.Is] finds both ctx.Err() and
// [context.Cause](ctx).
//
// If ctx is done at the call, fn is not called, and the error is that of ctx. If
// d is 0 or less, fn is not called, and expired is true. A nil fn is misuse. A
// panic or [runtime.Goexit] in fn passes through.
//
// It mirrors trio's and anyio's move_on_after, which asyncio lacks.
func MoveOnAfter(ctx context.Context, d time.Duration, fn func(ctx context.Context) error) (expired bool, err error) {
	if fn == nil {
		panic(misused("MoveOnAfter of a nil function"))
	}
	if err := ctxerr.Of(ctx); err != nil {
		return false, err
	}
	if d <= 0 {
		return true, nil
	}
	limit, scope, cancel := newTimeLimit(ctx, &timeoutError{"taskgroup: MoveOnAfter's time is over"}, d)
	defer cancel()
	err = fn(scope)
	expired = limit.isOver(scope)
	_, err = limit.cause.settle(ctx, scope, limit.deadline, err)
	return expired, err
}
