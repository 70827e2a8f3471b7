package semaphore_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/semaphore"
)

// Waiting counts the calls that wait, and no longer those that have been
// granted or have given up.
func TestWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l semaphore.Lock
		var e semaphore.Event
		for name, p := range map[string]struct {
			wait    func(ctx context.Context) error
			waiting func() int
			serve   func()
			left    int // how many wait after that
		}{
			"Lock":  {l.Lock, l.Waiting, l.Unlock, 2},
			"Event": {e.Wait, e.Waiting, e.Set, 0},
		} {
			assert.Zero(t, p.waiting(), name)
			l.TryLock()
			ctx, cancel := context.WithCancel(t.Context())
			for range 3 {
				begin(func() error { return p.wait(ctx) })
			}
			assert.Equal(t, 3, p.waiting(), name)
			begin(func() error {
				stop, cancel := context.WithCancel(t.Context())
				go cancel()
				return p.wait(stop)
			})
			assert.Equal(t, 3, p.waiting(), name)
			p.serve()
			synctest.Wait()
			assert.Equal(t, p.left, p.waiting(), name)
			cancel()
			synctest.Wait()
			assert.Zero(t, p.waiting(), name)
			if name == "Lock" {
				l.Unlock()
			}
		}
	})
}

// Of a condition it is the calls that have not been notified: the others wait
// for the lock.
func TestCondWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom()
		assert.Zero(t, r.c.Waiting())
		for i := range 3 {
			r.wait(t, t.Context(), i)
		}
		assert.Equal(t, 3, r.c.Waiting())
		assert.Zero(t, r.l.Waiting())
		r.with(t, func() {
			r.c.Notify(2)
			synctest.Wait()
			assert.Equal(t, 1, r.c.Waiting())
			assert.Equal(t, 2, r.l.Waiting())
		})
		synctest.Wait()
		assert.Equal(t, 1, r.c.Waiting())
		assert.Zero(t, r.l.Waiting())
		r.with(t, r.c.NotifyAll)
		synctest.Wait()
		assert.Zero(t, r.c.Waiting())
		assert.Zero(t, new(semaphore.Cond).Waiting())
	})
}

// Rule 4: the text of an error says what was waited for, whether the context
// was done before or ended during the wait.
func TestErrorsOfWaitsNameTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, k, b := semaphore.New(0), semaphore.NewKeyed[int](1), semaphore.NewBarrier(2)
		var l, held semaphore.Lock
		var rw semaphore.RWLock
		var e semaphore.Event
		l.TryLock()
		held.TryLock()
		rw.TryLock()
		k.TryAcquire(1)
		c := semaphore.NewCond(&held)
		for text, wait := range map[string]func(ctx context.Context) error{
			"semaphore: Acquire":       s.Acquire,
			"semaphore: AcquireN":      func(ctx context.Context) error { return s.AcquireN(ctx, 2) },
			"semaphore: Keyed.Acquire": func(ctx context.Context) error { return k.Acquire(ctx, 1) },
			"semaphore: Lock":          l.Lock,
			"semaphore: RWLock.Lock":   rw.Lock,
			"semaphore: RWLock.RLock":  rw.RLock,
			"semaphore: Event.Wait":    e.Wait,
			"semaphore: Cond.Wait":     c.Wait,
			"semaphore: Barrier.Wait":  func(ctx context.Context) error { _, err := b.Wait(ctx); return err },
		} {
			ctx := canceled(t)
			assert.EqualError(t, wait(ctx), text+": context canceled: why")
			ctx, cancel := context.WithTimeout(t.Context(), 1)
			err := wait(ctx)
			cancel()
			assert.EqualError(t, err, text+": context deadline exceeded")
			assertContextError(t, ctx, err)
		}
	})
}
