package taskgroup

import (
	"context"
	"time"

	"example.com/asyncgo/internal/ctxerr"
)

// WaitFor is asyncio.wait_for: it calls fn, in the caller's goroutine, with a
// context that ends d from now, and returns when fn does. If d is 0 or less, fn
// is not called, and the error is [ErrTimeout].
//
// A nil error of fn is a success, however late: unlike in asyncio, no result is
// lost. After d, an error that only reports the end of the time becomes
// ErrTimeout; any other is joined with it, and so is that of ctx, if that has
// ended, too. A value that comes with an error is passed on.
//
// WaitFor panics if fn is nil. It takes a goroutine only if ctx is of a type
// that package context has to watch in one.
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

// MoveOnAfter is trio's move_on_after: [WaitFor] for optional work, where
// running out of time is no error. expired reports whether the time was over
// before fn returned, or fn was not called because d is 0 or less.
//
// An error of fn that only reports the end of the time is dropped, one that
// only reports the end of ctx becomes the error of ctx, and any other is
// returned, whether or not the time was over. MoveOnAfter panics if fn is nil.
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
