package taskgroup_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/taskgroup"
)

func upTo(n int) []int {
	items := make([]int, n)
	for i := range items {
		items[i] = i
	}
	return items
}

// G-01, P-23: the order is kept, under any limit.
func TestMapKeepsTheOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, limit := range []int{1, 2, 3, 10, 100, taskgroup.NoLimit, -7} {
			values, err := taskgroup.Map(t.Context(), limit, upTo(20), func(_ context.Context, i int) (string, error) {
				time.Sleep(time.Duration(20-i) * ms)
				return fmt.Sprint(i), nil
			})
			assert.NoError(t, err)
			for i, v := range values {
				assert.Equal(t, fmt.Sprint(i), v)
			}
			assert.Len(t, values, 20)
		}
	})
}

// P-9: 0 is misuse, and so is a nil function, also of nothing.
func TestMapMisuse(t *testing.T) {
	fn := func(context.Context, int) (int, error) { return 0, nil }
	assertMisuse(t, func() { _, _ = taskgroup.Map(t.Context(), 0, upTo(1), fn) })
	assertMisuse(t, func() { _, _ = taskgroup.Map[int, int](t.Context(), 1, nil, nil) })
	assertMisuse(t, func() { taskgroup.SettleMap(t.Context(), 0, upTo(1), fn) })
	assertMisuse(t, func() { taskgroup.SettleMap[int, int](t.Context(), 1, nil, nil) })
}

// G-02: of no items, an empty slice that is not nil.
func TestMapOfNothing(t *testing.T) {
	values, err := taskgroup.Map(t.Context(), 1, nil, func(context.Context, int) (int, error) { return 0, nil })
	assert.NoError(t, err)
	assert.NotNil(t, values)
	assert.Empty(t, values)
}

// G-13: the limit is reached and never exceeded, and the time is what list scheduling
// in order of the items takes.
func TestMapLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for limit := 1; limit < 8; limit++ {
			items := make([]time.Duration, 200)
			for i := range items {
				items[i] = time.Duration(rand.IntN(4)) * ms
			}
			free := make([]time.Duration, limit)
			for _, d := range items {
				slices.Sort(free)
				free[0] += d
			}
			begun := time.Now()
			running, most := 0, 0
			var mu sync.Mutex
			_, err := taskgroup.Map(t.Context(), limit, items, func(_ context.Context, d time.Duration) (int, error) {
				mu.Lock()
				running++
				most = max(most, running)
				mu.Unlock()
				time.Sleep(d)
				mu.Lock()
				running--
				mu.Unlock()
				return 0, nil
			})
			assert.NoError(t, err)
			assert.Equal(t, limit, most)
			assert.Equal(t, slices.Max(free), time.Since(begun))
		}
	})
}

// G-15: under a limit of 1 the order is exact, whatever the functions do; under
// any limit, it is for functions that take time.
func TestMapBeginsInOrder(t *testing.T) {
	t.Run("one", func(t *testing.T) {
		testkit.CaptureLog(t)
		var begun []int
		taskgroup.SettleMap(t.Context(), 1, upTo(5000), func(_ context.Context, i int) (int, error) {
			begun = append(begun, i)
			if i%1000 == 999 {
				runtime.Goexit()
			}
			if i%1000 == 500 {
				panic(i)
			}
			return 0, nil
		})
		assert.Equal(t, upTo(5000), begun)
	})
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var begun []int
		_, _ = taskgroup.Map(t.Context(), 3, upTo(500), func(_ context.Context, i int) (int, error) {
			mu.Lock()
			begun = append(begun, i/3)
			mu.Unlock()
			time.Sleep(ms)
			return 0, nil
		})
		assert.True(t, slices.IsSorted(begun))
	})
}

// Functions under a limit see the order, and may wait for each other: here as
// many as the limit meet, after a run of trivial ones.
func TestMapMeeting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const limit = 4
		meetings := make([]sync.WaitGroup, 1000)
		for i := range meetings {
			meetings[i].Add(limit)
		}
		_, err := taskgroup.Map(t.Context(), limit, upTo(limit*len(meetings)), func(_ context.Context, i int) (int, error) {
			if meeting := &meetings[i/limit]; i/limit >= 500 {
				meeting.Done()
				meeting.Wait()
			}
			return 0, nil
		})
		assert.NoError(t, err)
	})
}

// Each item is done once, whatever the limit, the cores and the mix of quick and
// slow functions: also where windows are claimed and stolen from.
func TestMapConserves(t *testing.T) {
	testkit.CaptureLog(t)
	const n = 20000
	for _, limit := range []int{1, 2, 3, 8, 64} {
		for _, procs := range []int{1, 2, 4} {
			before := runtime.GOMAXPROCS(procs)
			calls := make([]atomic.Int32, n)
			var running, most atomic.Int32
			results := taskgroup.SettleMap(t.Context(), limit, upTo(n), func(_ context.Context, i int) (int, error) {
				calls[i].Add(1)
				if i%64 == 0 {
					now := running.Add(1)
					for m := most.Load(); m < now && !most.CompareAndSwap(m, now); m = most.Load() {
						continue
					}
					defer running.Add(-1)
				}
				switch {
				case i%5000 == 4999:
					time.Sleep(10 * time.Microsecond)
				case i%4000 == 3999:
					runtime.Goexit()
				case i%3000 == 2999:
					panic(errOwn)
				case i%100 == 0:
					runtime.Gosched()
				}
				return i, nil
			})
			runtime.GOMAXPROCS(before)
			assert.LessOrEqual(t, int(most.Load()), limit)
			for i, r := range results {
				if c := calls[i].Load(); c != 1 || r.Index != i {
					assert.Failf(t, "not called once", "item %d: %d times, result %v", i, c, r)
				}
				if r.Err == nil && r.Value != i {
					assert.Failf(t, "wrong result", "item %d: %v", i, r)
				}
			}
		}
	}
}

// An item never waits behind a slow one while a worker is to spare: all others
// are done while one is stuck, wherever it stands.
func TestMapNothingWaitsBehindASlowOne(t *testing.T) {
	const n = 5000
	for _, stuck := range []int{0, 40, 777, 4990, n - 1} {
		var others sync.WaitGroup
		others.Add(n - 1)
		_, err := taskgroup.Map(t.Context(), 2, upTo(n), func(_ context.Context, i int) (int, error) {
			if i == stuck {
				others.Wait()
				return 0, nil
			}
			others.Done()
			return 0, nil
		})
		assert.NoError(t, err)
	}
}

// The end of ctx stops it: what has not begun is not called.
func TestMapStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		errWhy := errors.New("why")
		ctx, cancel := context.WithCancelCause(t.Context())
		calls := 0
		values, err := taskgroup.Map(ctx, 1, upTo(10000), func(_ context.Context, i int) (int, error) {
			calls++
			if i == 6000 {
				cancel(errWhy)
			}
			return 0, nil
		})
		assert.Nil(t, values)
		assert.Equal(t, 6001, calls)
		assert.ErrorIs(t, err, errWhy)
		assert.ErrorIs(t, err, context.Canceled)
	})
}

// Rule 5, G-08: if it ends during the last one, everything has been done.
func TestMapDeliversInSpiteOfCancellation(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	values, err := taskgroup.Map(ctx, 1, upTo(10), func(_ context.Context, i int) (int, error) {
		if i == 9 {
			cancel()
		}
		return i, nil
	})
	assert.NoError(t, err)
	assert.Equal(t, upTo(10), values)
}

// The number of allocations depends neither on that of items nor, for functions
// that do not wait, on the limit.
func TestMapAllocations(t *testing.T) {
	if testkit.Race {
		t.Skip("the race detector allocates on its own")
	}
	items := upTo(10)
	fn := func(_ context.Context, i int) (int, error) { return i, nil }
	assert.Equal(t, 6, allocations(func() { _, _ = taskgroup.Map(context.Background(), 3, items, fn) }))
	assert.Equal(t, 6, allocations(func() { _, _ = taskgroup.Map(context.Background(), taskgroup.NoLimit, items, fn) }))
	many := upTo(100000)
	assert.LessOrEqual(t, allocations(func() { _, _ = taskgroup.Map(context.Background(), 4, many, fn) }), 6+4, "a window each")
}
