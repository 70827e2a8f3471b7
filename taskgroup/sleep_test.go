package taskgroup_test

import (
	"context"
	"errors"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/taskgroup"
)

func TestSleepTakesItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		assert.NoError(t, taskgroup.Sleep(t.Context(), 10*time.Millisecond))
		assert.NoError(t, taskgroup.Sleep(context.Background(), 5*time.Millisecond))
		assert.Equal(t, 15*time.Millisecond, time.Since(begin))
	})
}

// Rule 4: the error is the context's, with its cause.
func TestSleepEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		why := errors.New("why")
		ctx, cancel := context.WithTimeoutCause(t.Context(), 3*time.Millisecond, why)
		defer cancel()
		begin := time.Now()
		err := taskgroup.Sleep(ctx, math.MaxInt64)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.ErrorIs(t, err, why)
		assert.NotErrorIs(t, err, taskgroup.ErrTimeout)
		assert.Equal(t, 3*time.Millisecond, time.Since(begin))
	})
}

// Rule 2: 0 and less do not wait, but still look at the context.
func TestSleepLooksAtTheContextFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		begin := time.Now()
		for _, d := range []time.Duration{0, -1, math.MinInt64} {
			assert.NoError(t, taskgroup.Sleep(ctx, d))
		}
		why := errors.New("why")
		cancel(why)
		for _, d := range []time.Duration{0, -1, math.MinInt64, 1, time.Hour} {
			err := taskgroup.Sleep(ctx, d)
			assert.ErrorIs(t, err, context.Canceled)
			assert.ErrorIs(t, err, why)
		}
		assert.Zero(t, time.Since(begin))
	})
}

// Rule 3: a sleep that is over wins a tie.
func TestSleepTie(t *testing.T) {
	for range 200 {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
			defer cancel()
			assert.NoError(t, taskgroup.Sleep(ctx, time.Millisecond))
		})
	}
}

// T-14, for a sleep: a timer that is not needed any more goes.
func TestSleepLeavesNoTimer(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	before := testkit.HeapInUse()
	for range 10_000 {
		ctx, cancel := context.WithCancel(ctx)
		go cancel()
		assert.Error(t, taskgroup.Sleep(ctx, time.Hour))
	}
	assert.Less(t, testkit.HeapInUse()-before, int64(500_000))
	cancel()
}
