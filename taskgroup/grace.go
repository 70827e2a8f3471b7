package taskgroup

import (
	"context"
	"sync"
	"time"
)

// graceClock measures the time since the context of a group is done, for
// [WithGrace].
type graceClock struct {
	period time.Duration
	stop   func() bool // releases the context

	mu    sync.Mutex
	since time.Time
}

func watchGrace(ctx context.Context, period time.Duration) *graceClock {
	c := &graceClock{period: period}
	c.stop = context.AfterFunc(ctx, func() { c.begin() })
	return c
}

// begin returns when the context was done. It is called only once that is so, by
// the first to notice.
func (c *graceClock) begin() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.since.IsZero() {
		c.since = time.Now()
	}
	return c.since
}

// wait reports whether done was closed before ctx had been done for the grace
// period.
func (c *graceClock) wait(ctx context.Context, done <-chan struct{}) bool {
	select {
	case <-done:
		return true
	case <-ctx.Done():
	}
	timer := time.NewTimer(c.period - time.Since(c.begin()))
	defer timer.Stop()
	select {
	case <-done:
		return true
	case <-timer.C:
		return false
	}
}
