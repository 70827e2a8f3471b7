package queue_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/queue"
)

func batch(ctx context.Context, q *queue.Queue[int], size int) func() ([]int, error) {
	return func() ([]int, error) {
		buf := make([]int, size)
		n, err := q.GetBatch(ctx, buf)
		return buf[:n], err
	}
}

// as many as fill the buffer, as many as there are, and in order.
func TestGetBatch(t *testing.T) {
	for name, want := range map[string][]int{
		"fifo":     {3, 1, 2, 5, 4},
		"lifo":     {4, 5, 2, 1, 3},
		"priority": {1, 2, 3, 4, 5},
	} {
		q := kinds[name](0)
		fill(t, q, 3, 1, 2, 5, 4)
		got, err := batch(t.Context(), q, 2)()
		require.NoError(t, err)
		assert.Equal(t, want[:2], got, name)
		got, err = batch(t.Context(), q, 9)()
		require.NoError(t, err)
		assert.Equal(t, want[2:], got, name)
	}
}

// An empty buffer: 0 and nil, whatever else.
func TestGetBatchOfNothing(t *testing.T) {
	for name, newQueue := range kinds {
		empty, holding, down := newQueue(1), newQueue(1), newQueue(1)
		fill(t, holding, 1)
		down.Shutdown()
		for _, q := range []*queue.Queue[int]{empty, holding, down} {
			for _, ctx := range []context.Context{t.Context(), done()} {
				for _, buf := range [][]int{nil, {}} {
					n, err := q.GetBatch(ctx, buf)
					assert.NoError(t, err, name)
					assert.Zero(t, n)
				}
			}
		}
		assert.Equal(t, 1, holding.Len())
	}
}

// P-93: it waits for one, and what ends the wait takes none.
func TestGetBatchWaits(t *testing.T) {
	eachKind(t, func(t kindTest) {
		q := t.make(0)
		blocked := then(batch(t.Context(), q, 3))
		blocked.isBlocked(t)
		fill(t, q, 1)
		synctest.Wait()
		blocked.succeeded(t, 1)

		ctx, cancel := context.WithCancelCause(t.Context())
		blocked = then(batch(ctx, q, 3))
		cancel(errWhy)
		synctest.Wait()
		blocked.failed(t, errWhy)
		blocked.failed(t, context.Canceled)
		assert.Empty(t, blocked.items)

		blocked = then(batch(t.Context(), q, 3))
		q.Shutdown()
		synctest.Wait()
		blocked.failed(t, queue.ErrShutdown)
	})
}

// When it has waited for the first, it takes what else is there then.
func TestGetBatchTakesMoreAfterTheWait(t *testing.T) {
	eachKind(t, func(t kindTest) {
		q := t.make(0)
		blocked := then(batch(t.Context(), q, 3))
		fill(t, q, 1, 2)
		synctest.Wait()
		assert.NoError(t, blocked.err)
		require.NotEmpty(t, blocked.items)
		assert.Equal(t, 1, blocked.items[0])
		rest := drain(t, q) // if the second came too late
		assert.Equal(t, []int{1, 2}, append(blocked.items, rest...))
	})
}

// It equals as many Gets: each lets in the item of a Put that waits.
func TestGetBatchLetsPutsIn(t *testing.T) {
	for name, want := range map[string][]int{
		"fifo":     {5, 6, 9, 1, 7},
		"lifo":     {6, 9, 1, 7, 5},
		"priority": {5, 6, 1, 7, 9},
	} {
		synctest.Test(t, func(t *testing.T) {
			for size := 1; size <= len(want)+1; size++ {
				q := kinds[name](2)
				fill(t, q, 5, 6)
				var puts []*call
				for _, v := range []int{9, 1, 7} {
					puts = append(puts, then(put(t.Context(), q, v)))
				}
				got, err := batch(t.Context(), q, size)()
				require.NoError(t, err)
				taken := min(size, len(want))
				assert.Equal(t, want[:taken], got, name)
				assert.Equal(t, min(2, len(want)-taken), q.Len())
				assert.Equal(t, min(2+taken, len(want)), q.Unfinished())
				synctest.Wait()
				for i, c := range puts {
					assert.Equal(t, i < taken, c.returned, "Put number %d after %d were taken", i, taken)
				}
				assert.Equal(t, want[taken:], drain(t, q), name)
			}
		})
	}
}

// P-95: around the borders of the chunks in which a queue keeps its items.
func TestGetBatchOfManySizes(t *testing.T) {
	for name, newQueue := range kinds {
		one, many := newQueue(0), newQueue(0)
		put := 0
		for size := 1; size < 700; size += 1 + size/7 {
			for range size + size/3 {
				fill(t, one, put)
				fill(t, many, put)
				put++
			}
			got, err := batch(t.Context(), many, size)()
			require.NoError(t, err)
			require.Len(t, got, size, name)
			for _, v := range got {
				want, err := one.TryGet()
				require.NoError(t, err)
				require.Equal(t, want, v, name)
			}
			require.Equal(t, one.Len(), many.Len())
		}
		assert.Equal(t, drain(t, one), drain(t, many))
	}
}

// It equals as many Gets: where ctx has ended by the time the first item comes,
// the second would fail.
func TestGetBatchStopsWhereGetWouldFail(t *testing.T) {
	eachKind(t, func(t kindTest) {
		for range 50 {
			q := t.make(0)
			ctx, cancel := context.WithCancel(t.Context())
			blocked := then(batch(ctx, q, 3))
			cancel()
			fill(t, q, 1, 1)
			synctest.Wait()
			if blocked.err == nil { // it is a tie
				blocked.succeeded(t, 1)
			} else {
				blocked.failed(t, context.Canceled)
			}
			assert.Equal(t, 2-len(blocked.items), q.Len())
		}
	})
}
