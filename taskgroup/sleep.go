package taskgroup

import (
	"context"
	"time"

	"example.com/asyncgo/internal/ctxerr"
)

// Sleep is asyncio.sleep: it blocks until d has passed and returns nil, or
// until ctx is done and returns its error; if both happen at once, nil. A d of
// 0 or less does not block, but still fails if ctx is done.
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
