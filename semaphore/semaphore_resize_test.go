package semaphore_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/semaphore"
)

// M-12, H58: growing wakes exactly those that now fit, in order.
func TestResizeWakesWaitersThatFit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := semaphore.New(2)
		assert.True(t, s.TryAcquireN(2))
		a := begin(func() error { return s.Acquire(t.Context()) })
		b := begin(func() error { return s.AcquireN(t.Context(), 2) })
		c := begin(func() error { return s.Acquire(t.Context()) })
		s.Resize(4)
		a.assertReturned(t, nil)
		b.assertBlocked(t)
		c.assertBlocked(t)
		assert.Equal(t, semaphore.Stats{Limit: 4, Held: 3, Available: 1, Waiting: 2}, s.Stats())
		s.Resize(6)
		b.assertReturned(t, nil)
		c.assertReturned(t, nil)
		assert.Equal(t, semaphore.Stats{Limit: 6, Held: 6}, s.Stats())
	})
}

// M-12, P-71: below what is held, nothing is granted until enough is released.
func TestResizeBelowWhatIsHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := semaphore.New(4)
		assert.True(t, s.TryAcquireN(4))
		s.Resize(2)
		assert.Equal(t, semaphore.Stats{Limit: 2, Held: 4}, s.Stats(), "available is never negative")
		assert.False(t, s.TryAcquire())
		c := begin(func() error { return s.Acquire(t.Context()) })
		s.Release()
		c.assertBlocked(t)
		assert.Equal(t, semaphore.Stats{Limit: 2, Held: 3, Waiting: 1}, s.Stats())
		s.Release()
		c.assertBlocked(t)
		s.Release()
		c.assertReturned(t, nil)
		assert.Equal(t, semaphore.Stats{Limit: 2, Held: 2}, s.Stats())
		s.ReleaseN(2)
		assertMisuse(t, s.Release, semaphore.ErrOverRelease)
	})
}

// M-12, H58, P-8: shrunk and grown again while all is held, it grants only what
// is really spare.
func TestResizeShrinkThenGrow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := semaphore.New(4)
		assert.True(t, s.TryAcquireN(4))
		a := begin(func() error { return s.Acquire(t.Context()) })
		b := begin(func() error { return s.Acquire(t.Context()) })
		s.Resize(1)
		s.Resize(4)
		a.assertBlocked(t)
		s.Resize(5)
		a.assertReturned(t, nil)
		b.assertBlocked(t)
		assert.Equal(t, semaphore.Stats{Limit: 5, Held: 5, Waiting: 1}, s.Stats())
		s.ReleaseN(5)
		b.assertReturned(t, nil)
		s.Release()
		assert.Equal(t, semaphore.Stats{Limit: 5, Available: 5}, s.Stats())
	})
}

// A limit of 0 is a pause: every call waits, also one for many permits.
func TestResizeToZeroPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := semaphore.New(2)
		assert.True(t, s.TryAcquireN(2))
		a := begin(func() error { return s.AcquireN(t.Context(), 2) })
		s.Resize(0)
		a.assertBlocked(t)
		b := begin(func() error { return s.AcquireN(t.Context(), 9) })
		b.assertBlocked(t)
		s.ReleaseN(2)
		a.assertBlocked(t)
		assert.False(t, s.TryAcquire())
		assert.Equal(t, semaphore.Stats{Waiting: 2}, s.Stats())
		s.Resize(2)
		a.assertReturned(t, nil)
		b.assertReturned(t, semaphore.ErrTooLarge)
		s.ReleaseN(2)
		assert.Equal(t, semaphore.Stats{Limit: 2, Available: 2}, s.Stats())
	})
}

// P-67: a wait that has become impossible ends, and those behind it proceed.
func TestResizeMakesAWaitImpossible(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := semaphore.New(4)
		assert.True(t, s.TryAcquire())
		big := begin(func() error { return s.AcquireN(t.Context(), 4) })
		two := begin(func() error { return s.AcquireN(t.Context(), 2) })
		three := begin(func() error { return s.AcquireN(t.Context(), 3) })
		one := begin(func() error { return s.Acquire(t.Context()) })
		s.Resize(2)
		big.assertReturned(t, semaphore.ErrTooLarge)
		three.assertReturned(t, semaphore.ErrTooLarge)
		two.assertBlocked(t)
		one.assertBlocked(t)
		s.Release()
		two.assertReturned(t, nil)
		one.assertBlocked(t)
		s.ReleaseN(2)
		one.assertReturned(t, nil)
		s.Release()
		assert.Equal(t, semaphore.Stats{Limit: 2, Available: 2}, s.Stats())
	})
}

// The same, where those behind fit at once.
func TestResizeMakesTheHeadImpossible(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := semaphore.New(5)
		assert.True(t, s.TryAcquire())
		big := begin(func() error { return s.AcquireN(t.Context(), 5) })
		one := begin(func() error { return s.Acquire(t.Context()) })
		s.Resize(4)
		big.assertReturned(t, semaphore.ErrTooLarge)
		one.assertReturned(t, nil)
		s.ReleaseN(2)
	})
}
