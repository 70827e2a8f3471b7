package queue_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/queue"
)

// puts fail at once, blocked ones too; their items are not in.
func TestShutdownRefusesPuts(t *testing.T) {
	eachKind(t, func(t kindTest) {
		q := t.make(1)
		fill(t, q, 1)
		blocked := []*call{then(put(t.Context(), q, 2)), then(put(t.Context(), q, 3))}
		q.Shutdown()
		synctest.Wait()
		for _, c := range blocked {
			c.failed(t, queue.ErrShutdown)
		}
		assert.ErrorIs(t, q.Put(t.Context(), 4), queue.ErrShutdown)
		assert.ErrorIs(t, q.TryPut(4), queue.ErrShutdown)
		assert.Equal(t, 1, q.Unfinished())
		assert.Equal(t, []int{1}, drain(t, q))
		assert.ErrorIs(t, q.Put(t.Context(), 4), queue.ErrShutdown, "room makes no difference")
	})
}

// a Put that had got in before is in.
func TestPutThatGotInBeforeShutdown(t *testing.T) {
	eachKind(t, func(t kindTest) {
		q := t.make(1)
		fill(t, q, 1)
		blocked := then(put(t.Context(), q, 2))
		_, err := q.TryGet()
		require.NoError(t, err)
		q.Shutdown()
		synctest.Wait()
		blocked.succeeded(t)
		assert.Equal(t, []int{2}, drain(t, q))
	})
}

// Q-12, H17: gets drain, then fail; those that wait fail at once.
func TestShutdownAndGets(t *testing.T) {
	eachKind(t, func(t kindTest) {
		q := t.make(0)
		fill(t, q, 1, 2)
		q.Shutdown()
		v, err := q.Get(t.Context())
		require.NoError(t, err)
		w, err := q.Get(t.Context())
		require.NoError(t, err)
		assert.ElementsMatch(t, []int{1, 2}, []int{v, w})
		_, err = q.Get(t.Context())
		assert.ErrorIs(t, err, queue.ErrShutdown)

		q = t.make(0)
		blocked := []*call{then(get(t.Context(), q)), then(get(t.Context(), q)), then(batch(t.Context(), q, 2))}
		q.Shutdown()
		synctest.Wait()
		for _, c := range blocked {
			c.failed(t, queue.ErrShutdown)
		}
	})
}

// one Get receives the item, the other fails.
func TestItemThenShutdownWithTwoGets(t *testing.T) {
	eachKind(t, func(t kindTest) {
		for _, shutdown := range []func(*queue.Queue[int]){
			(*queue.Queue[int]).Shutdown,
			func(q *queue.Queue[int]) { assert.Empty(t, q.ShutdownNow(), "Q-13: what was handed over stays so") },
		} {
			q := t.make(0)
			first, second := then(get(t.Context(), q)), then(get(t.Context(), q))
			fill(t, q, 1)
			shutdown(q)
			synctest.Wait()
			first.succeeded(t, 1)
			second.failed(t, queue.ErrShutdown)
			assert.Equal(t, 1, q.Unfinished())
		}
	})
}

// Join goes on waiting for what is in.
func TestShutdownDoesNotReleaseJoin(t *testing.T) {
	eachKind(t, func(t kindTest) {
		q := t.make(0)
		fill(t, q, 1)
		joiner := then(join(t.Context(), q))
		q.Shutdown()
		synctest.Wait()
		joiner.isBlocked(t)
		drain(t, q)
		synctest.Wait()
		joiner.isBlocked(t)
		q.TaskDone()
		synctest.Wait()
		joiner.succeeded(t)
	})
}

// Q-13, P-85: the items come back in Get's order, count as done, and Join
// returns if nothing is in hand.
func TestShutdownNow(t *testing.T) {
	for name, want := range map[string][]int{
		"fifo":     {3, 1, 2, 5, 4},
		"lifo":     {4, 5, 2, 1, 3},
		"priority": {1, 2, 3, 4, 5},
	} {
		synctest.Test(t, func(t *testing.T) {
			q := kinds[name](5)
			fill(t, q, 3, 1, 2, 5, 4)
			blocked := then(put(t.Context(), q, 0))
			joiner := then(join(t.Context(), q))
			assert.Equal(t, want, q.ShutdownNow(), name)
			assert.Zero(t, q.Len())
			assert.Zero(t, q.Unfinished())
			synctest.Wait()
			blocked.failed(t, queue.ErrShutdown)
			joiner.succeeded(t)
			_, err := q.TryGet()
			assert.ErrorIs(t, err, queue.ErrShutdown)
			_, err = q.Get(t.Context())
			assert.ErrorIs(t, err, queue.ErrShutdown)
			assert.ErrorIs(t, q.TryPut(1), queue.ErrShutdown)
		})
	}
}

// what is being worked on is still unfinished.
func TestShutdownNowWithWorkInHand(t *testing.T) {
	eachKind(t, func(t kindTest) {
		q := t.make(0)
		fill(t, q, 1, 2, 3)
		_, err := q.TryGet()
		require.NoError(t, err)
		joiner := then(join(t.Context(), q))
		assert.Len(t, q.ShutdownNow(), 2)
		assert.Equal(t, 1, q.Unfinished())
		synctest.Wait()
		joiner.isBlocked(t)
		q.TaskDone()
		synctest.Wait()
		joiner.succeeded(t)
		assert.ErrorIs(t, panicked(q.TaskDone), queue.ErrTaskDone)
	})
}

// P-84: twice, and the second after the first.
func TestShutdownAgain(t *testing.T) {
	for name, newQueue := range kinds {
		q := newQueue(0)
		fill(t, q, 1, 2)
		q.Shutdown()
		q.Shutdown()
		assert.Equal(t, 2, q.Len())
		assert.Len(t, q.ShutdownNow(), 2, name)
		assert.Empty(t, q.ShutdownNow())
		q.Shutdown()
		assert.Zero(t, q.Unfinished())
	}
}

// Rule 3: whichever Get or Put is canceled at the same time, nothing is lost.
func TestShutdownTie(t *testing.T) {
	eachKind(t, func(t kindTest) {
		for _, order := range []string{"cancel first", "shutdown first"} {
			ctx, cancel := context.WithCancel(t.Context())
			full, empty := t.make(1), t.make(0)
			fill(t, full, 1)
			calls := []*call{then(put(ctx, full, 2)), then(get(ctx, empty))}
			if order == "cancel first" {
				cancel()
			}
			full.Shutdown()
			empty.Shutdown()
			cancel()
			synctest.Wait()
			for _, c := range calls {
				assert.True(t, c.returned)
				assert.Error(t, c.err)
				if order != "cancel first" {
					c.failed(t, queue.ErrShutdown)
				}
			}
			assert.Equal(t, []int{1}, drain(t, full))
		}
	})
}
