package taskgroup_test

import (
	"context"
	"sync"
)

// units is a limiter that can be read, and set to misbehave.
type units struct {
	mu      sync.Mutex
	free    int
	changed chan struct{}
	acquire func(ctx context.Context, n int) error // called first, if not nil
	try     func()                                 // called first, if not nil
	release func(n int)                            // called last, if not nil
}

func (u *units) AcquireN(ctx context.Context, n int) error {
	if u.acquire != nil {
		if err := u.acquire(ctx, n); err != nil {
			return err
		}
	}
	for {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		u.mu.Lock()
		if u.free >= n {
			u.free -= n
			u.mu.Unlock()
			return nil
		}
		if u.changed == nil {
			u.changed = make(chan struct{})
		}
		changed := u.changed
		u.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
}

func (u *units) TryAcquireN(n int) bool {
	if u.try != nil {
		u.try()
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.free < n {
		return false
	}
	u.free -= n
	return true
}

func (u *units) ReleaseN(n int) {
	u.mu.Lock()
	u.free += n
	if u.changed != nil {
		close(u.changed)
		u.changed = nil
	}
	u.mu.Unlock()
	if u.release != nil {
		u.release(n)
	}
}

func (u *units) available() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.free
}
