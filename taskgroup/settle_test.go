package taskgroup_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/taskgroup"
)

// G-04: a Result for each, in order; a failure cancels nothing.
func TestSettle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		results := taskgroup.Settle(t.Context(), after(3*ms, 1, nil), after(ms, 2, errOwn), after(2*ms, 3, context.Canceled))
		assert.Equal(t, []taskgroup.Result[int]{
			{Index: 0, Value: 1},
			{Index: 1, Value: 2, Err: errOwn},
			{Index: 2, Value: 3, Err: context.Canceled},
		}, results)
		assert.Equal(t, 3*ms, time.Since(begun))
	})
}

// G-02, P-6: of no functions, an empty slice that is not nil.
func TestSettleOfNothing(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, ctx := range []context.Context{t.Context(), ended} {
		results := taskgroup.Settle[int](ctx)
		assert.NotNil(t, results)
		assert.Empty(t, results)
		results = taskgroup.SettleMap(ctx, 1, []int{}, func(context.Context, int) (int, error) { return 0, nil })
		assert.NotNil(t, results)
		assert.Empty(t, results)
	}
}

// Rules 4 and 7: what is not begun when ctx ends is not called, and has ctx's
// error; what runs is joined, and its value counts.
func TestSettleMapWhenTheContextEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		errWhy := errors.New("why")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(ms, func() { cancel(errWhy) })
		results := taskgroup.SettleMap(ctx, 2, []int{0, 1, 2, 3}, func(ctx context.Context, i int) (int, error) {
			time.Sleep(2 * ms)
			if i == 1 {
				return 0, ctx.Err()
			}
			return 10 + i, nil
		})
		assert.Equal(t, taskgroup.Result[int]{Index: 0, Value: 10}, results[0])
		assert.Equal(t, taskgroup.Result[int]{Index: 1, Err: context.Canceled}, results[1])
		for i, r := range results[2:] {
			assert.Equal(t, 2+i, r.Index)
			assert.ErrorIs(t, r.Err, errWhy)
			assert.ErrorIs(t, r.Err, context.Canceled)
		}
	})
}

// Rule 8: a panic or Goexit is the item's own; the others run, also if there is
// one worker only.
func TestSettleMapGoesOn(t *testing.T) {
	testkit.CaptureLog(t)
	synctest.Test(t, func(t *testing.T) {
		for _, limit := range []int{1, 2, taskgroup.NoLimit} {
			results := taskgroup.SettleMap(t.Context(), limit, make([]int, 9), func(context.Context, int) (int, error) {
				time.Sleep(ms)
				panic(errOwn)
			})
			for _, r := range results {
				assert.ErrorIs(t, r.Err, errOwn)
				assert.ErrorAs(t, r.Err, new(*taskgroup.PanicError))
			}
		}
	})
}
