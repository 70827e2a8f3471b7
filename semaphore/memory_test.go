package semaphore_test

import (
	"context"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/semaphore"
)

func free(context.Context) error { return nil }

// What does not wait allocates nothing.
func TestAllocationsWithoutWaiting(t *testing.T) {
	if testkit.Race {
		t.Skip("the race detector allocates")
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s, c, k, l, e := semaphore.New(3), semaphore.NewCounting(3), semaphore.NewKeyed[int](1), new(semaphore.Lock), new(semaphore.Event)
	rw, busy := new(semaphore.RWLock), new(semaphore.RWLock)
	busy.TryRLock()
	cond := semaphore.NewCond(l)
	one := semaphore.NewBarrier(1)
	key := 0
	for name, want := range map[string]struct {
		f      func()
		allocs float64
	}{
		"Acquire, Release":       {func() { _ = s.Acquire(ctx); s.Release() }, 0},
		"AcquireN, ReleaseN":     {func() { _ = s.AcquireN(ctx, 2); s.ReleaseN(2) }, 0},
		"TryAcquire, Release":    {func() { s.TryAcquire(); s.Release() }, 0},
		"TryAcquire in vain":     {func() { s.TryAcquireN(4) }, 0},
		"counting":               {func() { _ = c.Acquire(ctx); c.Release() }, 0},
		"Resize, Stats, Locked":  {func() { s.Resize(4); s.Resize(3); s.Stats(); s.Locked() }, 0},
		"Keyed, one key":         {func() { _ = k.Acquire(ctx, 0); k.Release(0) }, 0},
		"Keyed, always another":  {func() { key++; _ = k.Acquire(ctx, key); k.Release(key) }, 0},
		"Lock, Unlock":           {func() { _ = l.Lock(ctx); l.Unlock() }, 0},
		"TryLock, Unlock":        {func() { l.TryLock(); l.Unlock() }, 0},
		"RWLock":                 {func() { _ = rw.Lock(ctx); rw.Unlock() }, 0},
		"RWLock, reading":        {func() { _ = rw.RLock(ctx); rw.RUnlock() }, 0},
		"RWLock, also reading":   {func() { _ = busy.RLock(ctx); busy.RUnlock() }, 0},
		"RWLock, Try":            {func() { rw.TryLock(); rw.Unlock(); rw.TryRLock(); rw.RUnlock() }, 0},
		"Waiting":                {func() { l.Waiting(); rw.Waiting(); e.Waiting(); cond.Waiting() }, 0},
		"Event":                  {func() { e.Set(); _ = e.Wait(ctx); e.IsSet(); e.Clear() }, 0},
		"Notify without waiters": {func() { l.TryLock(); cond.NotifyAll(); l.Unlock() }, 0},
		"barrier of one":         {func() { _, _ = one.Wait(ctx) }, 0},
		"Do":                     {func() { _ = s.Do(ctx, free) }, 1},
		"Do, a look at Err":      {func() { _ = s.Do(ctx, context.Context.Err) }, 1},
		"RWLock.Do":              {func() { _ = rw.Do(ctx, free) }, 1},
		"RWLock.RDo":             {func() { _ = rw.RDo(ctx, free) }, 1},
	} {
		assert.InDelta(t, want.allocs, testing.AllocsPerRun(100, want.f), 0, name)
	}
	use := func() { _, _ = semaphore.Use(ctx, s, func(context.Context) (int, error) { return 1, nil }) }
	assert.LessOrEqual(t, testing.AllocsPerRun(100, use), 3.0, "Use: the context, the result and what wraps the function")
}

// A wait costs a place in the line and a fresh channel.
func TestAllocationsOfAWait(t *testing.T) {
	if testkit.Race {
		t.Skip("the race detector allocates")
	}
	ctx, cancel := context.WithCancel(t.Context())
	a, b := semaphore.New(1), semaphore.New(1)
	a.TryAcquire()
	b.TryAcquire()
	k := semaphore.NewKeyed[int](1)
	k.TryAcquire(1)
	k.TryAcquire(2)
	var l, m semaphore.Lock
	l.TryLock()
	m.TryLock()
	var v, w semaphore.RWLock
	v.TryLock()
	w.TryLock()
	for name, p := range map[string]struct {
		waitA, waitB func(context.Context) error
		giveA, giveB func()
	}{
		"Semaphore": {a.Acquire, b.Acquire, a.Release, b.Release},
		"Lock":      {l.Lock, m.Lock, l.Unlock, m.Unlock},
		"RWLock":    {v.Lock, w.Lock, v.Unlock, w.Unlock},
		"Keyed": {
			func(ctx context.Context) error { return k.Acquire(ctx, 1) },
			func(ctx context.Context) error { return k.Acquire(ctx, 2) },
			func() { k.Release(1) },
			func() { k.Release(2) },
		},
	} {
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			for p.waitA(ctx) == nil {
				p.giveB()
			}
		}()
		// With one processor, which AllocsPerRun sees to, both waits of a run
		// block.
		allocs := testing.AllocsPerRun(1000, func() {
			p.giveA()
			_ = p.waitB(context.WithoutCancel(ctx))
		})
		assert.LessOrEqual(t, allocs, 4.0+1, name) // and the context
	}
	cancel()
}

// Rule 11: all the waiters that have given up leave nothing.
func TestCanceledWaitersLeaveNothing(t *testing.T) {
	n, at := 200_000, 1000
	if testkit.Race || testing.Short() {
		n = 20_000
	}
	s, k, e := semaphore.New(1), semaphore.NewKeyed[int](1), new(semaphore.Event)
	l, held, rw := new(semaphore.Lock), new(semaphore.Lock), new(semaphore.RWLock)
	c := semaphore.NewCond(l)
	b := semaphore.NewBarrier(at + 1)
	s.TryAcquire()
	k.TryAcquire(1)
	held.TryLock()
	rw.TryLock()
	waits := []func(ctx context.Context) error{
		s.Acquire,
		func(ctx context.Context) error { return k.Acquire(ctx, 1) },
		held.Lock,
		rw.Lock,
		rw.RLock,
		e.Wait,
		func(ctx context.Context) error { _, err := b.Wait(ctx); return err },
		func(ctx context.Context) error {
			if err := l.Lock(context.WithoutCancel(ctx)); err != nil {
				return err
			}
			defer l.Unlock()
			return c.Wait(ctx)
		},
	}
	n /= len(waits)
	for name, wait := range waits {
		assert.Less(t, testkit.LeastGrowth(func() {
			for range n / at {
				ctx, cancel := context.WithCancel(t.Context())
				ended := make(chan error, at)
				for range at {
					go func() { ended <- wait(ctx) }()
				}
				cancel()
				for range at {
					assert.ErrorIs(t, <-ended, context.Canceled)
				}
			}
		}), int64(256*1024), "%d", name)
	}
	assert.Equal(t, semaphore.Stats{Limit: 1, Held: 1}, s.Stats())
	assert.Equal(t, 1, k.Len())
	assert.Zero(t, b.Waiting())
}

// Rule 11: nor do very many that wait at the same time, not even until the
// collection after the next.
func TestManyWaitersThatGiveUpAtOnceLeaveNothing(t *testing.T) {
	if testkit.Race {
		t.Skip("the race detector forgets places in the line by itself")
	}
	s := semaphore.New(0)
	wave := func() {
		const n = 20_000
		ctx, cancel := context.WithCancel(t.Context())
		var all sync.WaitGroup
		for range n {
			all.Go(func() { assert.ErrorIs(t, s.Acquire(ctx), context.Canceled) })
		}
		for s.Stats().Waiting < n {
			runtime.Gosched()
		}
		cancel()
		all.Wait()
	}
	wave() // so that the goroutines are not new
	growth := func() int64 {
		before := testkit.HeapInUse()
		wave()
		runtime.GC() // once: what is in a pool outlives it
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc) - before //nolint:gosec // it is far from an overflow
	}
	assert.Less(t, min(growth(), growth(), growth()), int64(500_000))
}
