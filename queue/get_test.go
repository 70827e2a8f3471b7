package queue_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/queue"
)

// Get blocks while the queue is empty.
func TestGetWaitsForAnItem(t *testing.T) {
	eachKind(t, func(t kindTest) {
		q := t.make(1)
		blocked := then(get(t.Context(), q))
		blocked.isBlocked(t)
		fill(t, q, 7)
		assert.Zero(t, q.Len(), "it went straight to the call that waits")
		assert.Equal(t, 1, q.Unfinished())
		synctest.Wait()
		blocked.succeeded(t, 7)
	})
}

// Rule 2: nothing is taken, although there is an item, and the context comes
// before the shutdown.
func TestGetWithDoneContext(t *testing.T) {
	eachKind(t, func(t kindTest) {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errWhy)
		q := t.make(1)
		fill(t, q, 1)
		for range 2 {
			_, err := q.Get(ctx)
			assert.ErrorIs(t, err, context.Canceled)
			assert.ErrorIs(t, err, errWhy)
			_, err = q.GetBatch(ctx, []int{0})
			assert.ErrorIs(t, err, context.Canceled)
			assert.ErrorIs(t, err, errWhy)
			assert.Equal(t, 1, q.Len())
			q.Shutdown()
		}
		drain(t, q)
		_, err := q.Get(ctx)
		assert.NotErrorIs(t, err, queue.ErrShutdown)
	})
}

// Rule 4: a Get whose context ends returns the context's error.
func TestGetCancelled(t *testing.T) {
	eachKind(t, func(t kindTest) {
		q := t.make(1)
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errWhy)
		defer cancel()
		began := time.Now()
		_, err := q.Get(ctx)
		assert.Equal(t, time.Second, time.Since(began))
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.ErrorIs(t, err, errWhy)
	})
}

// Q-07, P-82, H14: the item stays, or goes to the next.
func TestCanceledGetIsPassedOver(t *testing.T) {
	eachKind(t, func(t kindTest) {
		q := t.make(0)
		ctx, cancel := context.WithCancel(t.Context())
		first := then(get(ctx, q))
		second := then(get(t.Context(), q))
		cancel()
		synctest.Wait()
		first.failed(t, context.Canceled)
		fill(t, q, 1, 2)
		synctest.Wait()
		second.succeeded(t, 1)
		assert.Equal(t, []int{2}, drain(t, q))
	})
}

// Gets are served in the order in which they came.
func TestBlockedGetsAreServedInOrder(t *testing.T) {
	eachKind(t, func(t kindTest) {
		q := t.make(1)
		var calls []*call
		for range 4 {
			calls = append(calls, then(get(t.Context(), q)))
		}
		fill(t, q, 3, 1, 2, 0) // more than there is room for: the calls take them
		synctest.Wait()
		for i, want := range []int{3, 1, 2, 0} {
			calls[i].succeeded(t, want)
		}
	})
}

// Q-06, rule 6: no call overtakes a Get that waits.
func TestTryGetDoesNotOvertake(t *testing.T) {
	eachKind(t, func(t kindTest) {
		q := t.make(0)
		patient := then(get(t.Context(), q))
		fill(t, q, 1)
		_, err := q.TryGet()
		assert.ErrorIs(t, err, queue.ErrEmpty, "the item was given away")
		later := then(get(t.Context(), q))
		patient.succeeded(t, 1)
		fill(t, q, 2)
		synctest.Wait()
		later.succeeded(t, 2)
	})
}

// Errors of TryGet in their order: shut down, empty. Neither while there are
// items.
func TestTryGetErrors(t *testing.T) {
	for name, newQueue := range kinds {
		q := newQueue(1)
		_, err := q.TryGet()
		assert.ErrorIs(t, err, queue.ErrEmpty, name)
		fill(t, q, 1)
		q.Shutdown()
		v, err := q.TryGet()
		require.NoError(t, err)
		assert.Equal(t, 1, v)
		_, err = q.TryGet()
		assert.ErrorIs(t, err, queue.ErrShutdown, name)
	}
}

// A Get that makes room brings in the longest-waiting Put's item, and only then
// the next Get chooses.
func TestGetChoosesAmongWhatIsIn(t *testing.T) {
	for name, want := range map[string][]int{
		"fifo":     {5, 6, 9, 1, 7},
		"lifo":     {6, 9, 1, 7, 5},
		"priority": {5, 6, 1, 7, 9},
	} {
		synctest.Test(t, func(t *testing.T) {
			q := kinds[name](2)
			fill(t, q, 5, 6)
			for _, v := range []int{9, 1, 7} {
				then(put(t.Context(), q, v))
			}
			assert.Equal(t, want, drain(t, q), name)
		})
	}
}
