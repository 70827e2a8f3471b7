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
	packageRWLock    semaphore.RWLock
	packageEvent     semaphore.Event
	packageCond      = semaphore.NewCond(&packageLock)
	packageBarrier   = semaphore.NewBarrier(2)
)

// Rule 10: the same value outside a bubble, in two bubbles and outside again,
// with waits that are served and waits that are canceled in each of them.
func TestValuesWorkInsideAndOutsideBubbles(t *testing.T) {
	values := map[string]struct {
		hold    func() // makes a wait block
		wait    func(ctx context.Context) error
		release func() // ends it
		tidy    func() // undoes hold, if that is needed
	}{
		"Semaphore": {
			hold: func() { packageSemaphore.TryAcquire() },
			wait: func(ctx context.Context) error {
				return packageSemaphore.Do(ctx, func(context.Context) error { return nil })
			},
			release: packageSemaphore.Release,
			tidy:    packageSemaphore.Release,
		},
		"Keyed": {
			hold: func() { packageKeyed.TryAcquire("k") },
			wait: func(ctx context.Context) error {
				return packageKeyed.Do(ctx, "k", func(context.Context) error { return nil })
			},
			release: func() { packageKeyed.Release("k") },
			tidy:    func() { packageKeyed.Release("k") },
		},
		"Lock": {
			hold: func() { packageLock.TryLock() },
			wait: func(ctx context.Context) error {
				return packageLock.Do(ctx, func(context.Context) error { return nil })
			},
			release: packageLock.Unlock,
			tidy:    packageLock.Unlock,
		},
		"RWLock": {
			hold: func() { packageRWLock.TryRLock() },
			wait: func(ctx context.Context) error {
				return packageRWLock.Do(ctx, func(context.Context) error { return nil })
			},
			release: packageRWLock.RUnlock,
			tidy:    packageRWLock.RUnlock,
		},
		"RWLock, reading": {
			hold: func() { packageRWLock.TryLock() },
			wait: func(ctx context.Context) error {
				return packageRWLock.RDo(ctx, func(context.Context) error { return nil })
			},
			release: packageRWLock.Unlock,
			tidy:    packageRWLock.Unlock,
		},
		"Event": {
			hold:    packageEvent.Clear,
			wait:    packageEvent.Wait,
			release: packageEvent.Set,
			tidy:    func() {},
		},
		"Cond": {
			hold: func() {},
			wait: func(ctx context.Context) error {
				return packageLock.Do(context.WithoutCancel(ctx), func(context.Context) error {
					return packageCond.Wait(ctx)
				})
			},
			release: func() {
				if packageLock.TryLock() {
					packageCond.NotifyAll()
					packageLock.Unlock()
				}
			},
			tidy: func() {},
		},
		"Barrier": {
			hold:    func() {},
			wait:    func(ctx context.Context) error { _, err := packageBarrier.Wait(ctx); return err },
			release: func() { _, _ = packageBarrier.Wait(context.Background()) },
			tidy:    func() {},
		},
	}
	for name, v := range values {
		use := func(t *testing.T, settle func()) {
			t.Helper()
			v.hold()
			ended := make(chan error, 1)
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

			// Last, so that nothing but the cancellation can have cleared up.
			v.hold()
			ctx, cancel := context.WithCancel(t.Context())
			go func() { ended <- v.wait(ctx) }()
			settle()
			cancel()
			assert.ErrorIs(t, <-ended, context.Canceled)
			v.tidy()
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

// Rule 10, P-79: a wait is durable, so the clock of a bubble moves on and
// timeouts are exact.
func TestWaitsAreDurable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, k, b := semaphore.New(0), semaphore.NewKeyed[int](1), semaphore.NewBarrier(2)
		var l semaphore.Lock
		var rw, read semaphore.RWLock
		var e semaphore.Event
		l.TryLock()
		rw.TryLock()
		read.TryRLock()
		k.TryAcquire(1)
		for i, wait := range []func(ctx context.Context) error{
			s.Acquire,
			func(ctx context.Context) error { return s.AcquireN(ctx, 2) },
			func(ctx context.Context) error { return k.Acquire(ctx, 1) },
			l.Lock,
			rw.Lock,
			rw.RLock,
			read.Lock,
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

// The channel of Done belongs to where it was first returned, and the event
// itself does not.
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
