package taskgroup

import (
	"context"
	"time"

	"example.com/asyncgo/internal/ctxerr"
	"example.com/asyncgo/internal/watch"
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
		blocked := watch.Asleep(ctx, 0)
		blocked.Start()
		<-done
		blocked.End()
		return ctxerr.EndedIn(ctx, op)
	}
	blocked := watch.Asleep(ctx, d)
	end := time.Now().Add(d)
	timer := time.NewTimer(d)
	defer timer.Stop()
	blocked.Start()
	select {
	case <-timer.C:
		blocked.End()
		return nil
	case <-done:
		blocked.End()
	}
	if !time.Now().Before(end) {
		return nil
	}
	return ctxerr.EndedIn(ctx, op)
}
