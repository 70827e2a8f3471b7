package queue_test

import (
	"cmp"
	"context"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/queue"
)

// A call that does not wait allocates nothing.
func TestAllocationsWithoutWaiting(t *testing.T) {
	if testkit.Race {
		t.Skip("the race detector allocates")
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for name, newQueue := range kinds {
		for _, maxsize := range []int{0, 128} {
			q, idle := newQueue(maxsize), newQueue(maxsize)
			fill(t, q, 1, 2, 3)
			buf := [1]int{}
			for what, f := range map[string]func(){
				"Put and Get": func() {
					_ = q.Put(ctx, 1)
					_, _ = q.Get(ctx)
				},
				"TryPut and TryGet": func() {
					_ = q.TryPut(1)
					_, _ = q.TryGet()
				},
				"TryPut and GetBatch": func() {
					_ = q.TryPut(1)
					_, _ = q.GetBatch(ctx, buf[:])
				},
				"TryPut, TaskDone and Join": func() {
					_ = idle.TryPut(1)
					_, _ = idle.TryGet()
					idle.TaskDone()
					_ = idle.Join(ctx)
				},
				"TryPut and GetBatchWithin": func() {
					_ = q.TryPut(1)
					_, _ = q.GetBatchWithin(ctx, time.Hour, buf[:])
				},
				"Len, Cap and Unfinished": func() { _, _, _ = q.Len(), q.Cap(), q.Unfinished() },
				"Waiting":                 func() { q.Waiting() },
			} {
				assert.Zero(t, testing.AllocsPerRun(20, func() {
					for range 500 { // or else few would not count
						f()
					}
				}), "%s: %s", name, what)
			}
		}
	}
}

// A call that waits allocates its waiter and its channel.
func TestAllocationsOfWaiting(t *testing.T) {
	if testkit.Race {
		t.Skip("the race detector allocates")
	}
	ctx, cancel := context.WithCancel(t.Context())
	there, back := queue.New[int](0), queue.New[int](0)
	var partner sync.WaitGroup
	partner.Go(func() {
		for v := range there.Items(ctx) {
			_ = back.Put(ctx, v)
		}
	})
	// On one processor each of the two waits once, for the other, unless it was
	// the one to be interrupted.
	assert.LessOrEqual(t, testing.AllocsPerRun(1000, func() {
		_ = there.Put(ctx, 1)
		_, _ = back.Get(ctx)
	}), 4.0)
	cancel()
	partner.Wait()
}

// A batch that waits allocates a timer and its channel, and for each wait a
// waiter and a channel.
func TestAllocationsOfGetBatchWithin(t *testing.T) {
	if testkit.Race {
		t.Skip("the race detector allocates")
	}
	synctest.Test(t, func(t *testing.T) {
		q := queue.New[int](0)
		buf := [2]int{}
		fill(t, q, 1)
		assert.LessOrEqual(t, testing.AllocsPerRun(100, func() {
			n, err := q.GetBatchWithin(t.Context(), time.Second, buf[:])
			assert.NoError(t, err)
			assert.Equal(t, 1, n)
			_ = q.TryPut(1)
		}), 6.0)
	})
}

// growth returns by how many bytes f leaves more in use.
func growth(f func()) int64 {
	before := testkit.HeapInUse()
	f()
	return testkit.HeapInUse() - before
}

const little = int64(256 << 10)

// Q-09, rule 11: calls that gave up have left nothing.
func TestCancelledWaitersAreForgotten(t *testing.T) {
	eachKind(t, func(t kindTest) {
		waiters := 40_000
		if testkit.Race {
			waiters = 5000
		}
		empty, full := t.make(1), t.make(1)
		fill(t, full, 1)
		wave := func() {
			ctx, cancel := context.WithCancel(t.Context())
			for range 250 {
				start(get(ctx, empty))
				start(put(ctx, full, 2))
				start(join(ctx, full))
				start(batch(ctx, empty, 1))
			}
			synctest.Wait()
			cancel()
			synctest.Wait()
		}
		wave() // the runtime keeps what it needed for so many goroutines
		assert.Less(t, testkit.LeastGrowth(func() {
			for range waiters / 1000 {
				wave()
			}
		}), little)
		fill(t, empty, 1)
		assert.Equal(t, []int{1}, drain(t, empty))
		assert.Equal(t, []int{1}, drain(t, full))
	})
}

// Rule 11: a queue that stays short for ever holds no more than at the start.
func TestShortQueueStaysSmall(t *testing.T) {
	for name, newQueue := range kinds {
		q := newQueue(0)
		assert.Less(t, growth(func() {
			for i := range 100_000 {
				_ = q.TryPut(i)
				if i >= 3 {
					_, _ = q.TryGet()
				}
			}
		}), little, name)
		assert.Equal(t, 3, q.Len())
	}
}

// After a burst the memory is given back, as the queue is drained, and by each
// way of draining it.
func TestBurstIsGivenBack(t *testing.T) {
	const burst = 80_000
	for name, newQueue := range kinds {
		for way, empty := range map[string]func(q *queue.Queue[int]){
			"TryGet": func(q *queue.Queue[int]) {
				for range burst {
					_, _ = q.TryGet()
				}
			},
			"GetBatch": func(q *queue.Queue[int]) {
				for buf := [500]int{}; q.Len() > 0; {
					_, _ = q.GetBatch(t.Context(), buf[:])
				}
			},
			"ShutdownNow": func(q *queue.Queue[int]) { q.ShutdownNow() },
		} {
			q := newQueue(0)
			assert.Less(t, growth(func() {
				for i := range burst {
					_ = q.TryPut(i)
				}
				empty(q)
			}), little, "%s: %s", name, way)
			assert.Zero(t, q.Len())
		}
	}
}

// So it is with large items: an empty queue keeps room for two, and one item
// takes room for no more than that.
func TestLargeItems(t *testing.T) {
	type large [1 << 16]byte
	const most = 3*(1<<16) + little
	for name, q := range map[string]*queue.Queue[large]{
		"fifo":     queue.New[large](0),
		"lifo":     queue.NewLIFO[large](0),
		"priority": queue.NewPriority(0, func(a, b large) int { return cmp.Compare(a[0], b[0]) }),
		"one":      queue.New[large](1),
	} {
		assert.Less(t, growth(func() {
			for range 64 {
				_ = q.TryPut(large{})
			}
			for q.Len() > 0 {
				_, _ = q.TryGet()
			}
		}), most, name)
		assert.Less(t, growth(func() { _ = q.TryPut(large{}) }), most, name)
		runtime.KeepAlive(q)
	}
}

// While it is drained, a queue holds memory for about what is in it.
func TestMemoryFollowsLen(t *testing.T) {
	const burst, left = 100_000, 10_000
	for name, newQueue := range kinds {
		q := newQueue(0)
		assert.Less(t, growth(func() {
			for i := range burst {
				_ = q.TryPut(i)
			}
			for range burst - left {
				_, _ = q.TryGet()
			}
		}), left*4*16+little/4, name) // a priority queue has 16 bytes an item, and up to four times the room
		assert.Equal(t, left, q.Len())
	}
}

// An item that has left can be collected, though the queue lives on.
func TestQueueKeepsNoItem(t *testing.T) {
	type item struct{ _ [100]byte }
	calls, fuse := 0, 0
	order := func(*item, *item) int {
		if fuse--; fuse == 0 {
			panic("in the middle")
		}
		return 0
	}
	for name, newQueue := range map[string]func() *queue.Queue[*item]{
		"fifo":     func() *queue.Queue[*item] { return queue.New[*item](0) },
		"lifo":     func() *queue.Queue[*item] { return queue.NewLIFO[*item](0) },
		"priority": func() *queue.Queue[*item] { return queue.NewPriority(0, order) },
	} {
		for way, take := range map[string]func(q *queue.Queue[*item]) error{
			"TryGet": func(q *queue.Queue[*item]) error {
				_, err := q.TryGet()
				return err
			},
			"GetBatch": func(q *queue.Queue[*item]) error {
				_, err := q.GetBatch(t.Context(), make([]*item, 60))
				return err
			},
			"ShutdownNow": func(q *queue.Queue[*item]) error {
				q.ShutdownNow()
				return nil
			},
			"GetBatch that fails now and then": func(q *queue.Queue[*item]) error {
				if calls++; calls%2 == 0 {
					fuse = 15
				}
				defer func() { _, fuse = recover(), 0 }()
				_, err := q.GetBatch(t.Context(), make([]*item, 3))
				return err
			},
		} {
			q := newQueue()
			var left []weak.Pointer[item]
			for range 500 {
				x := new(item)
				left = append(left, weak.Make(x))
				require.NoError(t, q.TryPut(x))
			}
			for q.Len() > 0 {
				require.NoError(t, take(q))
			}
			runtime.GC()
			for i, x := range left {
				assert.Nil(t, x.Value(), "%s, %s: item %d", name, way, i)
			}
			runtime.KeepAlive(q)
		}
	}
}

// P-97: no goroutine in a constructor or for a queue that is left alone. One
// that did not end would fail the bubble.
func TestNoGoroutine(t *testing.T) {
	eachKind(t, func(t kindTest) {
		t.make(0)
		q := t.make(1)
		fill(t, q, 1)
	})
}
