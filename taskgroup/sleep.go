package taskgroup

import (
	"context"
	"time"

	"example.com/asyncgo/internal/ctxerr"
)

// Sleep blocks until d has passed and returns nil. If ctx is done first, it
// returns the error of ctx at once; if both happen at once, Sleep returns nil.
//
// A d of 0 or less does not block, but still fails if ctx is done. With
// [NoTimeout] only the end of ctx ends the sleep.
//
// It takes a timer and leaves none behind. It mirrors asyncio.sleep.
func Sleep(ctx context.Context, d time.Duration) error {
	const op = ctxerr.Op("taskgroup: Sleep")
	done := ctx.Done()
	if err := ctxerr.In(ctx, op); err != nil {
		return err
	}
	if d <= 0 {
		return nil
	}
	if d == NoTimeout {
		<-done
		return ctxerr.EndedIn(ctx, op)
	}
	end := time.Now().Add(d)
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-done:
		if !time.Now().Before(end) {
			return nil
		}
		return ctxerr.EndedIn(ctx, op)
	}
}
