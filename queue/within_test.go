package queue_test

import (
	"cmp"
	"context"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/queue"
)

func within(ctx context.Context, q *queue.Queue[int], d time.Duration, size int) func() ([]int, error) {
	return func() ([]int, error) {
		buf := make([]int, size)
		n, err := q.GetBatchWithin(ctx, d, buf)
		return buf[:n], err
	}
}

// What fills the buffer is taken without waiting; with less it waits for d.
func TestGetBatchWithin(t *testing.T) {
	eachKind(t, func(t kindTest) {
		q := t.make(0)
		start := time.Now()
		fill(t, q, 1, 1, 1, 1, 1)
		got, err := within(t.Context(), q, time.Second, 3)()
		require.NoError(t, err)
		assert.Equal(t, []int{1, 1, 1}, got)
		assert.Zero(t, time.Since(start))
		got, err = within(t.Context(), q, time.Second, 3)()
		require.NoError(t, err)
		assert.Equal(t, []int{1, 1}, got)
		assert.Equal(t, time.Second, time.Since(start))
		assert.Equal(t, 5, q.Unfinished())
		assert.Zero(t, q.Len())
	})
}

// The wait for the first item is not bounded, and d counts from that on.
func TestGetBatchWithinCountsFromTheFirst(t *testing.T) {
	eachKind(t, func(t kindTest) {
		q := t.make(0)
		c := then(within(t.Context(), q, 10*time.Second, 9))
		time.Sleep(time.Hour)
		c.isBlocked(t)
		for i := range 3 { // at 0, 4 and 8 seconds
			fill(t, q, i)
			time.Sleep(4 * time.Second)
		}
		synctest.Wait()
		c.succeeded(t, 0, 1, 2)
		fill(t, q, 3)
		assert.Equal(t, 1, q.Len(), "at 12 seconds it was over")
	})
}

// It returns as soon as buf is full.
func TestGetBatchWithinFull(t *testing.T) {
	eachKind(t, func(t kindTest) {
		q := t.make(0)
		c := then(within(t.Context(), q, time.Hour, 3))
		for i := range 3 {
			c.isBlocked(t)
			fill(t, q, i)
			synctest.Wait()
		}
		c.succeeded(t, 0, 1, 2)
	})
}

// Shut down and empty, or a context that ends: it returns what it has, or the
// error.
func TestGetBatchWithinEnds(t *testing.T) {
	eachKind(t, func(t kindTest) {
		for _, items := range []int{0, 1} {
			q := t.make(0)
			ctx, cancel := context.WithCancelCause(t.Context())
			canceled := then(within(ctx, q, time.Hour, 3))
			if items > 0 {
				fill(t, q, 7)
				synctest.Wait()
			}
			down := then(within(t.Context(), q, time.Hour, 3))
			if items > 0 {
				fill(t, q, 8)  // for the one that has waited longer
				fill(t, q, 17) // and this for the other one
				synctest.Wait()
			}
			cancel(errWhy)
			synctest.Wait()
			down.isBlocked(t)
			q.Shutdown()
			synctest.Wait()
			if items > 0 {
				canceled.succeeded(t, 7, 8)
				down.succeeded(t, 17)
			} else {
				canceled.failed(t, context.Canceled)
				canceled.failed(t, errWhy)
				assert.EqualError(t, canceled.err, "queue: GetBatchWithin: context canceled: why")
				down.failed(t, queue.ErrShutdown)
			}
			again := then(within(t.Context(), q, time.Hour, 3))
			again.failed(t, queue.ErrShutdown)
		}
	})
}

// What is left after Shutdown is taken without waiting for more.
func TestGetBatchWithinAfterShutdown(t *testing.T) {
	eachKind(t, func(t kindTest) {
		q := t.make(0)
		fill(t, q, 1, 1)
		q.Shutdown()
		c := then(within(t.Context(), q, time.Hour, 3))
		c.succeeded(t, 1, 1)
	})
}

// Rule 2, an empty buffer, and a d of 0 or less.
func TestGetBatchWithinWithoutWaiting(t *testing.T) {
	eachKind(t, func(t kindTest) {
		q := t.make(0)
		c := then(within(done(), q, time.Hour, 0))
		c.succeeded(t, []int{}...)
		fill(t, q, 1, 1)
		c = then(within(done(), q, time.Hour, 2))
		c.failed(t, context.Canceled)
		assert.Equal(t, 2, q.Len(), "nothing is taken")
		for _, d := range []time.Duration{0, -1, -1 << 63} {
			c = then(within(t.Context(), q, d, 5))
			c.succeeded(t, 1, 1)
			c = then(within(t.Context(), q, d, 5))
			c.isBlocked(t)
			fill(t, q, 1)
			synctest.Wait()
			c.succeeded(t, 1)
			fill(t, q, 1, 1)
		}
	})
}

// Rule 6: while it waits for more it is behind the calls that came before that.
func TestGetBatchWithinIsFair(t *testing.T) {
	eachKind(t, func(t kindTest) {
		q := t.make(0)
		c := then(within(t.Context(), q, time.Hour, 2))
		getter := then(get(t.Context(), q))
		fill(t, q, 1)
		synctest.Wait()
		fill(t, q, 2)
		synctest.Wait()
		getter.succeeded(t, 2)
		c.isBlocked(t)
		fill(t, q, 3)
		synctest.Wait()
		c.succeeded(t, 1, 3)
	})
}

// It admits the items of blocked Puts, also those that come later.
func TestGetBatchWithinLetsPutsIn(t *testing.T) {
	eachKind(t, func(t kindTest) {
		q := t.make(1)
		fill(t, q, 1)
		puts := []*call{then(put(t.Context(), q, 2)), then(put(t.Context(), q, 3))}
		c := then(within(t.Context(), q, time.Hour, 5))
		for _, p := range puts {
			p.succeeded(t)
		}
		then(put(t.Context(), q, 4)).succeeded(t)
		c.isBlocked(t)
		then(put(t.Context(), q, 5)).succeeded(t)
		c.succeeded(t, 1, 2, 3, 4, 5)
	})
}

// Rule 3: an item that comes at the very moment at which d is over, or ctx
// ends, is in the batch or in the queue.
func TestGetBatchWithinTies(t *testing.T) {
	eachKind(t, func(t kindTest) {
		for _, end := range []string{"d", "deadline", "cancel, put", "put, cancel"} {
			for range 50 {
				q := t.make(0)
				d, deadline := time.Hour, time.Hour
				switch end {
				case "d":
					d = time.Second
				case "deadline":
					deadline = time.Second
				}
				ctx, cancel := context.WithTimeout(t.Context(), deadline)
				fill(t, q, 1)
				c := then(within(ctx, q, d, 3))
				time.Sleep(time.Second)
				switch end {
				case "cancel, put":
					cancel()
					fill(t, q, 2)
				case "put, cancel":
					fill(t, q, 2)
					cancel()
				default:
					fill(t, q, 2)
					time.Sleep(time.Nanosecond) // at that moment the timer may not have fired yet
				}
				synctest.Wait()
				assert.True(t, c.returned)
				assert.NoError(t, c.err)
				rest := drain(t, q)
				assert.Equal(t, []int{1, 2}, append(c.items, rest...), end)
				if end == "put, cancel" {
					assert.Empty(t, rest, "delivery wins")
				}
				cancel()
			}
		}
	})
}

// TaskDone cannot be called for items of a batch that has not returned, and
// Join waits for them.
func TestTaskDoneDuringGetBatchWithin(t *testing.T) {
	eachKind(t, func(t kindTest) {
		q := t.make(0)
		fill(t, q, 1)
		c := then(within(t.Context(), q, time.Second, 3))
		fill(t, q, 2)
		synctest.Wait()
		joiner := then(join(t.Context(), q))
		assert.ErrorIs(t, panicked(q.TaskDone), queue.ErrTaskDone)
		time.Sleep(time.Second)
		synctest.Wait()
		c.succeeded(t, 1, 2)
		joiner.isBlocked(t)
		q.TaskDone()
		q.TaskDone()
		synctest.Wait()
		joiner.succeeded(t)
		assert.ErrorIs(t, panicked(q.TaskDone), queue.ErrTaskDone)
	})
}

// If a comparison fails when the batch has items already, from before and after
// a wait, all are in the queue again, in order, and TaskDone is wrong for each.
func TestComparisonFailsInGetBatchWithin(t *testing.T) {
	for name, fail := range map[string]func(){"panic": func() { panic(errWhy) }, "Goexit": runtime.Goexit} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var putting atomic.Bool
				q := queue.NewPriority(0, func(a, b int) int {
					if !putting.Load() {
						fail()
					}
					return cmp.Compare(a, b)
				})
				fill(t, q, 5000)
				buf := [5000]int{}
				c := then(func() ([]int, error) {
					n, err := q.GetBatchWithin(t.Context(), time.Hour, buf[:])
					return buf[:n], err
				})
				put := 1
				for c.blocked() && put < 4000 { // until it wakes and finds several
					putting.Store(true)
					for i := range 4 {
						fill(t, q, 4000-put-i)
					}
					putting.Store(false)
					put += 4
					synctest.Wait()
				}
				if name == "Goexit" {
					assert.True(t, c.goexited)
				} else {
					assert.Equal(t, errWhy, c.panicked)
				}
				assert.Zero(t, buf[0])
				assert.Equal(t, put, q.Len())
				assert.Equal(t, put, q.Unfinished())
				assert.ErrorIs(t, panicked(q.TaskDone), queue.ErrTaskDone)
				putting.Store(true)
				got := drain(t, q)
				assert.Len(t, got, put)
				assert.IsIncreasing(t, got)
				for range got {
					q.TaskDone()
				}
				assert.NoError(t, q.Join(t.Context()))
				assert.ErrorIs(t, panicked(q.TaskDone), queue.ErrTaskDone)
			})
		})
	}
}
