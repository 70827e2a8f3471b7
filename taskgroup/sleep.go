package taskgroup

import (
	"context"
	"time"

	"example.com/asyncgo/internal/ctxerr"
)

// Sleep waits until d has passed and returns nil. If ctx is done first, it
// returns at once with an error for which [errors.Is] finds both ctx.Err() and
// [context.Cause](ctx); if both come at the same moment, the sleep is over.
//
// A d of 0 or less does not wait, but still fails if ctx is done.
//
// It leaves no timer behind. It mirrors asyncio.sleep.
func Sleep(ctx context.Context, d time.Duration) error {
	if err := ctxerr.Of(ctx); err != nil {
		return err
	}
	if d <= 0 {
		return nil
	}
	end := time.Now().Add(d)
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		if !time.Now().Before(end) {
			return nil
		}
		return ctxerr.Ended(ctx)
	}
}
