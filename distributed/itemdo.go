package distributed

import (
	"context"
)

// Do calls fn and settles the item by what it does. The context of fn derives
// from ctx, and also ends when the lease is lost or the client closes.
//
//   - fn returns nil: Done, whatever the contexts say.
//   - fn returns an error that only repeats the end of its context: the item is
//     given back at once.
//   - fn fails in another way, panics or calls [runtime.Goexit]: a failed attempt,
//     which is logged. The item is given back after Backoff, or becomes a dead
//     letter if it was the last attempt.
//
// If fn has settled the item itself, Do adds nothing. Do returns nil when the
// item is settled or lost, so that a failing item does not stop a
// taskgroup.Consume, and the error of ctx when that has ended before fn could
// finish. If ctx is done at the call, fn is not called and the item is given
// back. fn runs in a goroutine of its own, which Do joins. A nil fn panics with
// [ErrMisuse].
func (it *Item[T]) Do(ctx context.Context, fn func(ctx context.Context) error) error {
	if fn == nil {
		panic(misused("%s: Do of a nil function", it.q.object))
	}
	op := it.q.object + ": item " + it.ID + ": Do"
	if ctx.Err() != nil {
		_ = it.back(0)
		return ended(ctx, op, "")
	}
	within, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stop := context.AfterFunc(it.lease.ctx, func() {
		if cause := context.Cause(it.lease.ctx); cause != context.Canceled { //nolint:errorlint // what a settling leaves; fn may go on after that
			cancel(cause)
		}
	})
	defer stop()
	err := protect(func() error { return fn(within) })
	switch {
	case err == nil:
		_ = it.Done()
		return nil
	case isEcho(within, err):
		_ = it.back(0)
		if ctx.Err() != nil {
			return ended(ctx, op, "")
		}
		return nil
	case it.lease.isSettled():
		return nil
	}
	it.q.c.log.Warn("distributed: attempt failed", append([]any{"queue", it.q.queue, "item", it.ID, "attempt", it.Attempt, "error", err}, stackOf(err)...)...)
	_ = it.afterFailure(err)()
	return nil
}
