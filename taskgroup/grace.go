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
	begun chan struct{} // closed when since is set
}

func watchGrace(ctx context.Context, period time.Duration) *graceClock {
	c := &graceClock{period: period, begun: make(chan struct{})}
	c.stop = context.AfterFunc(ctx, func() { c.begin() })
	return c
}

// begin starts the clock, unless it runs, and returns when it was started: when
// the end of the context was first seen, or only daemons were left.
func (c *graceClock) begin() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.since.IsZero() {
		c.since = time.Now()
		close(c.begun)
	}
	return c.since
}

// wait reports whether done was closed before the clock had run for the grace
// period.
func (c *graceClock) wait(ctx context.Context, done <-chan struct{}) bool {
	select {
	case <-done:
		return true
	case <-ctx.Done():
	case <-c.begun:
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
