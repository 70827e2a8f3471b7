package semaphore_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/semaphore"
)

// The zero Lock is ready to use, whichever method is the first.
func TestZeroLock(t *testing.T) {
	var a, b, c, d, e semaphore.Lock
	assert.False(t, a.Locked())
	assert.True(t, b.TryLock())
	assert.NoError(t, c.Lock(t.Context()))
	assertMisuse(t, d.Unlock, semaphore.ErrNotLocked)
	assert.NoError(t, e.Do(t.Context(), func(context.Context) error { return nil }))
	for _, l := range []*semaphore.Lock{&b, &c} {
		assert.True(t, l.Locked())
		l.Unlock()
	}
	for _, l := range []*semaphore.Lock{&a, &b, &c, &d, &e} {
		assert.False(t, l.Locked())
		assert.True(t, l.TryLock())
		assert.False(t, l.TryLock())
		l.Unlock()
	}
}

// L-03: unlocking an unlocked lock changes nothing.
func TestUnlockOfAnUnlockedLock(t *testing.T) {
	var l semaphore.Lock
	for range 2 {
		assertMisuse(t, l.Unlock, semaphore.ErrNotLocked)
		assert.False(t, l.Locked())
		assert.True(t, l.TryLock())
		l.Unlock()
	}
}

// L-01, L-04: in order of arrival, without those that have given up.
func TestLockIsFirstComeFirstServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l semaphore.Lock
		assert.True(t, l.TryLock())
		ctx, cancel := context.WithCancel(t.Context())
		var order []int
		for i := range 4 {
			go func() {
				ctx := ctx
				if i != 1 {
					ctx = t.Context()
				}
				if l.Lock(ctx) == nil {
					order = append(order, i)
					time.Sleep(time.Second)
					l.Unlock()
				}
			}()
			synctest.Wait()
		}
		cancel()
		synctest.Wait()
		l.Unlock()
		assert.False(t, l.TryLock(), "L-01: no barging after the release")
		assert.True(t, l.Locked(), "L-07, H6: locked all the way from one to the next")
		assert.NoError(t, l.Lock(t.Context()))
		assert.Equal(t, []int{0, 2, 3}, order)
		l.Unlock()
	})
}

// L-02: a lock has no owner, and it is not reentrant.
func TestLockHasNoOwner(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l semaphore.Lock
		assert.NoError(t, l.Lock(t.Context()))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		assertContextError(t, ctx, l.Lock(ctx))
		go l.Unlock()
		synctest.Wait()
		assert.False(t, l.Locked())
	})
}

// Rule 2, L-09: a context that is done does not take even a free lock.
func TestLockWithADoneContextTakesNothing(t *testing.T) {
	var l semaphore.Lock
	ctx := canceled(t)
	for range 100 {
		assertContextError(t, ctx, l.Lock(ctx))
		assert.False(t, l.Locked())
	}
	assert.True(t, l.TryLock())
	assertContextError(t, ctx, l.Lock(ctx))
}
