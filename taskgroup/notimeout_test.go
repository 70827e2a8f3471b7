package taskgroup_test

import (
	"context"
	"math"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/taskgroup"
)

// longest is the longest sleep that leaves the bubble's clock in the range of a
// [time.Duration] since its start, for several of them.
const longest = 10 * 365 * 24 * time.Hour

// NoTimeout: no limit, and no deadline either.
func TestNoTimeout(t *testing.T) {
	assert.EqualValues(t, taskgroup.NoTimeout, int64(math.MaxInt64))
	synctest.Test(t, func(t *testing.T) {
		lasts := func(ctx context.Context) error {
			_, ok := ctx.Deadline()
			assert.False(t, ok)
			time.Sleep(longest)
			return ctx.Err()
		}
		_, err := taskgroup.WaitFor(t.Context(), taskgroup.NoTimeout, taskgroup.NoValue(lasts))
		assert.NoError(t, err)
		expired, err := taskgroup.MoveOnAfter(t.Context(), taskgroup.NoTimeout, lasts)
		assert.NoError(t, err)
		assert.False(t, expired)
		assert.NoError(t, taskgroup.Timeout(t.Context(), taskgroup.NoTimeout, func(ctx context.Context, d *taskgroup.Deadline) error {
			assert.True(t, d.When().IsZero())
			return lasts(ctx)
		}))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = taskgroup.Shield(ctx, taskgroup.NoTimeout, taskgroup.NoValue(lasts))
		assert.NoError(t, err)
	})
}

// Extend with NoTimeout takes a deadline away.
func TestExtendByNoTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		assert.NoError(t, taskgroup.Timeout(t.Context(), ms, func(ctx context.Context, d *taskgroup.Deadline) error {
			assert.NoError(t, d.Extend(taskgroup.NoTimeout))
			assert.True(t, d.When().IsZero())
			time.Sleep(time.Hour)
			assert.False(t, d.Expired())
			assert.NoError(t, ctx.Err())
			assert.NoError(t, d.Extend(ms))
			<-ctx.Done()
			assert.ErrorIs(t, d.Extend(taskgroup.NoTimeout), taskgroup.ErrTimeout)
			return nil
		}))
	})
}

// The scope still ends with ctx, and its context with the function.
func TestNoTimeoutEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, call := range map[string]func(ctx context.Context) error{
			"Sleep": func(ctx context.Context) error { return taskgroup.Sleep(ctx, taskgroup.NoTimeout) },
			"WaitFor": func(ctx context.Context) error {
				_, err := taskgroup.WaitFor(ctx, taskgroup.NoTimeout, taskgroup.NoValue(untilDone))
				return err
			},
			"MoveOnAfter": func(ctx context.Context) error {
				expired, err := taskgroup.MoveOnAfter(ctx, taskgroup.NoTimeout, untilDone)
				assert.False(t, expired)
				return err
			},
			"Timeout": func(ctx context.Context) error {
				return taskgroup.Timeout(ctx, taskgroup.NoTimeout, func(ctx context.Context, d *taskgroup.Deadline) error {
					defer func() { assert.False(t, d.Expired()) }()
					return untilDone(ctx)
				})
			},
		} {
			begin := time.Now()
			ctx, cancel := context.WithTimeoutCause(t.Context(), longest, errWhy)
			err := call(ctx)
			assert.ErrorIs(t, err, context.DeadlineExceeded, name)
			assert.ErrorIs(t, err, errWhy, name)
			assert.NotErrorIs(t, err, taskgroup.ErrTimeout, name)
			assert.EqualError(t, err, "taskgroup: "+name+": context deadline exceeded: why")
			assert.Equal(t, longest, time.Since(begin), name)
			cancel()
		}
		kept, err := taskgroup.WaitFor(t.Context(), taskgroup.NoTimeout, func(ctx context.Context) (context.Context, error) { return ctx, nil })
		assert.NoError(t, err)
		assert.Error(t, kept.Err())
	})
}

// Durations that are nearly as long do not overflow.
func TestLongTimeouts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, d := range []time.Duration{taskgroup.NoTimeout - 1, taskgroup.NoTimeout / 2} {
			for _, scope := range timeScopes {
				assert.NoError(t, scope(t.Context(), d, func(ctx context.Context) error {
					time.Sleep(time.Hour)
					return ctx.Err()
				}))
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			assert.ErrorIs(t, taskgroup.Sleep(ctx, d), context.DeadlineExceeded)
			_, err := taskgroup.Shield(ctx, d, func(ctx context.Context) (int, error) { time.Sleep(time.Hour); return 0, ctx.Err() })
			assert.NoError(t, err)
			cancel()
		}
		assert.NoError(t, taskgroup.Timeout(t.Context(), taskgroup.NoTimeout-1, func(ctx context.Context, d *taskgroup.Deadline) error {
			assert.True(t, d.When().After(time.Now().Add(longest)), d.When())
			assert.NoError(t, d.Reschedule(time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)))
			time.Sleep(longest)
			assert.False(t, d.Expired())
			return ctx.Err()
		}))
	})
}

// Rule 4: ErrTimeout is a [net.Error], and so is what joins it and the cause of a
// scope's context.
func TestErrTimeoutIsANetError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for kind, scope := range timeScopes {
			for _, left := range []error{nil, errOwn} {
				err := scope(t.Context(), ms, func(ctx context.Context) error {
					<-ctx.Done()
					var cause net.Error
					if assert.ErrorAs(t, context.Cause(ctx), &cause, kind) {
						assert.True(t, cause.Timeout(), kind)
					}
					if left == nil {
						return ctx.Err()
					}
					return left
				})
				var timeout net.Error
				if assert.ErrorAs(t, err, &timeout, kind) {
					assert.True(t, timeout.Timeout(), kind)
					assert.Equal(t, context.DeadlineExceeded.(net.Error).Temporary(), timeout.Temporary(), kind) //nolint:staticcheck // deprecated, and part of the interface
				}
			}
		}
	})
}
