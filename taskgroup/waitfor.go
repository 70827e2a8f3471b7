package taskgroup

import (
	"context"
	"time"

	"example.com/asyncgo/internal/ctxerr"
)

// WaitFor calls fn, in the caller's goroutine, with a context that ends d from
// now, and returns what fn returns: an fn that ignores its context makes the
// call take longer than d.
//
// A nil error of fn is a success, however late. After d, an error that only
// reports the end of the time becomes [ErrTimeout]; any other is joined with it,
// and so is that of ctx, if that has ended, too. The end of ctx, also by its
// deadline, is never reported as ErrTimeout. A value that comes with an error is
// passed on.
//
// If ctx is done at the call, or d is 0 or less, fn is not called; the error is
// that of ctx, or else ErrTimeout. [NoTimeout] means no limit. WaitFor panics if
// fn is nil.
//
// It takes a timer, and a goroutine only if ctx is of a type that package
// context has to watch in one.
//
// It mirrors asyncio.wait_for, where a result may be lost to a cancellation.
func WaitFor[T any](ctx context.Context, d time.Duration, fn Func[T]) (T, error) {
	if fn == nil {
		panic(misused("WaitFor of a nil function"))
	}
	const op = ctxerr.Op("taskgroup: WaitFor")
	var zero T
	if err := ctxerr.In(ctx, op); err != nil {
		return zero, err
	}
	if d <= 0 {
		return zero, ErrTimeout
	}
	limit := &timeLimit{timeScope: newTimeScope(ctx, op, "taskgroup: WaitFor's time is over")}
	scope, cancel := limit.start(d)
	defer cancel()
	v, err := fn(scope)
	if err == nil {
		return v, nil
	}
	limit.isOver(scope)
	return v, timedOut(limit.settle(scope, limit.due, err))
}

// MoveOnAfter is [WaitFor] for optional work: running out of time is no error.
// It calls fn, in the caller's goroutine, with a context that ends d from now,
// and returns when fn has returned; expired reports whether the time was over
// before that.
//
// An error of fn that only reports the end of the time is dropped; any other is
// returned, whether or not the time was over. If ctx has ended, an error that
// only reports that becomes the error of ctx.
//
// If ctx is done at the call, fn is not called, and the error is that of ctx. If
// d is 0 or less, fn is not called, and expired is true. [NoTimeout] means no
// limit. MoveOnAfter panics if fn is nil. It costs what WaitFor does.
//
// It mirrors trio's and anyio's move_on_after, which asyncio lacks.
func MoveOnAfter(ctx context.Context, d time.Duration, fn func(ctx context.Context) error) (expired bool, err error) {
	if fn == nil {
		panic(misused("MoveOnAfter of a nil function"))
	}
	const op = ctxerr.Op("taskgroup: MoveOnAfter")
	if err := ctxerr.In(ctx, op); err != nil {
		return false, err
	}
	if d <= 0 {
		return true, nil
	}
	limit := &timeLimit{timeScope: newTimeScope(ctx, op, "taskgroup: MoveOnAfter's time is over")}
	scope, cancel := limit.start(d)
	defer cancel()
	err = fn(scope)
	expired = limit.isOver(scope)
	_, err = limit.settle(scope, limit.due, err)
	return expired, err
}
