package conformance

import (
	"context"
	"slices"
	"sync"
	"time"

	"example.com/asyncgo/semaphore"
)

// modelLock is a lock that is granted in the order of enqueue, without Lock.
// It is locked from a grant to the release that finds the queue empty.
type modelLock struct {
	mu     sync.Mutex
	locked bool
	queue  []place
}

// place is closed when it is granted; it is in the queue until then.
type place chan struct{}

func (l *modelLock) do(a *actor, st *Step) (any, error) {
	switch st.Op {
	case "acquire":
		return nil, l.acquire(a)
	case "release":
		err := l.release()
		time.Sleep(tick) // as lockOps does
		return nil, err
	case "locked":
		return l.isLocked(), nil
	}
	return nil, unknown(st)
}

func (l *modelLock) acquire(a *actor) error {
	if a.isPending() && !l.isLocked() {
		<-l.enqueue()
		return nil
	}
	return a.wait(func(ctx context.Context) error { return l.await(ctx, l.enqueue()) })
}

// await waits for the grant of p, or leaves the queue when ctx ends.
func (l *modelLock) await(ctx context.Context, p place) error {
	select {
	case <-p:
	case <-ctx.Done():
	}
	if ctx.Err() != nil {
		l.leave(p)
	}
	return ctx.Err()
}

func (l *modelLock) enqueue() place {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := make(place)
	l.queue = append(l.queue, p)
	l.grant()
	return p
}

// leave gives up p, also if it has been granted.
func (l *modelLock) leave(p place) {
	l.mu.Lock()
	defer l.mu.Unlock()
	before := len(l.queue)
	l.queue = slices.DeleteFunc(l.queue, func(q place) bool { return q == p })
	if len(l.queue) == before {
		l.locked = false
		l.grant()
	}
}

func (l *modelLock) release() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.locked {
		return semaphore.ErrNotLocked
	}
	l.locked = false
	l.grant()
	return nil
}

// grant is called under mu.
func (l *modelLock) grant() {
	if !l.locked && len(l.queue) > 0 {
		l.locked = true
		close(l.queue[0])
		l.queue = l.queue[1:]
	}
}

func (l *modelLock) isLocked() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.locked
}

// Locked and Unlock are for world.unlock.
func (l *modelLock) Locked() bool { return l.isLocked() }
func (l *modelLock) Unlock()      { _ = l.release() }
