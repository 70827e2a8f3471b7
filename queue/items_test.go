package queue_test

import (
	"context"
	"iter"
	"runtime"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/queue"
)

// the loop ends once the queue is shut down and drained.
func TestItemsUntilShutdown(t *testing.T) {
	eachKind(t, func(t kindTest) {
		q := t.make(0)
		loop := start(func() (all []int, err error) {
			for v := range q.Items(t.Context()) {
				all = append(all, v)
			}
			return all, t.Context().Err()
		})
		for _, v := range []int{1, 2, 3} {
			fill(t, q, v)
			synctest.Wait()
		}
		loop.isBlocked(t, "it waits for more")
		q.Shutdown()
		synctest.Wait()
		loop.succeeded(t, 1, 2, 3)
	})
}

func TestItemsDrainsAfterShutdown(t *testing.T) {
	for name, newQueue := range kinds {
		q := newQueue(0)
		fill(t, q, 1, 1, 1)
		q.Shutdown()
		n := 0
		for range q.Items(t.Context()) {
			n++
		}
		assert.Equal(t, 3, n, name)
		for range q.Items(t.Context()) {
			assert.Fail(t, "a second loop finds nothing")
		}
	}
}

// Rule 2: it ends when the context does, with what is there untouched.
func TestItemsUntilContextEnds(t *testing.T) {
	eachKind(t, func(t kindTest) {
		ctx, cancel := context.WithCancel(t.Context())
		q := t.make(0)
		loop := then(func() (all []int, err error) {
			for v := range q.Items(ctx) {
				all = append(all, v)
			}
			return all, ctx.Err()
		})
		cancel()
		synctest.Wait()
		loop.failed(t, context.Canceled)

		fill(t, q, 1)
		for range q.Items(ctx) {
			assert.Fail(t, "nothing is taken")
		}
		assert.Equal(t, 1, q.Len())
	})
}

// Leaving the loop takes nothing further, whichever way.
func TestItemsLeft(t *testing.T) {
	eachKind(t, func(t kindTest) {
		q := t.make(0)
		fill(t, q, 1, 1, 1, 1, 1)
		for range q.Items(t.Context()) {
			break
		}
		assert.Equal(t, 4, q.Len())

		assert.PanicsWithValue(t, "body", func() {
			for range q.Items(t.Context()) {
				panic("body")
			}
		})
		assert.Equal(t, 3, q.Len())

		gone := then(func() ([]int, error) {
			for range q.Items(t.Context()) {
				runtime.Goexit()
			}
			return nil, nil
		})
		assert.True(t, gone.goexited)
		assert.Equal(t, 2, q.Len())

		next, stop := iter.Pull(q.Items(t.Context()))
		_, ok := next()
		require.True(t, ok)
		stop()
		assert.Equal(t, 1, q.Len())
		assert.Equal(t, 5, q.Unfinished())
	})
}

// The body may use the queue; several loops share it.
func TestItemsShared(t *testing.T) {
	eachKind(t, func(t kindTest) {
		q := t.make(0)
		fill(t, q, 4)
		seen := new([4]int)
		for i := range seen {
			start(func() ([]int, error) {
				for v := range q.Items(t.Context()) {
					seen[i]++
					for range v {
						assert.NoError(t, q.Put(t.Context(), v-1))
					}
					q.TaskDone()
				}
				return nil, nil
			})
		}
		require.NoError(t, q.Join(t.Context()))
		q.Shutdown()
		synctest.Wait()
		// 1 + 4 + 4·3 + 4·3·2 + 4·3·2·1
		assert.Equal(t, 65, seen[0]+seen[1]+seen[2]+seen[3])
	})
}

// All ends like Items, and says which end it was.
func TestAll(t *testing.T) {
	eachKind(t, func(t kindTest) {
		q := t.make(0)
		loop := start(func() (all []int, err error) {
			for v, err := range q.All(t.Context()) {
				if err != nil {
					return all, err
				}
				all = append(all, v)
			}
			return all, nil
		})
		for _, v := range []int{1, 2, 3} {
			fill(t, q, v)
			synctest.Wait()
		}
		loop.isBlocked(t, "it waits for more")
		q.Shutdown()
		synctest.Wait()
		loop.succeeded(t, 1, 2, 3)
	})
}

// Rules 2 and 4: the context's error is the last pair, with the zero item,
// whether it ends the wait or is done before, and even if its cause is
// ErrShutdown.
func TestAllWhoseContextEnds(t *testing.T) {
	eachKind(t, func(t kindTest) {
		ctx, cancel := context.WithCancelCause(t.Context())
		q := t.make(0)
		fill(t, q, 7)
		type pair struct {
			item int
			err  error
		}
		pairs := func() (all []pair) {
			for v, err := range q.All(ctx) {
				all = append(all, pair{v, err})
			}
			return all
		}
		var got []pair
		start(func() ([]int, error) { got = pairs(); return nil, nil })
		synctest.Wait()
		cancel(queue.ErrShutdown)
		synctest.Wait()
		require.Len(t, got, 2)
		assert.Equal(t, pair{7, nil}, got[0])
		fill(t, q, 8)
		again := pairs()
		require.Len(t, again, 1)
		for _, last := range []pair{got[1], again[0]} {
			assert.Zero(t, last.item)
			assert.ErrorIs(t, last.err, context.Canceled)
			assert.ErrorIs(t, last.err, queue.ErrShutdown)
			assert.EqualError(t, last.err, "queue: All: context canceled: queue: shut down")
		}
		assert.Equal(t, []int{8}, drain(t, q), "nothing is taken")
	})
}

// Leaving the loop takes nothing further, whichever way.
func TestAllLeft(t *testing.T) {
	eachKind(t, func(t kindTest) {
		q := t.make(0)
		fill(t, q, 1, 1, 1, 1)
		for _, err := range q.All(t.Context()) {
			assert.NoError(t, err)
			break
		}
		assert.Equal(t, 3, q.Len())
		assert.PanicsWithValue(t, "body", func() {
			for _, err := range q.All(t.Context()) {
				assert.NoError(t, err)
				panic("body")
			}
		})
		assert.Equal(t, 2, q.Len())
		gone := then(func() ([]int, error) {
			for _, err := range q.All(t.Context()) {
				assert.NoError(t, err)
				runtime.Goexit()
			}
			return nil, nil
		})
		assert.True(t, gone.goexited)
		assert.Equal(t, 1, q.Len())
		for _, err := range q.All(done()) {
			assert.Error(t, err)
			break // out of the last pair
		}
		assert.Equal(t, 1, q.Len())
	})
}
