package semaphore_test

import (
	"context"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/semaphore"
)

// A Semaphore is what the package taskgroup calls a Limiter.
var _ interface {
	AcquireN(ctx context.Context, n int) error
	TryAcquireN(n int) bool
	ReleaseN(n int)
} = (*semaphore.Semaphore)(nil)

// M-01: zero is a size, a negative one panics.
func TestNewTakesAnySizeButANegativeOne(t *testing.T) {
	assertMisuse(t, func() { semaphore.New(-1) })
	assertMisuse(t, func() { semaphore.NewCounting(-1) })
	for _, n := range []int{0, 1, 5, math.MaxInt32, math.MaxInt} {
		assert.Equal(t, semaphore.Stats{Limit: n, Available: n}, semaphore.New(n).Stats())
		assert.Equal(t, semaphore.Stats{Available: n}, semaphore.NewCounting(n).Stats())
	}
}

func TestAcquireAndRelease(t *testing.T) {
	s := semaphore.New(3)
	assert.NoError(t, s.Acquire(t.Context()))
	assert.True(t, s.TryAcquire())
	assert.False(t, s.TryAcquireN(2))
	assert.Equal(t, semaphore.Stats{Limit: 3, Held: 2, Available: 1}, s.Stats())
	s.Release()
	assert.NoError(t, s.AcquireN(t.Context(), 2))
	assert.False(t, s.TryAcquire())
	s.ReleaseN(3)
	assert.True(t, s.TryAcquireN(3))
	assert.Equal(t, semaphore.Stats{Limit: 3, Held: 3}, s.Stats())
}

// The zero Semaphore is that of New(0).
func TestZeroSemaphore(t *testing.T) {
	var s semaphore.Semaphore
	assert.Equal(t, semaphore.Stats{}, s.Stats())
	assert.True(t, s.Locked())
	assert.False(t, s.TryAcquire())
	assertMisuse(t, s.Release, semaphore.ErrOverRelease)
	s.Resize(1)
	assert.True(t, s.TryAcquire())
	assert.False(t, s.TryAcquire())
	s.Release()
}

// M-02: first come, first served, and late arrivals queue behind.
func TestAcquireIsFirstComeFirstServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := semaphore.New(1)
		assert.True(t, s.TryAcquire())
		var order []int
		arrive := func(i int) {
			go func() {
				assert.NoError(t, s.Acquire(t.Context()))
				order = append(order, i)
			}()
			synctest.Wait()
		}
		for i := range 3 {
			arrive(i)
		}
		s.Release()
		arrive(3)
		for range 4 {
			s.Release()
			synctest.Wait()
		}
		assert.Equal(t, []int{0, 1, 2, 3}, order)
		assert.Equal(t, semaphore.Stats{Limit: 1, Available: 1}, s.Stats())
	})
}

// M-03, H1: a call that comes right after a release of the same goroutine goes
// to the back of the line.
func TestReleaseAndAcquireGoesToTheBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := semaphore.New(1)
		assert.True(t, s.TryAcquire())
		var order []string
		next := make(chan struct{})
		for _, name := range []string{"a", "b", "c"} {
			go func() {
				for range 2 {
					assert.NoError(t, s.Acquire(t.Context()))
					order = append(order, name)
					<-next // or else the others might be done before it is back in line
					s.Release()
				}
			}()
			synctest.Wait()
		}
		s.Release()
		for range 6 {
			next <- struct{}{}
			synctest.Wait()
		}
		assert.Equal(t, []string{"a", "b", "c", "a", "b", "c"}, order)
	})
}

// M-06: several releases before any waiter has run wake that many, in order.
func TestSeveralReleasesWakeAsMany(t *testing.T) {
	for _, release := range []func(*semaphore.Semaphore){
		func(s *semaphore.Semaphore) { s.Release(); s.Release(); s.Release() },
		func(s *semaphore.Semaphore) { s.ReleaseN(3) },
	} {
		synctest.Test(t, func(t *testing.T) {
			s := semaphore.New(4)
			assert.True(t, s.TryAcquireN(4))
			calls := make([]*call, 5)
			for i := range calls {
				calls[i] = begin(func() error { return s.Acquire(t.Context()) })
			}
			release(s)
			for i, c := range calls {
				if i < 3 {
					c.assertReturned(t, nil)
				} else {
					c.assertBlocked(t)
				}
			}
			s.ReleaseN(2)
		})
	}
}

// Rule 6, P-64, P-65: not even a Try overtakes a waiting call, nor one that
// comes between the release and the moment the waiter runs.
func TestNobodyOvertakesAWaiter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := semaphore.New(3)
		assert.True(t, s.TryAcquireN(2))
		big := begin(func() error { return s.AcquireN(t.Context(), 2) })
		big.assertBlocked(t)
		assert.Equal(t, semaphore.Stats{Limit: 3, Held: 2, Available: 1, Waiting: 1}, s.Stats())
		assert.False(t, s.TryAcquire(), "one is free, but not for a later call")
		assert.True(t, s.Locked())
		small := begin(func() error { return s.Acquire(t.Context()) })
		small.assertBlocked(t)

		s.Release()
		assert.False(t, s.TryAcquire(), "handed over already")
		assert.Equal(t, semaphore.Stats{Limit: 3, Held: 3, Waiting: 1}, s.Stats())
		big.assertReturned(t, nil)
		small.assertBlocked(t)
		s.ReleaseN(2)
		small.assertReturned(t, nil)
		s.ReleaseN(2)
	})
}

// P-66: a stream of small ones does not starve a big one.
func TestBigRequestIsNotStarved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := semaphore.New(4)
		ctx, cancel := context.WithCancel(t.Context())
		for range 8 {
			go func() {
				for s.Acquire(ctx) == nil {
					time.Sleep(time.Second)
					s.Release()
				}
			}()
		}
		time.Sleep(time.Millisecond)
		start := time.Now()
		assert.NoError(t, s.AcquireN(t.Context(), 4))
		assert.LessOrEqual(t, time.Since(start), 3*time.Second)
		cancel()
		s.ReleaseN(4)
	})
}

// M-08, H3, P-69: more released than outstanding panics, with and without
// waiters, and changes nothing.
func TestOverReleaseIsNoticed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := semaphore.New(2)
		over := func(n int) {
			t.Helper()
			before := s.Stats()
			assertMisuse(t, func() { s.ReleaseN(n) }, semaphore.ErrOverRelease)
			if n == 1 {
				assertMisuse(t, s.Release, semaphore.ErrOverRelease)
			}
			assert.Equal(t, before, s.Stats())
		}
		over(1)
		over(math.MaxInt)
		assert.True(t, s.TryAcquireN(2))
		over(3)
		a := begin(func() error { return s.AcquireN(t.Context(), 2) })
		b := begin(func() error { return s.Acquire(t.Context()) })
		over(3)
		s.Release()
		over(2)
		s.Release() // hands both permits to a, which holds them from now on
		over(3)
		a.assertReturned(t, nil)
		b.assertBlocked(t)
		s.ReleaseN(2)
		b.assertReturned(t, nil)
		over(2)
		s.Release()
		over(1)
	})
}

// M-08 as asyncio has it wrong: one holder releases three times while others
// wait.
func TestOverReleaseLetsNoWaiterIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := semaphore.New(1)
		assert.True(t, s.TryAcquire())
		var waiting []*call
		for range 3 {
			waiting = append(waiting, begin(func() error { return s.Acquire(t.Context()) }))
		}
		s.Release()
		s.Release() // the one that the first waiter has been given
		s.Release() // and the second
		waiting[2].assertReturned(t, nil)
		assert.Equal(t, 1, s.Stats().Held, "never more than one at a time")
		s.Release()
		assertMisuse(t, s.Release, semaphore.ErrOverRelease)
	})
}

// M-07: a counting semaphore may be released more often than acquired.
func TestCountingReleaseRaisesTheCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := semaphore.NewCounting(0)
		s.ReleaseN(2)
		s.Release()
		assert.Equal(t, semaphore.Stats{Available: 3}, s.Stats())
		assert.NoError(t, s.AcquireN(t.Context(), 2))
		c := begin(func() error { return s.AcquireN(t.Context(), 5) })
		c.assertBlocked(t)
		assert.Equal(t, semaphore.Stats{Available: 1, Waiting: 1}, s.Stats())
		s.ReleaseN(3)
		c.assertBlocked(t)
		s.ReleaseN(3)
		c.assertReturned(t, nil)
		assert.Equal(t, semaphore.Stats{Available: 2}, s.Stats())
		assertMisuse(t, func() { s.Resize(1) })
		assert.Equal(t, semaphore.Stats{Available: 2}, s.Stats())
	})
}

func TestCountingCountsAsFarAsAnInt(t *testing.T) {
	s := semaphore.NewCounting(math.MaxInt32 - 1)
	s.Release()
	if rest := math.MaxInt - s.Stats().Available; rest > 0 {
		s.Release()
		s.ReleaseN(rest - 1)
	}
	assert.Equal(t, math.MaxInt, s.Stats().Available)
	assertMisuse(t, s.Release)
	assert.Equal(t, math.MaxInt, s.Stats().Available)
	assert.True(t, s.TryAcquireN(math.MaxInt))
	assert.False(t, s.TryAcquire())
	s.Release()
	assert.True(t, s.TryAcquire())
}

// Sizes around and above what the fast path can hold behave like any other.
func TestHugeNumbers(t *testing.T) {
	for _, size := range []int64{
		math.MaxInt32 - 1, math.MaxInt32, math.MaxInt32 + 1,
		math.MaxUint32 - 1, math.MaxUint32, math.MaxUint32 + 1, math.MaxInt64 - 1, math.MaxInt64,
	} {
		n := int(size)
		if int64(n) != size {
			continue // an int has 32 bits here
		}
		s := semaphore.New(n)
		assert.True(t, s.TryAcquire())
		assert.NoError(t, s.AcquireN(t.Context(), n-2))
		assert.Equal(t, semaphore.Stats{Limit: n, Held: n - 1, Available: 1}, s.Stats())
		assert.False(t, s.TryAcquireN(2))
		assert.True(t, s.TryAcquire())
		assert.True(t, s.Locked())
		for range 2 {
			s.Release()
		}
		s.ReleaseN(n - 3)
		assertMisuse(t, func() { s.ReleaseN(2) }, semaphore.ErrOverRelease)
		s.Release()
		assertMisuse(t, s.Release, semaphore.ErrOverRelease)
		assert.Equal(t, semaphore.Stats{Limit: n, Available: n}, s.Stats())
		s.Resize(1)
		assert.True(t, s.TryAcquire())
		assert.False(t, s.TryAcquire())
		s.Resize(n)
		assert.True(t, s.TryAcquireN(n-1))
		s.ReleaseN(n)
	}
}

// Rule 9: less than one permit panics.
func TestLessThanOnePermitIsMisuse(t *testing.T) {
	s := semaphore.New(2)
	assert.True(t, s.TryAcquire())
	for _, n := range []int{0, -1, math.MinInt} {
		assertMisuse(t, func() { _ = s.AcquireN(canceled(t), n) })
		assertMisuse(t, func() { s.TryAcquireN(n) })
		assertMisuse(t, func() { s.ReleaseN(n) })
	}
	assertMisuse(t, func() { s.Resize(-1) })
	assertMisuse(t, func() { _ = s.Do(t.Context(), nil) })
	assert.Equal(t, semaphore.Stats{Limit: 2, Held: 1, Available: 1}, s.Stats())
}

// M-11, P-67: a request above the limit fails at once.
func TestMoreThanTheLimitIsTooLarge(t *testing.T) {
	s := semaphore.New(2)
	assert.ErrorIs(t, s.AcquireN(t.Context(), 3), semaphore.ErrTooLarge)
	assert.False(t, s.TryAcquireN(3))
	assert.Equal(t, semaphore.Stats{Limit: 2, Available: 2}, s.Stats())
	s.Resize(3)
	assert.NoError(t, s.AcquireN(t.Context(), 3))
}

// M-09: Locked says that an Acquire would have to wait.
func TestLocked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := semaphore.New(1)
		assert.False(t, s.Locked())
		assert.True(t, s.TryAcquire())
		assert.True(t, s.Locked())
		c := begin(func() error { return s.Acquire(t.Context()) })
		assert.True(t, s.Locked())
		s.Release()
		assert.True(t, s.Locked(), "handed over")
		c.assertReturned(t, nil)
		s.Resize(2)
		assert.False(t, s.Locked())
		s.Resize(0)
		assert.True(t, s.Locked(), "paused")
		s.Close()
		assert.False(t, s.Locked(), "no call waits for one that is closed")
	})
}

// Rule 2, M-10, L-09, P-60: a context that is done does not take even a free
// permit.
func TestAcquireWithADoneContextTakesNothing(t *testing.T) {
	s := semaphore.New(2)
	ctx := canceled(t)
	for range 100 {
		assertContextError(t, ctx, s.Acquire(ctx))
		assertContextError(t, ctx, s.AcquireN(ctx, 2))
		assertContextError(t, ctx, s.Do(ctx, func(context.Context) error {
			t.Error("called")
			return nil
		}))
	}
	assert.Equal(t, semaphore.Stats{Limit: 2, Available: 2}, s.Stats())
}

// Rule 2: done context, closed, too large.
func TestOrderOfChecks(t *testing.T) {
	s := semaphore.New(1)
	ctx := canceled(t)
	assertContextError(t, ctx, s.AcquireN(ctx, 2))
	s.Close()
	assert.ErrorIs(t, s.AcquireN(t.Context(), 2), semaphore.ErrClosed)
	assertContextError(t, ctx, s.AcquireN(ctx, 2))
	assert.NotErrorIs(t, s.Acquire(ctx), semaphore.ErrClosed)
}

// Rule 4: the error is the context's, with its cause.
func TestAcquireReturnsTheContextsError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := semaphore.New(0)
		ctx, cancel := context.WithCancelCause(t.Context())
		c := begin(func() error { return s.Acquire(ctx) })
		c.assertBlocked(t)
		cancel(errWhy)
		synctest.Wait()
		assertContextError(t, ctx, c.err)

		start := time.Now()
		ctx, stop := context.WithTimeoutCause(t.Context(), time.Minute, errWhy)
		defer stop()
		assertContextError(t, ctx, s.AcquireN(ctx, 3))
		assert.Equal(t, time.Minute, time.Since(start))
		assert.Equal(t, semaphore.Stats{}, s.Stats())
	})
}

// M-05: waiters canceled before the release are skipped, and exactly one later
// one wakes.
func TestCanceledWaitersAreSkipped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := semaphore.New(1)
		assert.True(t, s.TryAcquire())
		ctx, cancel := context.WithCancel(t.Context())
		a := begin(func() error { return s.Acquire(ctx) })
		b := begin(func() error { return s.Acquire(ctx) })
		c := begin(func() error { return s.Acquire(t.Context()) })
		d := begin(func() error { return s.Acquire(t.Context()) })
		cancel()
		a.assertReturned(t, context.Canceled)
		b.assertReturned(t, context.Canceled)
		assert.Equal(t, 2, s.Stats().Waiting)
		s.Release()
		c.assertReturned(t, nil)
		d.assertBlocked(t)
		s.Release()
		d.assertReturned(t, nil)
		s.Release()
	})
}

// L-04 for the semaphore: a waiter that is canceled in the middle leaves the
// order of the rest alone.
func TestCanceledWaiterKeepsTheOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := semaphore.New(0)
		ctx, cancel := context.WithCancel(t.Context())
		var order []int
		for i := range 4 {
			go func() {
				ctx := ctx
				if i != 1 {
					ctx = t.Context()
				}
				if s.Acquire(ctx) == nil {
					order = append(order, i)
					s.Release()
				}
			}()
			synctest.Wait()
		}
		cancel()
		synctest.Wait()
		s.Resize(1)
		synctest.Wait()
		assert.Equal(t, []int{0, 2, 3}, order)
	})
}

// M-11, P-62, H60: when a big one at the head gives up, those behind it go on.
func TestCanceledHeadLetsOthersThrough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := semaphore.New(3)
		assert.True(t, s.TryAcquire())
		ctx, cancel := context.WithCancel(t.Context())
		big := begin(func() error { return s.AcquireN(ctx, 3) })
		a := begin(func() error { return s.Acquire(t.Context()) })
		b := begin(func() error { return s.AcquireN(t.Context(), 2) })
		c := begin(func() error { return s.Acquire(t.Context()) })
		a.assertBlocked(t)
		cancel()
		big.assertReturned(t, context.Canceled)
		a.assertReturned(t, nil)
		b.assertBlocked(t)
		c.assertBlocked(t)
		s.ReleaseN(2)
		b.assertReturned(t, nil)
		c.assertReturned(t, nil)
		s.ReleaseN(3)
		assert.Equal(t, semaphore.Stats{Limit: 3, Available: 3}, s.Stats())
	})
}

// P-75: waiters and later calls get ErrClosed, and Release stays legal.
func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := semaphore.New(2)
		assert.True(t, s.TryAcquireN(2))
		a := begin(func() error { return s.Acquire(t.Context()) })
		b := begin(func() error { return s.AcquireN(t.Context(), 2) })
		s.Close()
		s.Close()
		a.assertReturned(t, semaphore.ErrClosed)
		b.assertReturned(t, semaphore.ErrClosed)
		assert.ErrorIs(t, s.Acquire(t.Context()), semaphore.ErrClosed)
		assert.False(t, s.TryAcquire())
		s.Release()
		assert.Equal(t, semaphore.Stats{Limit: 2, Held: 1, Available: 1}, s.Stats())
		assert.False(t, s.TryAcquire(), "one is free")
		assert.ErrorIs(t, s.Acquire(t.Context()), semaphore.ErrClosed)
		assert.ErrorIs(t, s.Do(t.Context(), func(context.Context) error { panic("called") }), semaphore.ErrClosed)
		s.Release()
		assertMisuse(t, s.Release, semaphore.ErrOverRelease)
		s.Resize(5)
		assert.ErrorIs(t, s.Acquire(t.Context()), semaphore.ErrClosed)
	})
}

// A waiter that has been granted a permit before Close has it.
func TestCloseAfterAGrant(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := semaphore.NewCounting(0)
		c := begin(func() error { return s.Acquire(t.Context()) })
		s.Release()
		s.Close()
		c.assertReturned(t, nil)
	})
}
