package taskgroup_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/taskgroup"
)

// in order of completion, each with its index; a failure ends
// nothing.
func TestAsCompleted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		var at []time.Duration
		var results []taskgroup.Result[int]
		for r := range taskgroup.AsCompleted(t.Context(), after(3*ms, 10, nil), after(ms, 11, errOwn), after(2*ms, 12, nil)) {
			at = append(at, time.Since(begun))
			results = append(results, r)
		}
		assert.Equal(t, []time.Duration{ms, 2 * ms, 3 * ms}, at)
		assert.Equal(t, []taskgroup.Result[int]{{Index: 1, Value: 11, Err: errOwn}, {Index: 2, Value: 12}, {Index: 0, Value: 10}}, results)
	})
}

// of no functions there are no pairs.
func TestAsCompletedOfNothing(t *testing.T) {
	for range taskgroup.AsCompleted[int](t.Context()) {
		assert.Fail(t, "yielded")
	}
}

// Nothing begins before the loop, and each loop begins anew.
func TestAsCompletedBeginsAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		seq := taskgroup.AsCompleted(t.Context(), func(context.Context) (int, error) { calls++; return calls, nil })
		synctest.Wait()
		assert.Zero(t, calls)
		for i := range 3 {
			for r := range seq {
				assert.Equal(t, i+1, r.Value)
				if i == 1 {
					break
				}
			}
		}
		for r := range seq { // one within the other
			for inner := range seq {
				assert.Equal(t, r.Value+1, inner.Value)
			}
		}
	})
}

// The arguments are the ones at the call.
func TestAsCompletedKeepsItsArguments(t *testing.T) {
	fns := []ownFunc{ownNothing}
	seq := taskgroup.AsCompleted(t.Context(), fns...)
	fns[0] = nil
	assert.Len(t, slices.Collect(seq), 1)
}

// A-07, P-50: leaving the loop in any way cancels the others and joins them, and
// passes on unchanged.
func TestAsCompletedLeavingTheLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var cause note
		seq := taskgroup.AsCompleted(t.Context(), after(ms, 1, nil), untilCancelled(&cause, 5*ms), after(2*ms, 2, nil))
		leaves := func(leave func()) {
			cause.set(nil)
			begun := time.Now()
			defer func() {
				assert.Equal(t, context.Canceled, cause.get())
				assert.Equal(t, 6*ms, time.Since(begun), "joined")
			}()
			leave()
		}
		leaves(func() {
			for range seq {
				break
			}
		})
		func() {
			leaves(func() {
				for range seq {
					return
				}
			})
		}()
		assertPassesThrough(t, func(body func()) {
			leaves(func() {
				for range seq {
					body()
				}
			})
		})
		next, stop := iter.Pull(seq)
		leaves(func() {
			r, ok := next()
			assert.True(t, ok)
			assert.Equal(t, 1, r.Value)
			stop()
		})
	})
}

// rules 2 and 7: what has ended is yielded, then what ends, and last
// what was not called, with the error of ctx.
func TestAsCompletedWhenTheContextEnds(t *testing.T) {
	errWhy := errors.New("why")
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errWhy)
		indexes := 0
		for r := range taskgroup.AsCompleted(ctx, ownNothing, ownNothing) {
			assert.Equal(t, indexes, r.Index)
			assert.ErrorIs(t, r.Err, errWhy)
			assert.ErrorIs(t, r.Err, context.Canceled)
			indexes++
		}
		assert.Equal(t, 2, indexes)
	})
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		defer cancel(nil)
		var results []taskgroup.Result[int]
		begun := time.Now()
		var at []time.Duration
		for r := range taskgroup.AsCompleted(ctx, after(2*ms, 1, nil), after(ms, 2, nil), untilCancelled(new(note), 5*ms), after(4*ms, 3, nil)) {
			if r.Index == 1 {
				time.Sleep(2 * ms)
				cancel(errWhy)
			}
			results = append(results, r)
			at = append(at, time.Since(begun))
		}
		assert.Equal(t, []taskgroup.Result[int]{{Index: 1, Value: 2}, {Index: 0, Value: 1}, {Index: 3, Value: 3}, {Index: 2, Err: context.Canceled}}, results)
		assert.Equal(t, []time.Duration{3 * ms, 3 * ms, 4 * ms, 8 * ms}, at)
	})
}

// The first function ends ctx before the others begin.
func TestAsCompletedNotCalled(t *testing.T) {
	for range 100 {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		calls := make([]bool, 20)
		fns := make([]ownFunc, len(calls))
		for i := range fns {
			fns[i] = func(context.Context) (int, error) { calls[i] = true; cancel(); return i, nil }
		}
		seen := make([]bool, len(fns))
		for r := range taskgroup.AsCompleted(ctx, fns...) {
			assert.False(t, seen[r.Index])
			seen[r.Index] = true
			if calls[r.Index] {
				assert.NoError(t, r.Err)
			} else {
				assert.ErrorIs(t, r.Err, context.Canceled)
			}
		}
		assert.NotContains(t, seen, false)
	}
}

// A panic is raised at the loop's next step, also if there are results, and also
// if that step is to leave.
func TestAsCompletedPanic(t *testing.T) {
	testkit.CaptureLog(t)
	for _, leave := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			steps := 0
			pe := ownPanic(t, func() {
				for range taskgroup.AsCompleted(t.Context(), after(ms, 1, nil), after(2*ms, 2, nil), func(context.Context) (int, error) {
					time.Sleep(2 * ms)
					panic(errOwn)
				}) {
					steps++
					time.Sleep(2 * ms)
					if leave {
						break
					}
				}
			})
			assert.Equal(t, errOwn, pe.Value)
			assert.Equal(t, 1, steps)
		})
	}
}

// Rule 8: also one that comes only because the loop was left.
func TestLeavingALoopRaisesPanics(t *testing.T) {
	testkit.CaptureLog(t)
	synctest.Test(t, func(t *testing.T) {
		panics := func(ctx context.Context) (int, error) { <-ctx.Done(); panic(errOwn) }
		fns := []ownFunc{ownNothing, panics}
		for name, leave := range map[string]func(){
			"AsCompleted": func() {
				for range taskgroup.AsCompleted(t.Context(), fns...) {
					break
				}
			},
			"MapSeq": func() {
				for _, err := range taskgroup.MapSeq(t.Context(), 3, slices.Values(fns), callItem) {
					assert.NoError(t, err)
					synctest.Wait() // the other one runs
					break
				}
			},
			"MapUnordered": func() {
				for _, err := range taskgroup.MapUnordered(t.Context(), 3, slices.Values(fns), callItem) {
					assert.NoError(t, err)
					synctest.Wait()
					break
				}
			},
		} {
			t.Log(name)
			assert.Equal(t, errOwn, ownPanic(t, leave).Value)
		}
	})
}

// A panic in the loop's body is not replaced by one in a function.
func TestAsCompletedTwoPanics(t *testing.T) {
	log := testkit.CaptureLog(t)
	synctest.Test(t, func(t *testing.T) {
		assert.PanicsWithValue(t, "body", func() {
			for range taskgroup.AsCompleted(t.Context(), after(ms, 1, nil), func(ctx context.Context) (int, error) {
				<-ctx.Done()
				panic("function")
			}) {
				panic("body")
			}
		})
	})
	assert.Contains(t, log.String(), "panic=function")
}

// A-10, H54: O(n).
func TestAsCompletedOfMany(t *testing.T) {
	fns := make([]ownFunc, 20000)
	for i := range fns {
		fns[i] = ownNothing
	}
	n := 0
	for range taskgroup.AsCompleted(t.Context(), fns...) {
		n++
	}
	assert.Len(t, fns, n)
}

// A sequence made outside a bubble can be ranged over in bubbles and outside.
func TestSequencesCrossBubbles(t *testing.T) {
	fn := func(_ context.Context, i int) (int, error) { return i, nil }
	n := 0
	completed := taskgroup.AsCompleted(context.Background(), ownNothing, ownNothing)
	ordered := taskgroup.MapSeq(context.Background(), 1, slices.Values(upTo(2)), fn)
	unordered := taskgroup.MapUnordered(context.Background(), 1, slices.Values(upTo(2)), fn)
	count := func() {
		for range completed {
			n++
		}
		for _, pairs := range []iter.Seq2[int, error]{ordered, unordered} {
			for _, err := range pairs {
				assert.NoError(t, err)
				n++
			}
		}
	}
	count()
	for range 2 {
		synctest.Test(t, func(*testing.T) { count() })
	}
	count()
	assert.Equal(t, 4*6, n)
}
