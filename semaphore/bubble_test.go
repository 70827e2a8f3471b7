package semaphore_test

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/semaphore"
)

// Made at import, without a goroutine or a channel.
var (
	packageSemaphore = semaphore.New(1)
	packageKeyed     = semaphore.NewKeyed[string](1)
	packageLock      semaphore.Lock
	packageEvent     semaphore.Event
	packageCond      = semaphore.NewCond(&packageLock)
	packageBarrier   = semaphore.NewBarrier(2)
)

// Rule 10: the same value outside a bubble, in two bubbles and outside again, with waits
// that are served and waits that are cancelled in each of them.
func TestValuesWorkInsideAndOutsideBubbles(t *testing.T) {
	values := map[string]struct {
		hold, release func()
		wait          func(ctx context.Context) error
	}{
		"Semaphore": {
			func() { packageSemaphore.TryAcquire() },
			packageSemaphore.Release,
			func(ctx context.Context) error {
				err := packageSemaphore.Acquire(ctx)
				if err == nil {
					packageSemaphore.Release()
				}
				return err
			},
		},
		"Keyed": {
			func() { packageKeyed.TryAcquire("k") },
			func() { packageKeyed.Release("k") },
			func(ctx context.Context) error {
				return packageKeyed.Do(ctx, "k", func(context.Context) error { return nil })
			},
		},
		"Lock": {
			func() { packageLock.TryLock() },
			packageLock.Unlock,
			func(ctx context.Context) error {
				return packageLock.Do(ctx, func(context.Context) error { return nil })
			},
		},
		"Event": {packageEvent.Clear, packageEvent.Set, packageEvent.Wait},
		"Cond": {
			func() {},
			func() {
				if packageLock.TryLock() {
					packageCond.NotifyAll()
					packageLock.Unlock()
				}
			},
			func(ctx context.Context) error {
				if err := packageLock.Lock(context.WithoutCancel(ctx)); err != nil {
					return err
				}
				defer packageLock.Unlock()
				return packageCond.Wait(ctx)
			},
		},
		"Barrier": {
			func() {},
			func() { _, _ = packageBarrier.Wait(context.Background()) },
			func(ctx context.Context) error { _, err := packageBarrier.Wait(ctx); return err },
		},
	}
	for name, v := range values {
		use := func(t *testing.T, settle func()) {
			t.Helper()
			v.hold()
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- v.wait(ctx) }()
			settle()
			cancel()
			assert.ErrorIs(t, <-ended, context.Canceled)

			go func() { ended <- v.wait(t.Context()) }()
			settle()
			v.release()
			for len(ended) == 0 {
				if name == "Cond" { // outside, it may have been too early
					v.release()
				}
				runtime.Gosched()
			}
			assert.NoError(t, <-ended)
		}
		outside := func(t *testing.T) {
			t.Helper()
			use(t, func() { // as good as certain to be enough, and it need not be
				for range 100 {
					runtime.Gosched()
				}
			})
		}
		bubble := func(t *testing.T) {
			t.Helper()
			use(t, synctest.Wait)
		}
		t.Run(name, func(t *testing.T) {
			outside(t)
			synctest.Test(t, bubble)
			synctest.Test(t, bubble)
			outside(t)
		})
	}
}

// Rule 10, P-79: a wait is durable, so the clock of a bubble moves on and time-outs are
// exact.
func TestWaitsAreDurable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, k, b := semaphore.New(0), semaphore.NewKeyed[int](1), semaphore.NewBarrier(2)
		var l semaphore.Lock
		var e semaphore.Event
		l.TryLock()
		k.TryAcquire(1)
		for i, wait := range []func(ctx context.Context) error{
			s.Acquire,
			func(ctx context.Context) error { return s.AcquireN(ctx, 2) },
			func(ctx context.Context) error { return k.Acquire(ctx, 1) },
			l.Lock,
			e.Wait,
			semaphore.NewCond(&l).Wait,
			func(ctx context.Context) error {
				return semaphore.NewCond(&l).WaitFor(ctx, func() bool { return false })
			},
			func(ctx context.Context) error { _, err := b.Wait(ctx); return err },
		} {
			start := time.Now()
			ctx, cancel := context.WithTimeoutCause(t.Context(), time.Hour, errWhy)
			assertContextError(t, ctx, wait(ctx))
			assert.Equal(t, time.Hour, time.Since(start), i)
			cancel()
		}
	})
}

// The channel of Done belongs to where it was first asked for, and the event itself does
// not.
func TestEventDoneInABubble(t *testing.T) {
	var e semaphore.Event
	synctest.Test(t, func(*testing.T) {
		go func() {
			time.Sleep(time.Hour)
			e.Set()
		}()
		<-e.Done()
		e.Clear()
	})
	go e.Set()
	<-e.Done()
	e.Clear()
	assert.False(t, e.IsSet())
}
