package queue_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/queue"
)

var errWhy = errors.New("why")

// Put blocks while the queue is full.
func TestPutWaitsForRoom(t *testing.T) {
	eachKind(t, func(t kindTest) {
		q := t.make(1)
		fill(t, q, 1)
		blocked := then(put(t.Context(), q, 2))
		blocked.isBlocked(t)
		assert.Equal(t, 1, q.Len(), "the item of a blocked Put does not count")
		assert.Equal(t, 1, q.Unfinished())

		v, err := q.TryGet()
		require.NoError(t, err)
		assert.Equal(t, 1, v)
		assert.Equal(t, 1, q.Len(), "it is in before TryGet has returned")
		assert.Equal(t, 2, q.Unfinished())
		synctest.Wait()
		blocked.succeeded(t)
	})
}

// Rule 2: a context that is done takes nothing, although there is room, and
// comes before the shutdown.
func TestPutWithDoneContext(t *testing.T) {
	eachKind(t, func(t kindTest) {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errWhy)
		q := t.make(1)
		for range 2 {
			err := q.Put(ctx, 1)
			assert.ErrorIs(t, err, context.Canceled)
			assert.ErrorIs(t, err, errWhy)
			assert.NotErrorIs(t, err, queue.ErrShutdown)
			assert.Zero(t, q.Len())
			assert.Zero(t, q.Unfinished())
			q.Shutdown()
		}
	})
}

// Rule 4, Q-08: the error of a wait that its context ends; the item is not in.
func TestPutCanceled(t *testing.T) {
	eachKind(t, func(t kindTest) {
		q := t.make(1)
		fill(t, q, 1)
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errWhy)
		defer cancel()
		began := time.Now()
		err := q.Put(ctx, 2)
		assert.Equal(t, time.Second, time.Since(began))
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.ErrorIs(t, err, errWhy)
		assert.Equal(t, []int{1}, drain(t, q))
		assert.Equal(t, 1, q.Unfinished())
	})
}

// Q-08, P-80: room that comes free goes to the next call that waits.
func TestCanceledPutIsPassedOver(t *testing.T) {
	eachKind(t, func(t kindTest) {
		q := t.make(1)
		fill(t, q, 0)
		ctx, cancel := context.WithCancel(t.Context())
		first := then(put(t.Context(), q, 1))
		second := then(put(ctx, q, 2))
		third := then(put(t.Context(), q, 3))
		cancel()
		synctest.Wait()
		second.failed(t, context.Canceled)
		for _, want := range []int{0, 1, 3} {
			v, err := q.Get(t.Context())
			require.NoError(t, err)
			assert.Equal(t, want, v)
		}
		synctest.Wait()
		first.succeeded(t)
		third.succeeded(t)
		assert.Zero(t, q.Len())
	})
}

// they enter first come first served, whatever the order among the items.
func TestBlockedPutsEnterInOrder(t *testing.T) {
	eachKind(t, func(t kindTest) {
		q := t.make(2)
		fill(t, q, 50, 60)
		var calls []*call
		for _, v := range []int{70, 10, 40} { // with priorities: 10 and 40 are better, and yet wait
			calls = append(calls, then(put(t.Context(), q, v)))
		}
		for i := range calls {
			_, err := q.TryGet()
			require.NoError(t, err)
			synctest.Wait()
			for j, c := range calls {
				assert.Equal(t, j <= i, c.returned, "after %d were taken, Put number %d", i+1, j)
			}
		}
		drain(t, q)
	})
}

// Q-06, rule 6, H16: no call overtakes a Put that waits.
func TestTryPutDoesNotOvertake(t *testing.T) {
	eachKind(t, func(t kindTest) {
		q := t.make(1)
		fill(t, q, 0)
		patient := then(put(t.Context(), q, 1))
		for range 200 {
			assert.ErrorIs(t, q.TryPut(9), queue.ErrFull)
		}
		_, err := q.TryGet()
		require.NoError(t, err)
		assert.ErrorIs(t, q.TryPut(9), queue.ErrFull, "the room was given away")
		assert.ErrorIs(t, q.Put(done(), 9), context.Canceled)
		later := then(put(t.Context(), q, 2))
		patient.succeeded(t)
		assert.Equal(t, []int{1, 2}, drain(t, q))
		synctest.Wait()
		later.succeeded(t)
	})
}

// producers that all wait share the room.
func TestProducersShareFairly(t *testing.T) {
	eachKind(t, func(t kindTest) {
		const producers, rounds = 4, 100
		q := t.make(1)
		ctx, cancel := context.WithCancel(t.Context())
		for id := range producers {
			then(func() ([]int, error) {
				for {
					if err := q.Put(ctx, id); err != nil {
						return nil, err
					}
				}
			})
		}
		count := map[int]int{}
		for range producers * rounds {
			v, err := q.Get(t.Context())
			require.NoError(t, err)
			count[v]++
			synctest.Wait()
		}
		cancel()
		for id := range producers {
			assert.InDelta(t, rounds, count[id], 1)
		}
	})
}

// Errors of TryPut in their order: shut down, full.
func TestTryPutErrors(t *testing.T) {
	for name, newQueue := range kinds {
		q := newQueue(1)
		fill(t, q, 1)
		assert.ErrorIs(t, q.TryPut(2), queue.ErrFull, name)
		q.Shutdown()
		assert.ErrorIs(t, q.TryPut(2), queue.ErrShutdown, name)
		assert.Equal(t, []int{1}, drain(t, q))
		assert.Equal(t, 1, q.Unfinished())
	}
}
