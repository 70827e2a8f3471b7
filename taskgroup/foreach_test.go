package taskgroup_test

import (
	"context"
	"errors"
	"iter"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/taskgroup"
)

// flowCall is one of the calls that ask an input for items, in the shape that
// they have in common. It answers the error that the call ends with.
type flowCall struct {
	name string
	call func(ctx context.Context, limit int, items iter.Seq[int], fn func(context.Context, int) error) error
	seq  bool // a loop takes results
}

// flowCalls are all of them.
var flowCalls = []flowCall{
	{"ForEach", taskgroup.ForEach[int], false},
	{"Consume", func(ctx context.Context, limit int, items iter.Seq[int], fn func(context.Context, int) error) error {
		return taskgroup.Consume(ctx, limit, func(context.Context) iter.Seq[int] { return items }, fn)
	}, false},
	{"MapSeq", func(ctx context.Context, limit int, items iter.Seq[int], fn func(context.Context, int) error) error {
		return pairErrors(taskgroup.MapSeq(ctx, limit, items, withItem(fn)))
	}, true},
	{"MapUnordered", func(ctx context.Context, limit int, items iter.Seq[int], fn func(context.Context, int) error) error {
		return pairErrors(taskgroup.MapUnordered(ctx, limit, items, withItem(fn)))
	}, true},
}

// withItem makes fn a function that returns its item.
func withItem(fn func(context.Context, int) error) func(context.Context, int) (int, error) {
	return func(ctx context.Context, i int) (int, error) { return i, fn(ctx, i) }
}

// Every item gets its call, at most limit at once; and the input is pulled only
// when an item can be handed on at once, so that the time is that of list
// scheduling, and no item is held back.
func TestFlowLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range flowCalls {
			t.Log(c.name)
			for limit := 1; limit < 6; limit++ {
				const n = 24
				var mu sync.Mutex
				running, most, calls := 0, 0, 0
				items := func(yield func(int) bool) {
					for i := range n {
						mu.Lock()
						assert.Less(t, running, limit, "asked when an item can be handed on")
						mu.Unlock()
						if !yield(i) {
							return
						}
					}
				}
				begun := time.Now()
				err := c.call(t.Context(), limit, items, func(context.Context, int) error {
					mu.Lock()
					running++
					calls++
					most = max(most, running)
					mu.Unlock()
					time.Sleep(ms)
					mu.Lock()
					running--
					mu.Unlock()
					return nil
				})
				assert.NoError(t, err)
				assert.Equal(t, n, calls)
				assert.Equal(t, limit, most)
				assert.Equal(t, time.Duration((n+limit-1)/limit)*ms, time.Since(begun))
			}
		}
	})
}

// A huge limit costs nothing.
func TestFlowHugeLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range flowCalls {
			t.Log(c.name)
			var all sync.WaitGroup
			all.Add(100)
			err := c.call(t.Context(), 1<<30, slices.Values(upTo(100)), func(context.Context, int) error {
				all.Done()
				all.Wait()
				return nil
			})
			assert.NoError(t, err)
		}
	})
}

// P-9, rule 9: misuse, found before anything is called; where there is a loop,
// before it.
func TestFlowMisuse(t *testing.T) {
	fn := func(context.Context, int) error { return nil }
	result := withItem(fn)
	items := slices.Values(upTo(1))
	source := func(context.Context) iter.Seq[int] { return items }
	ctx := t.Context()
	for _, limit := range []int{0, -1} {
		assertMisuse(t, func() { _ = taskgroup.ForEach(ctx, limit, items, fn) })
		assertMisuse(t, func() { _ = taskgroup.Consume(ctx, limit, source, fn) })
		assertMisuse(t, func() { taskgroup.MapSeq(ctx, limit, items, result) })
		assertMisuse(t, func() { taskgroup.MapUnordered(ctx, limit, items, result) })
	}
	assertMisuse(t, func() { _ = taskgroup.ForEach(ctx, 1, items, nil) })
	assertMisuse(t, func() { _ = taskgroup.Consume(ctx, 1, source, nil) })
	assertMisuse(t, func() { taskgroup.MapSeq[int, int](ctx, 1, items, nil) })
	assertMisuse(t, func() { taskgroup.MapUnordered[int, int](ctx, 1, items, nil) })
	assertMisuse(t, func() { _ = taskgroup.ForEach(ctx, 1, nil, fn) })
	assertMisuse(t, func() { _ = taskgroup.Consume(ctx, 1, nil, fn) })
	assertMisuse(t, func() { _ = taskgroup.Consume(ctx, 1, func(context.Context) iter.Seq[int] { return nil }, fn) })
	assertMisuse(t, func() { taskgroup.MapSeq(ctx, 1, nil, result) })
	assertMisuse(t, func() { taskgroup.MapUnordered(ctx, 1, nil, result) })
}

// Rule 2: if ctx is done already, neither the input nor the function is called.
func TestFlowDoneContext(t *testing.T) {
	errWhy := errors.New("why")
	synctest.Test(t, func(t *testing.T) {
		for _, c := range flowCalls {
			t.Log(c.name)
			ctx, cancel := context.WithCancelCause(t.Context())
			cancel(errWhy)
			err := c.call(ctx, 1, func(func(int) bool) { assert.Fail(t, "asked") }, func(context.Context, int) error {
				assert.Fail(t, "called")
				return nil
			})
			assert.ErrorIs(t, err, errWhy)
			assert.ErrorIs(t, err, context.Canceled)
		}
	})
}

// An item that the input yields after the end of ctx gets its call all the same,
// with a context that is done; then the input is pulled no more, and the error is
// that of ctx, though all calls return nil.
func TestFlowDropsNoItem(t *testing.T) {
	errWhy := errors.New("why")
	synctest.Test(t, func(t *testing.T) {
		for _, c := range flowCalls {
			t.Log(c.name)
			ctx, cancel := context.WithCancelCause(t.Context())
			taken := 0
			items := func(yield func(int) bool) {
				for i := 0; ; i++ {
					if i == 2 {
						cancel(errWhy)
						time.Sleep(5 * ms) // an input that blocks delays the end
					}
					taken++
					if !yield(i) {
						return
					}
				}
			}
			var mu sync.Mutex
			ended := map[int]bool{}
			begun := time.Now()
			err := c.call(ctx, 5, items, func(ctx context.Context, i int) error {
				mu.Lock()
				defer mu.Unlock()
				ended[i] = ctx.Err() != nil
				return nil
			})
			assert.Equal(t, 3, taken)
			assert.Equal(t, map[int]bool{0: ended[0], 1: ended[1], 2: true}, ended)
			assert.Equal(t, 5*ms, time.Since(begun))
			assert.ErrorIs(t, err, errWhy)
			assert.ErrorIs(t, err, context.Canceled)
		}
	})
}

// The same after a failure.
func TestFlowDropsNoItemAfterAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range flowCalls {
			t.Log(c.name)
			items := func(yield func(int) bool) {
				_ = yield(0) && func() bool { time.Sleep(5 * ms); return yield(1) }() && yield(2)
			}
			var called []int
			err := c.call(t.Context(), 2, items, func(ctx context.Context, i int) error {
				called = append(called, i)
				if i == 1 {
					assertCause(ctx, t, errOwn)
				}
				time.Sleep(ms) // until the input is at work again
				return errOwn
			})
			assert.ErrorIs(t, err, errOwn)
			assert.Equal(t, []int{0, 1}, called)
		}
	})
}

// If ctx is done when the input ends, that is the error: nothing says whether it
// was its real end. If it ends later and all calls return nil, it is not.
func TestFlowContextAtTheInputsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range flowCalls {
			t.Log(c.name)
			for _, early := range []bool{true, false} {
				ctx, cancel := context.WithCancel(t.Context())
				if !early {
					time.AfterFunc(ms, cancel)
				}
				err := c.call(ctx, 2, func(yield func(int) bool) {
					yield(0)
					if early {
						cancel()
					}
				}, func(context.Context, int) error { time.Sleep(2 * ms); return nil })
				if early {
					assert.ErrorIs(t, err, context.Canceled)
				} else {
					assert.NoError(t, err)
				}
				cancel()
			}
		}
	})
}

// Rule 8: a panic in the input passes through ForEach and Consume unchanged,
// and so does Goexit, when the calls have been canceled and joined.
func TestForEachInputPassesThrough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range flowCalls {
			t.Log(c.name)
			if c.seq {
				return
			}
			assertPassesThrough(t, func(body func()) {
				var cause note
				begun := time.Now()
				defer func() {
					assert.Equal(t, context.Canceled, cause.get())
					assert.Equal(t, 6*ms, time.Since(begun))
				}()
				_ = c.call(t.Context(), 3, func(yield func(int) bool) {
					yield(0)
					time.Sleep(ms)
					body()
				}, func(ctx context.Context, _ int) error {
					_, err := untilCancelled(&cause, 5*ms)(ctx)
					return err
				})
			})
			assertPassesThrough(t, func(body func()) { // and in what follows the last item
				_ = c.call(t.Context(), 3, func(yield func(int) bool) {
					assert.False(t, yield(0) && yield(1) && yield(2) && yield(3))
					body()
				}, func(context.Context, int) error { return errOwn })
			})
		}
	})
}

// ForEach and Consume ask in the caller's goroutine, the others in one of their
// own; no function is called in either.
func TestFlowGoroutines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range flowCalls {
			t.Log(c.name)
			caller, asked := ownGoroutine(), ""
			err := c.call(t.Context(), 2, func(yield func(int) bool) {
				asked = ownGoroutine()
				for i := range 10 {
					yield(i)
					assert.Equal(t, asked, ownGoroutine())
				}
			}, func(context.Context, int) error {
				assert.NotContains(t, []string{caller, asked}, ownGoroutine())
				return nil
			})
			assert.NoError(t, err)
			assert.Equal(t, c.seq, asked != caller)
		}
	})
}

// Each item gets one call, whatever they do, on any number of cores.
func TestFlowConserves(t *testing.T) {
	testkit.CaptureLog(t)
	const n = 3000
	for _, c := range flowCalls {
		t.Run(c.name, func(t *testing.T) {
			for _, limit := range []int{1, 2, 7, 100} {
				var running, most, calls atomic.Int32
				err := c.call(t.Context(), limit, slices.Values(upTo(n)), func(_ context.Context, i int) error {
					calls.Add(1)
					now := running.Add(1)
					for m := most.Load(); m < now && !most.CompareAndSwap(m, now); m = most.Load() {
						continue
					}
					if i%10 == 0 {
						runtime.Gosched()
					}
					running.Add(-1)
					return nil
				})
				assert.NoError(t, err)
				assert.EqualValues(t, n, calls.Load())
				assert.LessOrEqual(t, int(most.Load()), limit)
			}
		})
	}
}

// G-03: every failure is kept, with the item's index; the first in time first.
func TestForEachKeepsEveryFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		err := taskgroup.ForEach(t.Context(), 4, slices.Values(upTo(10)), func(_ context.Context, i int) error {
			time.Sleep(time.Duration(4-i) * ms)
			return errors.New(string(rune('a' + i)))
		})
		assert.Equal(t, &taskgroup.GroupError{Errors: []*taskgroup.TaskError{
			{Index: 3, Err: errors.New("d")}, {Index: 0, Err: errors.New("a")}, {Index: 1, Err: errors.New("b")}, {Index: 2, Err: errors.New("c")},
		}}, public(err))
	})
}

// Of nothing.
func TestFlowOfNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range flowCalls {
			t.Log(c.name)
			assert.NoError(t, c.call(t.Context(), 1, slices.Values([]int{}), succeed))
		}
	})
}

func succeed(context.Context, int) error { return nil }

// P-20, rule 11: memory and goroutines are bounded by the limit, however long
// the input is.
func TestFlowIsLazy(t *testing.T) {
	for _, c := range flowCalls {
		t.Run(c.name, func(t *testing.T) {
			most := 0
			goroutines := runtime.NumGoroutine()
			n := 0
			var before int64
			err := c.call(t.Context(), 3, func(yield func(int) bool) {
				for n = range 20000 {
					if n == 1000 {
						before = testkit.HeapInUse()
					}
					if n%2000 == 0 {
						most = max(most, runtime.NumGoroutine()-goroutines)
					}
					if n == 19000 && !c.seq {
						assert.Less(t, testkit.HeapInUse()-before, int64(1<<20))
					}
					if !yield(n) {
						return
					}
				}
			}, succeed)
			assert.NoError(t, err)
			assert.LessOrEqual(t, most, 3+1+2, "the workers, one that comes, the input, and one that goes")
		})
	}
}

// Rule 12: the end of a call happens before the one that gets its place. For the
// race detector.
func TestFlowHappensBefore(t *testing.T) {
	for _, c := range flowCalls {
		shared, asked := 0, 0
		err := c.call(t.Context(), 1, func(yield func(int) bool) {
			for i := range 100 {
				asked = i
				if !yield(i) {
					return
				}
			}
		}, func(_ context.Context, i int) error {
			assert.Equal(t, asked, i)
			shared++
			return nil
		})
		require.NoError(t, err)
		assert.Equal(t, 100, shared)
	}
}

// The source is called once, in the caller's goroutine, and its context ends at
// the first failure, so that an input that waits ends.
func TestConsumeEndsItsSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		caller := ownGoroutine()
		queue := make(chan int, 10)
		source := func(ctx context.Context) iter.Seq[int] {
			assert.Equal(t, caller, ownGoroutine())
			return func(yield func(int) bool) {
				for {
					select {
					case i := <-queue:
						if !yield(i) {
							return
						}
					case <-ctx.Done():
						return
					}
				}
			}
		}
		queue <- 1
		begun := time.Now()
		err := taskgroup.Consume(t.Context(), 3, source, func(context.Context, int) error { time.Sleep(ms); return errOwn })
		assert.Equal(t, &taskgroup.GroupError{Errors: []*taskgroup.TaskError{{Index: 0, Err: errOwn}}}, public(err))
		assert.Equal(t, ms, time.Since(begun))

		errWhy := errors.New("why")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(ms, func() { cancel(errWhy) })
		queue <- 2
		var why func() error
		err = taskgroup.Consume(ctx, 3, func(ctx context.Context) iter.Seq[int] {
			why = func() error { return context.Cause(ctx) }
			return source(ctx)
		}, succeed)
		assert.ErrorIs(t, err, errWhy)
		assert.Equal(t, errWhy, why())

		err = taskgroup.Consume(t.Context(), 3, func(ctx context.Context) iter.Seq[int] {
			why = ctx.Err
			return slices.Values(upTo(3))
		}, succeed)
		assert.NoError(t, err)
		assert.ErrorIs(t, why(), context.Canceled, "it ends with the call")

		ctx, cancel = context.WithCancelCause(t.Context())
		cancel(errWhy)
		err = taskgroup.Consume(ctx, 3, func(context.Context) iter.Seq[int] { assert.Fail(t, "called"); return nil }, succeed)
		assert.ErrorIs(t, err, errWhy)
	})
}

// Rule 8: a panic in the source passes through.
func TestConsumeSourcePassesThrough(t *testing.T) {
	assertPassesThrough(t, func(body func()) {
		_ = taskgroup.Consume(t.Context(), 1, func(context.Context) iter.Seq[int] { body(); return nil }, succeed)
	})
}
