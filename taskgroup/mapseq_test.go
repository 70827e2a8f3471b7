package taskgroup_test

import (
	"context"
	"errors"
	"iter"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/taskgroup"
)

type mapSeq = func(ctx context.Context, limit int, items iter.Seq[int], fn func(context.Context, int) (int, error)) iter.Seq2[int, error]

var mapSeqs = map[string]mapSeq{
	"MapSeq":       taskgroup.MapSeq[int, int],
	"MapUnordered": taskgroup.MapUnordered[int, int],
}

// collect takes all pairs.
func collect(pairs iter.Seq2[int, error]) (values []int, err error) {
	for v, e := range pairs {
		if e != nil {
			err = errors.Join(err, e)
			values = append(values, -1)
			continue
		}
		values = append(values, v)
	}
	return values, err
}

// MapSeq yields in order of the input, MapUnordered in order of the calls'
// ends.
func TestMapSeqOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, m := range mapSeqs {
			t.Log(name)
			values, err := collect(m(t.Context(), 5, slices.Values(upTo(5)), func(_ context.Context, i int) (int, error) {
				time.Sleep(time.Duration(5-i) * ms)
				return i, nil
			}))
			assert.NoError(t, err)
			if name == "MapSeq" {
				assert.Equal(t, []int{0, 1, 2, 3, 4}, values)
			} else {
				assert.Equal(t, []int{4, 3, 2, 1, 0}, values)
			}
		}
	})
}

// at most limit items are taken and not yet yielded, and so many are, even
// while the loop's body is busy; the input may have no end.
func TestMapSeqLooksAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, m := range mapSeqs {
			t.Log(name)
			for limit := 1; limit < 5; limit++ {
				var held atomic.Int32 // taken and not yielded
				endless := func(yield func(int) bool) {
					for i := 0; ; i++ {
						// The loop may be about to count out the one that it is handed.
						assert.LessOrEqual(t, int(held.Add(1)), limit+1)
						if !yield(i) {
							return
						}
					}
				}
				yielded := 0
				for _, err := range m(t.Context(), limit, endless, echoItem) {
					assert.NoError(t, err)
					held.Add(-1)
					synctest.Wait()
					assert.EqualValues(t, limit, held.Load())
					if yielded++; yielded == 10 {
						break
					}
				}
				assert.EqualValues(t, limit, held.Load())
			}
		}
	})
}

// The first failure is the last pair, at its place: what comes before it is
// yielded, what comes after is not, and the input is pulled no more.
func TestMapSeqFailureAtItsPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		taken := 0
		items := func(yield func(int) bool) {
			for taken < 100 {
				taken++
				if !yield(taken - 1) {
					return
				}
			}
		}
		errs := []error{nil, nil, errors.New("a"), errors.New("b")}
		same := []error{nil, nil, errOwn, errOwn}
		for _, errs := range [][]error{errs, same} {
			taken = 0
			values, err := collect(taskgroup.MapSeq(t.Context(), 4, items, func(_ context.Context, i int) (int, error) {
				time.Sleep(time.Duration(10-i) * ms)
				return i, errs[i]
			}))
			assert.Equal(t, []int{0, 1, -1}, values)
			assert.Equal(t, 4, taken)
			var te *taskgroup.TaskError
			require.ErrorAs(t, err, &te)
			assert.Equal(t, &taskgroup.TaskError{Index: 2, Err: errs[2]}, public(te), "of 2 and 3 the first in order, though 3 failed first")
		}
	})
}

// A failure cancels those before it, too. What has no value because of that does
// not keep the failure from the loop.
func TestMapSeqFailureCancelsEarlierItems(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		values, err := collect(taskgroup.MapSeq(t.Context(), 4, slices.Values(upTo(4)), func(ctx context.Context, i int) (int, error) {
			switch i {
			case 0:
				<-ctx.Done() // in spite of which it succeeds
				assertCause(ctx, t, errOwn)
				return i, nil
			case 2:
				time.Sleep(ms)
				return 0, errOwn
			}
			return i, taskgroup.Sleep(ctx, time.Hour)
		}))
		assert.Equal(t, []int{0, -1}, values)
		assert.Equal(t, ms, time.Since(begun))
		var te *taskgroup.TaskError
		require.ErrorAs(t, err, &te)
		assert.Equal(t, &taskgroup.TaskError{Index: 2, Err: errOwn}, public(te))
		assert.NotErrorIs(t, err, context.Canceled)
	})
}

// MapUnordered: what has ended before the failure is yielded, then that.
func TestMapUnorderedFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		takes := []time.Duration{4 * ms, 2 * ms, ms, 3 * ms}
		values, err := collect(taskgroup.MapUnordered(t.Context(), 4, slices.Values(upTo(4)), func(_ context.Context, i int) (int, error) {
			time.Sleep(takes[i])
			if i == 1 {
				return 0, errOwn
			}
			return i, nil
		}))
		assert.Equal(t, []int{2, -1}, values)
		var te *taskgroup.TaskError
		require.ErrorAs(t, err, &te)
		assert.Equal(t, &taskgroup.TaskError{Index: 1, Err: errOwn}, public(te))
	})
}

// The end of ctx is the last pair in the same way: rule 4's error, after what
// has ended in order, and no TaskError.
func TestMapSeqContextEnds(t *testing.T) {
	errWhy := errors.New("why")
	synctest.Test(t, func(t *testing.T) {
		for name, m := range mapSeqs {
			t.Log(name)
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(10*ms, func() { cancel(errWhy) })
			values, err := collect(m(ctx, 4, slices.Values(upTo(100)), func(ctx context.Context, i int) (int, error) {
				switch {
				case i < 4:
					return i, nil
				case i == 5:
					return i, taskgroup.Sleep(ctx, time.Hour)
				}
				<-ctx.Done()
				time.Sleep(ms) // the one that is canceled ends before
				return i, nil
			}))
			if name == "MapSeq" {
				assert.Equal(t, []int{0, 1, 2, 3, 4, -1}, values)
			} else {
				assert.Equal(t, -1, values[len(values)-1])
				slices.Sort(values)
				assert.Equal(t, []int{-1, 0, 1, 2, 3, 4, 6, 7}, values)
			}
			assert.ErrorIs(t, err, errWhy)
			assert.ErrorIs(t, err, context.Canceled)
			var te *taskgroup.TaskError
			assert.NotErrorAs(t, err, &te)
		}
	})
}

// Of a failure and the end of ctx, the one that came first is why an item has no
// value.
func TestMapSeqFailureAndContextsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, early := range []bool{true, false} {
			ctx, cancel := context.WithCancel(t.Context())
			if early {
				time.AfterFunc(ms, cancel)
			} else {
				time.AfterFunc(3*ms, cancel)
			}
			values, err := collect(taskgroup.MapSeq(ctx, 2, slices.Values(upTo(2)), func(ctx context.Context, i int) (int, error) {
				if i == 0 {
					<-ctx.Done()
					time.Sleep(4 * ms)
					return 0, ctx.Err()
				}
				time.Sleep(2 * ms)
				return 0, errOwn
			}))
			assert.Equal(t, []int{-1}, values)
			var te *taskgroup.TaskError
			if early {
				assert.ErrorIs(t, err, context.Canceled)
				assert.NotErrorAs(t, err, &te)
			} else if assert.ErrorAs(t, err, &te) {
				assert.Equal(t, &taskgroup.TaskError{Index: 1, Err: errOwn}, public(te))
			}
			cancel()
		}
	})
}

// If ctx is done already, its error is the only pair.
func TestMapSeqDoneContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, m := range mapSeqs {
			t.Log(name)
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			values, err := collect(m(ctx, 4, slices.Values(upTo(3)), echoItem))
			assert.Equal(t, []int{-1}, values)
			assert.ErrorIs(t, err, context.Canceled)
		}
	})
}

func echoItem(_ context.Context, i int) (int, error) { return i, nil }

// Rule 8, P-40: a panic in the input is raised in the loop, and Goexit there is
// a failure in the place of the item that was to be pulled. Both cancel the
// calls.
func TestMapSeqInputDoesNotReturn(t *testing.T) {
	log := testkit.CaptureLog(t)
	synctest.Test(t, func(t *testing.T) {
		for name, m := range mapSeqs {
			t.Log(name)
			var cause note
			items := func(body func()) iter.Seq[int] {
				return func(yield func(int) bool) {
					yield(0)
					yield(1)
					time.Sleep(ms)
					body()
				}
			}
			fn := func(ctx context.Context, i int) (int, error) {
				if i == 0 {
					return 0, nil
				}
				return untilCancelled(&cause, 5*ms)(ctx)
			}
			var values []int
			before := log.String()
			pe := ownPanic(t, func() {
				for v, err := range m(t.Context(), 5, items(func() { panicking(errOwn) }), fn) {
					assert.NoError(t, err)
					values = append(values, v)
				}
			})
			require.NotNil(t, pe)
			assert.Equal(t, errOwn, pe.Value)
			assert.Equal(t, name+" input", pe.Task.Name)
			assert.Contains(t, string(pe.Stack), "taskgroup_test.panicking")
			assert.Equal(t, []int{0}, values)
			assert.ErrorIs(t, cause.get(), pe.Value.(error))
			assert.Equal(t, 1, strings.Count(strings.TrimPrefix(log.String(), before), "level=ERROR"))

			for what, exit := range ownExits {
				if what == "Goexit, which panics" {
					continue
				}
				values, err := collect(m(t.Context(), 5, items(exit), fn))
				assert.Equal(t, []int{0, -1}, values)
				assert.ErrorIs(t, err, taskgroup.ErrGoexit, what)
				assert.ErrorIs(t, cause.get(), taskgroup.ErrGoexit, what)
				var te *taskgroup.TaskError
				require.ErrorAs(t, err, &te)
				assert.Equal(t, &taskgroup.TaskError{Index: 2, Name: "input", Err: taskgroup.ErrGoexit}, public(te), what)

				all := func(context.Context, int) (int, error) { return 0, nil }
				values, err = collect(m(t.Context(), 5, items(exit), all))
				assert.Equal(t, []int{0, 0, -1}, values, "all that it had yielded has a value")
				require.ErrorAs(t, err, &te)
				assert.Equal(t, 2, te.Index, what)
			}
		}
	})
}

// P-44: Goexit in an ordered stage leaves what comes before it in order.
func TestMapSeqGoexit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		values, err := collect(taskgroup.MapSeq(t.Context(), 3, slices.Values(upTo(100)), func(_ context.Context, i int) (int, error) {
			if i == 50 {
				runtime.Goexit()
			}
			return i, nil
		}))
		assert.Equal(t, append(upTo(50), -1), values)
		var te *taskgroup.TaskError
		require.ErrorAs(t, err, &te)
		assert.Equal(t, &taskgroup.TaskError{Index: 50, Err: taskgroup.ErrGoexit}, public(te))
	})
}

// A panic in a function is raised at the loop's next step.
func TestMapSeqPanic(t *testing.T) {
	testkit.CaptureLog(t)
	synctest.Test(t, func(t *testing.T) {
		for name, m := range mapSeqs {
			t.Log(name)
			var values []int
			pe := ownPanic(t, func() {
				for v, err := range m(t.Context(), 3, slices.Values(upTo(9)), func(_ context.Context, i int) (int, error) {
					switch i {
					case 1:
						time.Sleep(2 * ms) // or else MapUnordered may yield it before 0
					case 2:
						time.Sleep(ms)
						panic(errOwn)
					}
					return i, nil
				}) {
					assert.NoError(t, err)
					values = append(values, v)
					time.Sleep(2 * ms)
				}
			})
			require.NotNil(t, pe)
			assert.Equal(t, errOwn, pe.Value)
			assert.Equal(t, name+"[2]", pe.Task.Name)
			assert.Equal(t, []int{0}, values)
		}
	})
}

// P-50, rule 1: leaving the loop in any way cancels the calls, the input is
// pulled no more, both are joined, and it passes on unchanged.
func TestMapSeqLeavingTheLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, m := range mapSeqs {
			t.Log(name)
			var cause note
			var over bool
			items := func(yield func(int) bool) {
				defer func() { over = true }()
				for i := 0; yield(i); i++ {
					continue
				}
				time.Sleep(10 * ms)
			}
			seq := m(t.Context(), 3, items, func(ctx context.Context, i int) (int, error) {
				if i == 0 {
					return 0, nil
				}
				return untilCancelled(&cause, 5*ms)(ctx)
			})
			leaves := func(leave func()) {
				cause.set(nil)
				over = false
				begun := time.Now()
				defer func() {
					assert.Equal(t, context.Canceled, cause.get())
					assert.Equal(t, 11*ms, time.Since(begun), "joined")
					assert.True(t, over)
				}()
				leave()
			}
			leaves(func() {
				for _, err := range seq {
					assert.NoError(t, err)
					time.Sleep(ms)
					break
				}
			})
			assertPassesThrough(t, func(body func()) {
				leaves(func() {
					for _, err := range seq {
						assert.NoError(t, err)
						time.Sleep(ms)
						body()
					}
				})
			})
			next, stop := iter.Pull2(seq)
			leaves(func() {
				v, err, ok := next()
				assert.True(t, ok)
				assert.NoError(t, err)
				assert.Zero(t, v)
				time.Sleep(ms)
				stop()
			})
		}
	})
}

// A panic in the loop's body is not replaced by one in a function.
func TestMapSeqTwoPanics(t *testing.T) {
	testkit.CaptureLog(t)
	synctest.Test(t, func(t *testing.T) {
		for name, m := range mapSeqs {
			t.Log(name)
			assert.PanicsWithValue(t, "body", func() {
				for _, err := range m(t.Context(), 2, slices.Values(upTo(2)), func(ctx context.Context, i int) (int, error) {
					if i == 1 {
						<-ctx.Done()
						panic("function")
					}
					return 0, nil
				}) {
					assert.NoError(t, err)
					panic("body")
				}
			})
		}
	})
}

// An item that the input yields after the loop has been left gets its call.
func TestMapSeqDropsNoItem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, m := range mapSeqs {
			t.Log(name)
			var called []int
			for _, err := range m(t.Context(), 2, func(yield func(int) bool) {
				assert.True(t, yield(0))
				time.Sleep(5 * ms)
				assert.False(t, yield(1))
			}, func(ctx context.Context, i int) (int, error) {
				called = append(called, i)
				assert.Equal(t, i == 1, ctx.Err() != nil)
				return i, nil
			}) {
				assert.NoError(t, err)
				synctest.Wait() // until the input sleeps: before, yield(0) may return false
				break
			}
			assert.Equal(t, []int{0, 1}, called)
		}
	})
}

// Each loop begins anew.
func TestMapSeqBeginsAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, m := range mapSeqs {
			t.Log(name)
			seq := m(t.Context(), 2, slices.Values(upTo(3)), echoItem)
			n := 0
			for _, err := range seq {
				assert.NoError(t, err)
				for _, err := range seq {
					assert.NoError(t, err)
					n++
				}
			}
			assert.Equal(t, 9, n)
		}
	})
}

// The body may do what the input waits for.
func TestMapSeqBodyFeedsTheInput(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, m := range mapSeqs {
			t.Log(name)
			queue := make(chan int, 1)
			queue <- 0
			n := 0
			for v, err := range m(t.Context(), 3, func(yield func(int) bool) {
				for v := range queue {
					if !yield(v) {
						return
					}
				}
			}, echoItem) {
				assert.NoError(t, err)
				if n++; n == 5 {
					close(queue)
				} else {
					queue <- v + 1
				}
			}
			assert.Equal(t, 5, n)
		}
	})
}

// Also on a failure, which the loop gets while the input still blocks.
func TestMapSeqFailureWhileTheInputBlocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, m := range mapSeqs {
			t.Log(name)
			queue := make(chan int, 1)
			queue <- 0
			values, err := []int{}, error(nil)
			for _, e := range m(t.Context(), 3, func(yield func(int) bool) {
				for v := range queue {
					if !yield(v) {
						return
					}
				}
			}, func(context.Context, int) (int, error) { return 0, errOwn }) {
				err = e
				close(queue)
			}
			assert.ErrorIs(t, err, errOwn)
			assert.Empty(t, values)
		}
	})
}

// P-50: under stress, in order, complete, never yielded to after the end.
func TestMapSeqStress(t *testing.T) {
	for name, m := range mapSeqs {
		for _, limit := range []int{1, 2, 5, 50} {
			for _, end := range []int{0, 1, 100, 5000} {
				values := make([]int, 0, end)
				for v, err := range m(t.Context(), limit, slices.Values(upTo(2000)), func(_ context.Context, i int) (int, error) {
					if i%3 == 0 {
						runtime.Gosched()
					}
					return i, nil
				}) {
					assert.NoError(t, err)
					if len(values) == end {
						break
					}
					values = append(values, v)
				}
				if name == "MapUnordered" {
					slices.Sort(values)
					assert.Len(t, slices.Compact(values), min(end, 2000))
				} else {
					assert.Equal(t, upTo(min(end, 2000)), values)
				}
			}
		}
	}
}
