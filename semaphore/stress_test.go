package semaphore_test

import (
	"context"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/semaphore"
)

// stress runs f in so many goroutines, each so often, with a random source of
// its own.
func stress(goroutines, times int, f func(r *rand.Rand)) {
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(g), 1))
			for range times {
				f(r)
			}
		})
	}
	wg.Wait()
}

// maybeCanceled returns a context that may be canceled at any moment.
func maybeCanceled(ctx context.Context, r *rand.Rand) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	switch r.IntN(4) {
	case 0:
		go cancel()
	case 1:
		runtime.Gosched()
		go func() {
			runtime.Gosched()
			cancel()
		}()
	}
	return ctx, cancel
}

// P-61, P-73: whatever is canceled whenever, no more is held than there is, and
// in the end all of it is there.
func TestSemaphoreConservesPermits(t *testing.T) {
	const limit = 3
	s := semaphore.New(limit)
	var held atomic.Int64
	stress(8, 3000, func(r *rand.Rand) {
		ctx, cancel := maybeCanceled(t.Context(), r)
		defer cancel()
		n := 1 + r.IntN(limit)
		if r.IntN(8) == 0 {
			if !s.TryAcquireN(n) {
				return
			}
		} else if s.AcquireN(ctx, n) != nil {
			return
		}
		if now := held.Add(int64(n)); now > limit {
			t.Errorf("%d are held", now)
		}
		if r.IntN(2) == 0 {
			runtime.Gosched()
		}
		held.Add(int64(-n))
		for range n {
			s.Release()
		}
	})
	assert.Equal(t, semaphore.Stats{Limit: limit, Available: limit}, s.Stats())
}

// M-12: the limit moves all the time, and nothing is lost.
func TestResizeConservesPermits(t *testing.T) {
	s := semaphore.New(4)
	var resized sync.WaitGroup
	stop := make(chan struct{})
	resized.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
				s.Resize(i % 6)
				if st := s.Stats(); st.Available < 0 || st.Held < 0 || st.Available > st.Limit {
					t.Errorf("%+v", st)
				}
				runtime.Gosched()
			}
		}
	})
	var held atomic.Int64
	stress(6, 3000, func(r *rand.Rand) {
		ctx, cancel := maybeCanceled(t.Context(), r)
		defer cancel()
		n := 1 + r.IntN(2)
		if s.AcquireN(ctx, n) != nil {
			return
		}
		if now := held.Add(int64(n)); now > 5 {
			t.Errorf("%d are held", now)
		}
		held.Add(int64(-n))
		s.ReleaseN(n)
	})
	close(stop)
	resized.Wait()
	s.Resize(2)
	assert.Equal(t, semaphore.Stats{Limit: 2, Available: 2}, s.Stats())
}

// What goes by the fast path and what goes by the lock at the same time add up.
func TestFastPathMeetsTheLock(t *testing.T) {
	const limit = 100
	s := semaphore.New(limit)
	ctx := t.Context()
	var ended atomic.Bool
	var locking sync.WaitGroup
	locking.Go(func() {
		for !ended.Load() {
			s.Stats()
			s.Resize(limit)
		}
	})
	stress(2, 100_000, func(*rand.Rand) {
		_ = s.Acquire(ctx)
		s.Release()
	})
	ended.Store(true)
	locking.Wait()
	assert.Equal(t, semaphore.Stats{Limit: limit, Available: limit}, s.Stats())
}

// A close in the midst of everything ends every wait, and what was taken can be
// released.
func TestCloseUnderLoad(t *testing.T) {
	for range 50 {
		s := semaphore.New(2)
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				for s.Acquire(t.Context()) == nil {
					runtime.Gosched()
					s.Release()
				}
			})
		}
		runtime.Gosched()
		s.Close()
		wg.Wait()
		assert.Equal(t, semaphore.Stats{Limit: 2, Available: 2}, s.Stats())
	}
}

// More released than held is noticed exactly, however many try it at once.
func TestOverReleaseUnderLoad(t *testing.T) {
	const limit = 100
	s := semaphore.New(limit)
	assert.True(t, s.TryAcquireN(limit))
	var done, refused atomic.Int64
	stress(8, 50, func(*rand.Rand) {
		defer func() {
			if recover() != nil {
				refused.Add(1)
			}
		}()
		s.Release()
		done.Add(1)
	})
	assert.EqualValues(t, limit, done.Load())
	assert.EqualValues(t, 8*50-limit, refused.Load())
	assert.Equal(t, semaphore.Stats{Limit: limit, Available: limit}, s.Stats())
}

// L-06, H5: never two holders.
func TestLockExcludes(t *testing.T) {
	var l semaphore.Lock
	held := false // guarded by l: the race detector looks on
	stress(8, 3000, func(r *rand.Rand) {
		ctx, cancel := maybeCanceled(t.Context(), r)
		defer cancel()
		if r.IntN(8) == 0 {
			if !l.TryLock() {
				return
			}
		} else if l.Lock(ctx) != nil {
			return
		}
		if held {
			t.Error("held twice")
		}
		held = true
		if r.IntN(4) == 0 {
			runtime.Gosched()
		}
		held = false
		l.Unlock()
	})
	assert.False(t, l.Locked())
}

// The first use of a zero Lock may be by several at once.
func TestZeroLockExcludes(t *testing.T) {
	for range 2000 {
		var l semaphore.Lock
		var here, holders atomic.Int64
		stress(2, 1, func(*rand.Rand) {
			for here.Add(1); here.Load() < 2; {
				runtime.Gosched()
			}
			assert.NoError(t, l.Lock(t.Context()))
			if holders.Add(1) > 1 {
				t.Error("held twice")
			}
			runtime.Gosched()
			holders.Add(-1)
			l.Unlock()
		})
		if t.Failed() {
			return
		}
	}
}

// P-76: many keys come and go at once, each excludes, and none is left.
func TestKeyedExcludes(t *testing.T) {
	k := semaphore.NewKeyed[int](1)
	var held [5]bool // each guarded by its key
	stress(8, 3000, func(r *rand.Rand) {
		ctx, cancel := maybeCanceled(t.Context(), r)
		defer cancel()
		key := r.IntN(len(held))
		if r.IntN(8) == 0 {
			if !k.TryAcquire(key) {
				return
			}
		} else if k.Acquire(ctx, key) != nil {
			return
		}
		if held[key] {
			t.Error("held twice")
		}
		held[key] = true
		if r.IntN(4) == 0 {
			runtime.Gosched()
		}
		held[key] = false
		k.Release(key)
	})
	assert.Zero(t, k.Len())
}

// C-03, H10: each item is notified once, and taken once, although consumers
// give up all the time.
func TestCondUnderLoad(t *testing.T) {
	var l semaphore.Lock
	c := semaphore.NewCond(&l)
	const producers, each = 4, 1500
	items, taken := 0, 0
	var wg sync.WaitGroup
	for g := range 6 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(g), 2))
			for ended := false; !ended; {
				ctx, cancel := maybeCanceled(t.Context(), r)
				assert.NoError(t, l.Lock(t.Context()))
				err := c.WaitFor(ctx, func() bool { return items > 0 || taken == producers*each })
				if err == nil && items > 0 {
					items--
					taken++
				}
				if ended = taken == producers*each; ended {
					c.NotifyAll()
				}
				l.Unlock()
				cancel()
			}
		})
	}
	stress(producers, each, func(*rand.Rand) {
		assert.NoError(t, l.Lock(t.Context()))
		items++
		c.Notify(1)
		l.Unlock()
	})
	wg.Wait()
	assert.Zero(t, items)
}

// B-02, B-04: in every round each index once, with parties that come and go.
func TestBarrierIndicesAreUnique(t *testing.T) {
	const parties, rounds = 3, 600
	b := semaphore.NewBarrier(parties)
	var mu sync.Mutex
	seen := map[int]int{}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var wg sync.WaitGroup
	for g := range 5 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(g), 3))
			for ctx.Err() == nil {
				ctx, cancel := maybeCanceled(ctx, r)
				i, err := b.Wait(ctx)
				cancel()
				if err != nil {
					continue
				}
				mu.Lock()
				if seen[i]++; i == 0 && seen[0] == rounds {
					stop()
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	assert.Len(t, seen, parties)
	for i := range parties {
		assert.Equal(t, seen[0], seen[i], i)
	}
	assert.Zero(t, b.Waiting())
}

// Set and Clear while others wait: no call hangs that waited at a Set.
func TestEventUnderLoad(t *testing.T) {
	var e semaphore.Event
	var wg sync.WaitGroup
	var through atomic.Int64
	for g := range 6 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(g), 4))
			for range 1000 {
				ctx, cancel := maybeCanceled(t.Context(), r)
				if e.Wait(ctx) == nil {
					through.Add(1)
				}
				cancel()
			}
		})
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		wg.Wait()
	}()
	for {
		select {
		case <-ended:
			assert.Positive(t, through.Load())
			return
		default:
			e.Set()
			e.Clear()
			runtime.Gosched()
		}
	}
}
