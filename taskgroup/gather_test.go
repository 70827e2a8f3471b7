package taskgroup_test

import (
	"context"
	"errors"
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

// G-01, P-23: results are in the order of the arguments, and the functions run
// at the same time.
func TestGatherKeepsTheOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		values, err := taskgroup.Gather(t.Context(), after(30*ms, 1, nil), after(20*ms, 2, nil), after(10*ms, 3, nil))
		assert.NoError(t, err)
		assert.Equal(t, []int{1, 2, 3}, values)
		assert.Equal(t, 30*ms, time.Since(begun))
	})
}

// Gather of different types.
func TestGatherOfDifferentTypes(t *testing.T) {
	text := func(context.Context) (string, error) { return "a", nil }
	number := func(context.Context) (int, error) { return 1, nil }
	truth := func(context.Context) (bool, error) { return true, nil }
	bad := func(context.Context) (float64, error) { return 1, errOwn }

	a, b, err := taskgroup.Gather2(t.Context(), text, number)
	assert.NoError(t, err)
	assert.Equal(t, "a", a)
	assert.Equal(t, 1, b)

	a, b, c, err := taskgroup.Gather3(t.Context(), text, number, truth)
	assert.NoError(t, err)
	assert.Equal(t, "a", a)
	assert.Equal(t, 1, b)
	assert.True(t, c)

	a, d, err := taskgroup.Gather2(t.Context(), text, bad)
	assert.ErrorIs(t, err, errOwn)
	assert.Empty(t, a)
	assert.Zero(t, d)
	d, a, b, err = taskgroup.Gather3(t.Context(), bad, text, number)
	assert.ErrorIs(t, err, errOwn)
	assert.Empty(t, a)
	assert.Zero(t, b)
	assert.Zero(t, d)

	for i := range 3 {
		fns := []ownFunc{number, number, number}
		fns[i] = nil
		assertMisuse(t, func() { _, _, _, _ = taskgroup.Gather3(t.Context(), fns[0], fns[1], fns[2]) })
		if i < 2 {
			assertMisuse(t, func() { _, _, _ = taskgroup.Gather2(t.Context(), fns[0], fns[1]) })
		}
	}
}

// G-02, P-6: of nothing, it is empty and not nil, whatever ctx says.
func TestGatherOfNothing(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, ctx := range []context.Context{t.Context(), ended} {
		values, err := taskgroup.Gather[int](ctx)
		assert.NoError(t, err)
		assert.NotNil(t, values)
		assert.Empty(t, values)
	}
}

// G-05: a function given twice is called twice.
func TestGatherCallsEachArgument(t *testing.T) {
	var calls atomic.Int32
	fn := func(context.Context) (int32, error) { return calls.Add(1), nil }
	values, err := taskgroup.Gather(t.Context(), fn, fn)
	assert.NoError(t, err)
	assert.ElementsMatch(t, []int32{1, 2}, values)
}

// G-03, G-05, P-24, P-25, P-27, P-28, P-37: the first failure in time comes
// first, then the others in the order of the arguments, each with its index;
// there are no results.
func TestGatherKeepsEveryFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		errs := []error{errors.New("a"), errors.New("b"), errors.New("c"), nil}
		cleanUp := func(i int, d time.Duration) ownFunc {
			return func(ctx context.Context) (int, error) {
				<-ctx.Done()
				time.Sleep(d)
				return i, errs[i]
			}
		}
		values, err := taskgroup.Gather(t.Context(), cleanUp(0, 2*ms), cleanUp(1, ms), after(ms, 2, errs[2]), cleanUp(3, 0))
		assert.Nil(t, values)
		assert.Equal(t, &taskgroup.GroupError{Errors: []*taskgroup.TaskError{
			{Index: 2, Err: errs[2]}, {Index: 0, Err: errs[0]}, {Index: 1, Err: errs[1]},
		}}, public(err))
		for _, e := range errs[:3] {
			assert.ErrorIs(t, err, e)
		}
		assert.EqualError(t, err, "taskgroup: 3 tasks failed: Gather[2]: c; Gather[0]: a; Gather[1]: b")
	})
}

// P-25: any of them may be the one that fails.
func TestGatherAnyMayFail(t *testing.T) {
	for bad := range 4 {
		fns := make([]ownFunc, 4)
		for i := range fns {
			fns[i] = ownNothing
		}
		fns[bad] = after(0, 0, errOwn)
		_, err := taskgroup.Gather(t.Context(), fns...)
		assert.Equal(t, &taskgroup.GroupError{Errors: []*taskgroup.TaskError{{Index: bad, Err: errOwn}}}, public(err))
	}
}

// G-08, H37, H38, rule 5: when all functions return nil, so does Gather, though
// ctx has ended; the caller can still tell.
func TestGatherDeliversInSpiteOfCancellation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		stubborn := func(ctx context.Context) (int, error) { <-ctx.Done(); return 7, nil }
		time.AfterFunc(ms, cancel)
		values, err := taskgroup.Gather(ctx, stubborn, stubborn)
		assert.NoError(t, err)
		assert.Equal(t, []int{7, 7}, values)
		assert.Error(t, ctx.Err())
	})
}

// P-4: one that does not return nil after the end of ctx makes that the error.
func TestGatherReportsTheContextsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		errWhy := errors.New("why")
		ctx, cancel := context.WithCancelCause(t.Context())
		stubborn := func(ctx context.Context) (int, error) { <-ctx.Done(); return 7, nil }
		time.AfterFunc(ms, func() { cancel(errWhy) })
		values, err := taskgroup.Gather(ctx, stubborn, untilCancelled(new(note), 0))
		assert.Nil(t, values)
		var ge *taskgroup.GroupError
		require.ErrorAs(t, err, &ge)
		assert.Empty(t, ge.Errors)
		assert.ErrorIs(t, ge.Cause, errWhy)
		assert.ErrorIs(t, ge.Cause, context.Canceled)
	})
}

// The end of ctx is the Cause also if a failure came first; one that comes after
// the call is not.
func TestGatherFailureAndContextsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(2*ms, cancel)
		_, err := taskgroup.Gather(ctx, after(ms, 0, errOwn), untilCancelled(new(note), 5*ms))
		var ge *taskgroup.GroupError
		require.ErrorAs(t, err, &ge)
		assert.ErrorIs(t, ge.Cause, context.Canceled)
		assert.EqualError(t, ge.Cause, "taskgroup: Gather: context canceled")
		assert.Equal(t, []*taskgroup.TaskError{{Index: 0, Err: errOwn}}, publicAll(ge.Errors))
	})
}

// Rule 3: a failure and the end of ctx at once, in both orders: the failure is
// kept, and so is the end.
func TestGatherTies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, first := range []bool{true, false} {
			ctx, cancel := context.WithCancel(t.Context())
			fail, both := make(chan struct{}), make(chan struct{})
			go func() {
				synctest.Wait()
				if first {
					cancel()
					close(fail)
				} else {
					close(fail)
					cancel()
				}
				close(both)
			}()
			values, err := taskgroup.Gather(ctx,
				func(context.Context) (int, error) { <-fail; return 0, errOwn },
				func(context.Context) (int, error) { <-both; return 0, nil }, // or else the call may end in between
			)
			assert.Nil(t, values)
			assert.ErrorIs(t, err, errOwn)
			assert.ErrorIs(t, err, context.Canceled)
		}
	})
}

// Rule 7: after the first failure no further function is begun. The limit is 1,
// so that it is the first one that fails.
func TestMapBeginsNothingAfterAFailure(t *testing.T) {
	calls := 0
	_, err := taskgroup.Map(t.Context(), 1, make([]int, 100), func(context.Context, int) (int, error) {
		calls++
		return 0, errOwn
	})
	assert.Equal(t, 1, calls)
	assert.Equal(t, &taskgroup.GroupError{Errors: []*taskgroup.TaskError{{Index: 0, Err: errOwn}}}, public(err))
}

// Functions that wait for each other all get to run, as after a go statement.
func TestGatherNeedsNoLuck(t *testing.T) {
	const n = 500
	synctest.Test(t, func(t *testing.T) {
		var all sync.WaitGroup
		all.Add(n)
		fns := make([]ownFunc, n)
		for i := range fns {
			fns[i] = func(context.Context) (int, error) {
				all.Done()
				all.Wait()
				return i, nil
			}
		}
		values, err := taskgroup.Gather(t.Context(), fns...)
		assert.NoError(t, err)
		assert.Equal(t, n-1, values[n-1])
	})
}

// Each waits for the next one, the last for none.
func TestGatherChain(t *testing.T) {
	const n = 300
	turns := make([]chan struct{}, n+1)
	for i := range turns {
		turns[i] = make(chan struct{})
	}
	close(turns[n])
	fns := make([]ownFunc, n)
	for i := range fns {
		fns[i] = func(context.Context) (int, error) {
			<-turns[i+1]
			close(turns[i])
			return i, nil
		}
	}
	_, err := taskgroup.Gather(t.Context(), fns...)
	assert.NoError(t, err)
}

// The number of allocations does not depend on that of functions.
func TestGatherAllocations(t *testing.T) {
	if testkit.Race {
		t.Skip("the race detector allocates on its own")
	}
	for _, n := range []int{1, 10, 1000} {
		fns := make([]ownFunc, n)
		for i := range fns {
			fns[i] = ownNothing
		}
		assert.Equal(t, 7, allocations(func() { _, _ = taskgroup.Gather(context.Background(), fns...) }), n)
	}
}

var errForeign = errors.New("foreign")

// Rule 7, for any context: what ends it in one function keeps the next one from
// being called.
func TestForeignContext(t *testing.T) {
	for i := range 200 {
		last := 1 + i%2*5000 // the first one, or one of many that have been claimed at once
		ctx := testkit.Foreign(t.Context(), errForeign)
		calls := 0
		_, err := taskgroup.Map(ctx, 1, make([]int, 10_000), func(context.Context, int) (int, error) {
			calls++
			if calls < last {
				return 0, nil
			}
			if calls == last {
				close(ctx.Channel)
			}
			return 0, ctx.Err()
		})
		assert.ErrorIs(t, err, errForeign)
		var te *taskgroup.TaskError
		assert.NotErrorAs(t, err, &te)
		assert.Equal(t, last, calls)
	}
}
