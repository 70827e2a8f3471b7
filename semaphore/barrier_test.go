package semaphore_test

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/semaphore"
)

// arrival is one party at a barrier.
type arrival struct {
	*call
	index int
}

func arrive(b *semaphore.Barrier, ctx context.Context) *arrival { //nolint:revive // the barrier is the receiver
	a := new(arrival)
	a.call = begin(func() (err error) {
		a.index, err = b.Wait(ctx)
		return err
	})
	return a
}

func (a *arrival) assertThrough(t *testing.T, index int) {
	t.Helper()
	a.assertReturned(t, nil)
	assert.Equal(t, index, a.index)
}

func (a *arrival) assertFailed(t *testing.T, want error) {
	t.Helper()
	a.assertReturned(t, want)
	assert.Equal(t, -1, a.index)
}

// B-01: a barrier has at least one party, and one never blocks.
func TestBarrierParties(t *testing.T) {
	for _, n := range []int{0, -1} {
		assertMisuse(t, func() { semaphore.NewBarrier(n) })
	}
	var zero semaphore.Barrier
	assertMisuse(t, func() { _, _ = zero.Wait(t.Context()) })
	assertMisuse(t, zero.Abort)
	assertMisuse(t, zero.Reset)

	b := semaphore.NewBarrier(1)
	assert.Equal(t, 1, b.Parties())
	for range 3 {
		i, err := b.Wait(t.Context())
		assert.NoError(t, err)
		assert.Zero(t, i)
	}
}

// B-02, B-05: every index once, in order of arrival, round after round; the
// next arrival is in the next round even before those of the last have run.
func TestBarrierRounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := semaphore.NewBarrier(3)
		for range 3 {
			first, second := arrive(b, t.Context()), arrive(b, t.Context())
			first.assertBlocked(t)
			assert.Equal(t, 2, b.Waiting())
			i, err := b.Wait(t.Context())
			assert.NoError(t, err)
			assert.Equal(t, 2, i)
			assert.Zero(t, b.Waiting())
			next := arrive(b, t.Context())
			next.assertBlocked(t)
			assert.Equal(t, 1, b.Waiting())
			first.assertThrough(t, 0)
			second.assertThrough(t, 1)
			arrive(b, t.Context())
			arrive(b, t.Context())
			next.assertThrough(t, 0)
		}
	})
}

// B-03, B-04, H46: a call that gives up leaves, breaks nothing, and uses no
// index.
func TestBarrierWaiterGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := semaphore.NewBarrier(4)
		ctx, cancel := context.WithCancelCause(t.Context())
		leaving := arrive(b, ctx)
		second := arrive(b, t.Context())
		also := arrive(b, ctx)
		cancel(errWhy)
		leaving.assertFailed(t, errWhy)
		also.assertFailed(t, context.Canceled)
		assertContextError(t, ctx, also.err)
		assert.False(t, b.Broken())
		assert.Equal(t, 1, b.Waiting())
		second.assertBlocked(t)
		others := []*arrival{second, arrive(b, t.Context()), arrive(b, t.Context()), arrive(b, t.Context())}
		for i, a := range others {
			a.assertThrough(t, i)
		}
	})
}

// All calls give up, and the next round is as the first.
func TestBarrierAllGiveUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := semaphore.NewBarrier(3)
		ctx, cancel := context.WithCancel(t.Context())
		x, y := arrive(b, ctx), arrive(b, ctx)
		cancel()
		x.assertFailed(t, context.Canceled)
		y.assertFailed(t, context.Canceled)
		assert.Zero(t, b.Waiting())
		for i, a := range []*arrival{arrive(b, t.Context()), arrive(b, t.Context()), arrive(b, t.Context())} {
			a.assertThrough(t, i)
		}
	})
}

// Rule 2: a done context takes no place, not even the last one.
func TestBarrierWithADoneContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := canceled(t)
		b := semaphore.NewBarrier(2)
		first := arrive(b, t.Context())
		i, err := b.Wait(ctx)
		assertContextError(t, ctx, err)
		assert.Equal(t, -1, i)
		first.assertBlocked(t)
		b.Abort()
		first.assertFailed(t, semaphore.ErrBroken)
		_, err = b.Wait(ctx)
		assertContextError(t, ctx, err)
		assert.NotErrorIs(t, err, semaphore.ErrBroken, "the context comes first")
		_, err = semaphore.NewBarrier(1).Wait(ctx)
		assertContextError(t, ctx, err)
	})
}

// Rule 3, B-06: a trip that meets a cancellation is a trip.
func TestBarrierDeliveryWins(t *testing.T) {
	for range 50 {
		synctest.Test(t, func(t *testing.T) {
			b := semaphore.NewBarrier(2)
			ctx, cancel := context.WithCancel(t.Context())
			first := arrive(b, ctx)
			i, err := b.Wait(t.Context())
			cancel()
			assert.NoError(t, err)
			assert.Equal(t, 1, i)
			first.assertThrough(t, 0)
		})
	}
}

// The other order: canceled, but the last one comes before it has left.
func TestBarrierCanceledThenTripped(t *testing.T) {
	for range 50 {
		synctest.Test(t, func(t *testing.T) {
			b := semaphore.NewBarrier(2)
			ctx, cancel := context.WithCancel(t.Context())
			first := arrive(b, ctx)
			cancel()
			second := new(arrival)
			second.call = new(call)
			go func() {
				second.index, second.err = b.Wait(t.Context())
				second.returned = true
			}()
			synctest.Wait()
			if first.err == nil {
				first.assertThrough(t, 0)
				second.assertThrough(t, 1)
				return
			}
			first.assertFailed(t, context.Canceled)
			second.assertBlocked(t)
			arrive(b, t.Context()).assertThrough(t, 1)
			second.assertThrough(t, 0)
		})
	}
}

// Both are there when the waiter comes to look, as far as two processors can
// see to that: the delivery wins, whichever case select takes.
func TestBarrierTrippedAndCanceledAtOnce(t *testing.T) {
	for range 500 {
		b := semaphore.NewBarrier(2)
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			for b.Waiting() == 0 {
				runtime.Gosched()
			}
			i, err := b.Wait(t.Context())
			assert.NoError(t, err)
			assert.Equal(t, 1, i)
			cancel()
		}()
		i, err := b.Wait(ctx)
		assert.NoError(t, err)
		assert.Zero(t, i)
		assert.Zero(t, b.Waiting())
	}
}

// B-07: abort breaks the waiting calls and all later ones, until reset; a round
// that has tripped is immune, even if its parties have not run.
func TestBarrierAbort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := semaphore.NewBarrier(3)
		first, second := arrive(b, t.Context()), arrive(b, t.Context())
		_, err := b.Wait(t.Context())
		assert.NoError(t, err)
		b.Abort()
		assert.True(t, b.Broken())
		first.assertThrough(t, 0)
		second.assertThrough(t, 1)
		_, err = b.Wait(t.Context())
		assert.ErrorIs(t, err, semaphore.ErrBroken)
		assert.Zero(t, b.Waiting())
		b.Abort()
		b.Reset()
		assert.False(t, b.Broken())

		first, second = arrive(b, t.Context()), arrive(b, t.Context())
		b.Abort()
		first.assertFailed(t, semaphore.ErrBroken)
		second.assertFailed(t, semaphore.ErrBroken)
		assert.Equal(t, 3, b.Parties())
	})
}

// B-08: reset sends the waiters away and the barrier is usable again; a round
// that has tripped is immune.
func TestBarrierReset(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := semaphore.NewBarrier(2)
		b.Reset()
		first := arrive(b, t.Context())
		b.Reset()
		first.assertFailed(t, semaphore.ErrBroken)
		assert.False(t, b.Broken())

		first = arrive(b, t.Context())
		_, err := b.Wait(t.Context())
		assert.NoError(t, err)
		b.Reset()
		first.assertThrough(t, 0)

		// Reset and filled again before the first has run: it is not of the new
		// round.
		first = arrive(b, t.Context())
		b.Reset()
		second := arrive(b, t.Context())
		first.assertFailed(t, semaphore.ErrBroken)
		second.assertBlocked(t)
		arrive(b, t.Context()).assertThrough(t, 1)
		second.assertThrough(t, 0)
	})
}

// Broken and canceled at once: the context comes first.
func TestBarrierBrokenAndCanceled(t *testing.T) {
	for _, end := range []func(*semaphore.Barrier){(*semaphore.Barrier).Abort, (*semaphore.Barrier).Reset} {
		for range 50 {
			synctest.Test(t, func(t *testing.T) {
				b := semaphore.NewBarrier(2)
				ctx, cancel := context.WithCancel(t.Context())
				first := arrive(b, ctx)
				cancel()
				end(b)
				first.assertFailed(t, context.Canceled)
				assert.Zero(t, b.Waiting())
			})
		}
	}
}
