package semaphore_test

import (
	"context"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/semaphore"
)

// Rule 12. Each edge is a pair of calls: what one goroutine writes before the
// first must be seen, without a data race, by another after the second. The
// race detector is the judge.
func TestHappensBefore(t *testing.T) {
	bg := t.Context()
	must := func(err error) {
		if err != nil {
			t.Error(err)
		}
	}
	until := func(done func() bool) {
		for !done() {
			runtime.Gosched()
		}
	}
	type edge struct{ before, after func() }
	edges := map[string]func() edge{
		"Release to Acquire": func() edge {
			s := semaphore.New(1)
			s.TryAcquire()
			return edge{s.Release, func() { must(s.Acquire(bg)) }}
		},
		"Release to TryAcquire": func() edge {
			s := semaphore.New(1)
			s.TryAcquire()
			return edge{s.Release, func() { until(s.TryAcquire) }}
		},
		"ReleaseN to AcquireN": func() edge {
			s := semaphore.New(3)
			s.TryAcquireN(3)
			return edge{func() { s.ReleaseN(3) }, func() { must(s.AcquireN(bg, 3)) }}
		},
		"ReleaseN to TryAcquireN": func() edge {
			s := semaphore.NewCounting(0)
			return edge{func() { s.ReleaseN(2) }, func() { until(func() bool { return s.TryAcquireN(2) }) }}
		},
		"Close to Acquire": func() edge {
			s := semaphore.New(0)
			return edge{s.Close, func() { assert.ErrorIs(t, s.Acquire(bg), semaphore.ErrClosed) }}
		},
		"Resize to Acquire": func() edge {
			s := semaphore.New(0)
			return edge{func() { s.Resize(1) }, func() { must(s.Acquire(bg)) }}
		},
		"Resize to TryAcquire": func() edge {
			s := semaphore.New(0)
			return edge{func() { s.Resize(1) }, func() { until(s.TryAcquire) }}
		},
		"Resize to ErrTooLarge": func() edge {
			s := semaphore.New(2)
			s.TryAcquire()
			return edge{func() { s.Resize(1) }, func() { assert.ErrorIs(t, s.AcquireN(bg, 2), semaphore.ErrTooLarge) }}
		},
		"Keyed.Release to Acquire": func() edge {
			k := semaphore.NewKeyed[int](1)
			k.TryAcquire(1)
			return edge{func() { k.Release(1) }, func() { must(k.Acquire(bg, 1)) }}
		},
		"Keyed.Release to TryAcquire": func() edge {
			k := semaphore.NewKeyed[int](1)
			k.TryAcquire(1)
			return edge{func() { k.Release(1) }, func() { until(func() bool { return k.TryAcquire(1) }) }}
		},
		"Unlock to Lock": func() edge {
			l := new(semaphore.Lock)
			l.TryLock()
			return edge{l.Unlock, func() { must(l.Lock(bg)) }}
		},
		"Unlock to TryLock": func() edge {
			l := new(semaphore.Lock)
			l.TryLock()
			return edge{l.Unlock, func() { until(l.TryLock) }}
		},
		"RWLock.Unlock to Lock": func() edge {
			l := new(semaphore.RWLock)
			l.TryLock()
			return edge{l.Unlock, func() { must(l.Lock(bg)) }}
		},
		"RWLock.Unlock to RLock": func() edge {
			l := new(semaphore.RWLock)
			l.TryLock()
			return edge{l.Unlock, func() { must(l.RLock(bg)) }}
		},
		"RWLock.RUnlock to Lock": func() edge {
			l := new(semaphore.RWLock)
			l.TryRLock()
			return edge{l.RUnlock, func() { must(l.Lock(bg)) }}
		},
		"RWLock.Unlock to TryRLock": func() edge {
			l := new(semaphore.RWLock)
			l.TryLock()
			return edge{l.Unlock, func() { until(l.TryRLock) }}
		},
		"RWLock.RUnlock to TryLock": func() edge {
			l := new(semaphore.RWLock)
			l.TryRLock()
			return edge{l.RUnlock, func() { until(l.TryLock) }}
		},
		"Set to Wait": func() edge {
			e := new(semaphore.Event)
			return edge{e.Set, func() { must(e.Wait(bg)) }}
		},
		"Set to IsSet": func() edge {
			e := new(semaphore.Event)
			return edge{e.Set, func() { until(e.IsSet) }}
		},
		"Set to Done": func() edge {
			e := new(semaphore.Event)
			return edge{e.Set, func() { <-e.Done() }}
		},
		"Notify to Wait": func() edge {
			l := new(semaphore.Lock)
			c := semaphore.NewCond(l)
			l.TryLock()
			return edge{
				func() { must(l.Lock(bg)); c.Notify(1); l.Unlock() },
				func() { must(c.Wait(bg)); l.Unlock() },
			}
		},
		"last arrival to every return": func() edge {
			b := semaphore.NewBarrier(2)
			wait := func() { _, err := b.Wait(bg); must(err) }
			return edge{wait, wait}
		},
	}
	for name, newEdge := range edges {
		t.Run(name, func(t *testing.T) {
			for range 100 {
				e := newEdge()
				written := false
				var wg sync.WaitGroup
				wg.Go(func() {
					written = true
					e.before()
				})
				e.after()
				assert.True(t, written)
				wg.Wait()
			}
		})
	}
}

// A canceled waiter that passes its grant on passes on what happened before it,
// too.
func TestHappensBeforeThroughACanceledWaiter(t *testing.T) {
	for range 200 {
		s := semaphore.New(1)
		s.TryAcquire()
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			if s.Acquire(ctx) == nil {
				s.Release()
			}
		})
		written := false
		wg.Go(func() {
			written = true
			s.Release()
		})
		go cancel()
		assert.NoError(t, s.Acquire(t.Context()))
		assert.True(t, written)
		wg.Wait()
	}
}
