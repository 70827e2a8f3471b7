package taskgroup_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/taskgroup"
)

// T-02, T-09, H24: with no time at all the function is called, with a context
// that is done, and with the parent's cause if that was done before.
func TestTimeoutNoTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, d := range []time.Duration{0, -time.Hour} {
			called := false
			err := taskgroup.Timeout(t.Context(), d, func(ctx context.Context, deadline *taskgroup.Deadline) error {
				called = true
				assert.Error(t, ctx.Err())
				assert.ErrorIs(t, context.Cause(ctx), context.DeadlineExceeded)
				assert.True(t, deadline.Expired())
				return ctx.Err()
			})
			assert.True(t, called)
			assert.Same(t, taskgroup.ErrTimeout, err)
		}
		why := errors.New("why")
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(why)
		for _, d := range []time.Duration{-1, 0, time.Hour} {
			called := false
			err := taskgroup.Timeout(ctx, d, func(ctx context.Context, _ *taskgroup.Deadline) error {
				called = true
				assert.Equal(t, context.Canceled, ctx.Err())
				assert.Same(t, why, context.Cause(ctx))
				return ctx.Err()
			})
			assert.True(t, called)
			assert.ErrorIs(t, err, context.Canceled)
			assert.ErrorIs(t, err, why)
			assert.NotErrorIs(t, err, taskgroup.ErrTimeout)
		}
	})
}

// T-11: the context tells only the parent's deadline, which does not move.
func TestTimeoutContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_ = taskgroup.Timeout(t.Context(), ms, func(ctx context.Context, _ *taskgroup.Deadline) error {
			_, ok := ctx.Deadline()
			assert.False(t, ok)
			<-ctx.Done()
			assert.Equal(t, context.Canceled, ctx.Err())
			return nil
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		want, _ := ctx.Deadline()
		_ = taskgroup.Timeout(ctx, ms, func(ctx context.Context, _ *taskgroup.Deadline) error {
			got, ok := ctx.Deadline()
			assert.True(t, ok)
			assert.Equal(t, want, got)
			return nil
		})
	})
}

// T-11, T-13: Reschedule and Extend move the deadline that When returns.
func TestDeadlineMoves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		err := taskgroup.Timeout(t.Context(), 10*ms, func(ctx context.Context, deadline *taskgroup.Deadline) error {
			assert.Equal(t, begin.Add(10*ms), deadline.When())
			time.Sleep(5 * ms)
			assert.NoError(t, deadline.Extend(20*ms), "from now")
			assert.Equal(t, begin.Add(25*ms), deadline.When())
			time.Sleep(15 * ms)
			assert.NoError(t, ctx.Err(), "the first deadline does not count any more")
			assert.NoError(t, deadline.Reschedule(time.Time{}), "none")
			assert.True(t, deadline.When().IsZero())
			time.Sleep(time.Hour)
			assert.NoError(t, ctx.Err())
			assert.False(t, deadline.Expired())
			assert.NoError(t, deadline.Reschedule(begin.Add(2*time.Hour)))
			assert.NoError(t, deadline.Extend(ms), "earlier")
			<-ctx.Done()
			assert.Equal(t, time.Hour+21*ms, time.Since(begin))
			assert.True(t, deadline.Expired())
			return ctx.Err()
		})
		assert.Same(t, taskgroup.ErrTimeout, err)
	})
}

// A deadline without a monotonic reading is moved and kept like another.
func TestDeadlineByTheWallClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		err := taskgroup.Timeout(t.Context(), time.Hour, func(ctx context.Context, deadline *taskgroup.Deadline) error {
			when := begin.Add(7 * ms).Round(0)
			assert.NoError(t, deadline.Reschedule(when))
			assert.Equal(t, when, deadline.When())
			return taskgroup.Sleep(ctx, 2*time.Hour)
		})
		assert.Same(t, taskgroup.ErrTimeout, err)
		assert.Equal(t, 7*ms, time.Since(begin))
	})
}

// T-11: a deadline in the past fires at once, before Reschedule returns.
func TestDeadlineInThePast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, when := range []time.Time{time.Now(), time.Now().Add(-time.Hour), time.Unix(1, 0)} {
			err := taskgroup.Timeout(t.Context(), time.Hour, func(ctx context.Context, deadline *taskgroup.Deadline) error {
				assert.NoError(t, deadline.Reschedule(when))
				assert.Error(t, ctx.Err())
				assert.True(t, deadline.Expired())
				assert.Equal(t, when, deadline.When())
				return ctx.Err()
			})
			assert.Same(t, taskgroup.ErrTimeout, err)
		}
	})
}

// T-11, T-12: it cannot be moved after it has expired, nor after the end.
func TestDeadlineCannotBeMoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var kept *taskgroup.Deadline
		_ = taskgroup.Timeout(t.Context(), 5*ms, func(ctx context.Context, deadline *taskgroup.Deadline) error {
			kept = deadline
			when := deadline.When()
			time.Sleep(5 * ms)
			// The clock decides, not whether the timer has run.
			assert.Same(t, taskgroup.ErrTimeout, deadline.Extend(time.Hour))
			assert.Error(t, ctx.Err())
			assert.Same(t, taskgroup.ErrTimeout, deadline.Reschedule(time.Time{}))
			assert.Equal(t, when, deadline.When())
			return nil
		})
		assert.True(t, kept.Expired())
		err := kept.Extend(time.Hour)
		assert.ErrorIs(t, err, taskgroup.ErrEnded)
		assert.ErrorIs(t, err, taskgroup.ErrTimeout)

		_ = taskgroup.Timeout(t.Context(), 5*ms, func(_ context.Context, deadline *taskgroup.Deadline) error {
			kept = deadline
			return nil
		})
		assert.Same(t, taskgroup.ErrEnded, kept.Extend(time.Hour))
		assert.Same(t, taskgroup.ErrEnded, kept.Reschedule(time.Time{}))
		time.Sleep(time.Hour)
		assert.False(t, kept.Expired(), "the time was not over at the end")

		var zero taskgroup.Deadline
		assert.Same(t, taskgroup.ErrEnded, zero.Extend(time.Hour))
		assert.Same(t, taskgroup.ErrEnded, zero.Reschedule(time.Time{}))
		assert.True(t, zero.When().IsZero())
		assert.False(t, zero.Expired())
	})
}

// T-03, T-04, T-06, T-08: Expired tells whether the time was over, whatever the
// function made of it and whatever ended its context.
func TestDeadlineExpired(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		expiredAfter := func(ctx context.Context, fn func(ctx context.Context) error) bool {
			var kept *taskgroup.Deadline
			_ = taskgroup.Timeout(ctx, 5*ms, func(ctx context.Context, deadline *taskgroup.Deadline) error {
				kept = deadline
				return fn(ctx)
			})
			return kept.Expired()
		}
		assert.False(t, expiredAfter(t.Context(), func(context.Context) error { return errOwn }))
		assert.True(t, expiredAfter(t.Context(), func(ctx context.Context) error { <-ctx.Done(); return nil }))
		for range 50 { // decided by the clock, not by which timer runs first
			assert.True(t, expiredAfter(t.Context(), func(context.Context) error { time.Sleep(5 * ms); return nil }))
		}
		ctx, cancel := context.WithCancel(t.Context())
		assert.True(t, expiredAfter(ctx, func(context.Context) error { cancel(); time.Sleep(6 * ms); return nil }))
	})
}

// T-03: the scope's own methods go by the clock, too, and its context with them.
func TestDeadlineExpiredBeforeItsTimer(t *testing.T) {
	for range 50 {
		synctest.Test(t, func(t *testing.T) {
			due := time.After(5 * ms) // whichever timer runs first
			assert.NoError(t, taskgroup.Timeout(t.Context(), 5*ms, func(ctx context.Context, deadline *taskgroup.Deadline) error {
				<-due
				assert.True(t, deadline.Expired())
				assert.ErrorIs(t, context.Cause(ctx), context.DeadlineExceeded)
				return nil
			}))
		})
	}
}

// T-07: at the same moment the outer scope is the cause, and both have expired.
func TestTimeoutsNestedAtTheSameMoment(t *testing.T) {
	for range 50 {
		synctest.Test(t, func(t *testing.T) {
			var outer, inner *taskgroup.Deadline
			err := taskgroup.Timeout(t.Context(), 5*ms, func(ctx context.Context, deadline *taskgroup.Deadline) error {
				outer = deadline
				err := taskgroup.Timeout(ctx, 5*ms, func(ctx context.Context, deadline *taskgroup.Deadline) error {
					inner = deadline
					<-ctx.Done()
					return ctx.Err()
				})
				assert.ErrorIs(t, err, context.DeadlineExceeded)
				assert.NotErrorIs(t, err, taskgroup.ErrTimeout)
				return err
			})
			assert.Same(t, taskgroup.ErrTimeout, err)
			assert.True(t, inner.Expired())
			assert.True(t, outer.Expired())
		})
	}
}

// T-10, H25: a time limit for the clean-up after a cancellation.
func TestTimeoutInCleanUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		begin := time.Now()
		_, err := taskgroup.Shield(ctx, -1, func(ctx context.Context) (int, error) {
			return 0, taskgroup.Timeout(ctx, 5*ms, func(ctx context.Context, _ *taskgroup.Deadline) error {
				assert.NoError(t, ctx.Err())
				return taskgroup.Sleep(ctx, time.Hour)
			})
		})
		assert.Same(t, taskgroup.ErrTimeout, err)
		assert.Equal(t, 5*ms, time.Since(begin))
	})
}

// Rule 9: a nil function panics.
func TestTimeoutNilIsMisuse(t *testing.T) {
	assertMisuse(t, func() { _ = taskgroup.Timeout(t.Context(), ms, nil) })
}

// Moved from many goroutines, while it expires and while it ends.
func TestDeadlineStress(t *testing.T) {
	for range 300 {
		synctest.Test(t, func(t *testing.T) {
			var kept *taskgroup.Deadline
			var movers sync.WaitGroup
			err := taskgroup.Timeout(t.Context(), ms, func(ctx context.Context, deadline *taskgroup.Deadline) error {
				kept = deadline
				for i := range 8 {
					movers.Go(func() {
						for deadline.Extend(time.Duration(i+2)*ms) == nil {
							time.Sleep(time.Duration(i%2+1) * ms)
							_ = deadline.When()
							_ = deadline.Expired()
						}
					})
				}
				movers.Go(func() {
					time.Sleep(20 * ms)
					_ = deadline.Extend(0)
				})
				return taskgroup.Sleep(ctx, time.Hour)
			})
			assert.Same(t, taskgroup.ErrTimeout, err)
			assert.True(t, kept.Expired())
			movers.Wait()
		})
	}
}

// Once a method says that the scope has expired, its context is done, whatever
// found it expired first.
func TestDeadlineExpiredAndItsContext(t *testing.T) {
	for range times(2000) {
		var lookers sync.WaitGroup
		_ = taskgroup.Timeout(t.Context(), time.Hour, func(ctx context.Context, deadline *taskgroup.Deadline) error {
			for range 2 {
				lookers.Go(func() {
					for expired := false; !expired; {
						expired = deadline.Expired()
					}
					assert.Error(t, ctx.Err())
				})
			}
			assert.NoError(t, deadline.Extend(0))
			assert.Error(t, ctx.Err())
			lookers.Wait()
			return nil
		})
	}
}
