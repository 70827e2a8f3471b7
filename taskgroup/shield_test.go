package taskgroup_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/taskgroup"
)

// S-01: the function runs on, and its result counts.
func TestShieldRunsOn(t *testing.T) {
	type key struct{}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(context.WithValue(t.Context(), key{}, "value"), 5*ms)
		defer cancel()
		v, err := taskgroup.Shield(ctx, -1, func(shielded context.Context) (string, error) {
			_, ok := shielded.Deadline()
			assert.False(t, ok)
			time.Sleep(time.Hour)
			assert.NoError(t, shielded.Err())
			assert.Error(t, ctx.Err())
			return shielded.Value(key{}).(string), nil
		})
		assert.NoError(t, err)
		assert.Equal(t, "value", v)
	})
}

// S-07: after the grace the context is canceled with ctx's cause, and the function
// joined; the grace counts from the later of the call and the end of ctx.
func TestShieldGrace(t *testing.T) {
	why := errors.New("why")
	for name, test := range map[string]struct {
		before, after time.Duration // when ctx ends, counted from the call
		grace, want   time.Duration
	}{
		"ctx ends later":                 {after: 5 * ms, grace: 10 * ms, want: 15 * ms},
		"ctx has ended":                  {before: 5 * ms, grace: 10 * ms, want: 10 * ms},
		"no grace":                       {after: 5 * ms, grace: 0, want: 5 * ms},
		"no grace and ctx has ended":     {before: 5 * ms, grace: 0, want: 0},
		"ctx has ended at the very call": {grace: 10 * ms, want: 10 * ms},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				if test.after > 0 {
					time.AfterFunc(test.after, func() { cancel(why) })
				} else {
					cancel(why)
				}
				time.Sleep(test.before)
				begin := time.Now()
				_, err := taskgroup.Shield(ctx, test.grace, func(shielded context.Context) (int, error) {
					if test.want == 0 {
						assert.Error(t, shielded.Err(), "already done")
					}
					<-shielded.Done()
					assert.Equal(t, test.want, time.Since(begin))
					assert.Same(t, why, context.Cause(shielded))
					time.Sleep(20 * ms)
					return 0, shielded.Err()
				})
				assert.Equal(t, test.want+20*ms, time.Since(begin), "joined")
				assert.ErrorIs(t, err, context.Canceled)
				assert.ErrorIs(t, err, why)
			})
		})
	}
}

// Rule 4: what the end of the grace was for is the end of ctx, whichever kind
// that was; so a task that returns it is not a failure of its group.
func TestShieldErrorIsThatOfTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), ms)
		defer cancel()
		for name, echo := range echoes {
			_, err := taskgroup.Shield(ctx, ms, func(shielded context.Context) (int, error) {
				<-shielded.Done()
				return 0, echo(shielded)
			})
			assert.ErrorIs(t, err, context.DeadlineExceeded, name)
			assert.NotErrorIs(t, err, context.Canceled, name)
			assert.EqualError(t, err, "taskgroup: Shield: context deadline exceeded", name)
		}
		_, err := taskgroup.Shield(ctx, ms, func(shielded context.Context) (int, error) {
			<-shielded.Done()
			return 0, errOwn
		})
		assert.Same(t, errOwn, err)
	})
}

// An end of ctx that the function outruns leaves nothing behind.
func TestShieldEndsBeforeTheGrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var ended <-chan struct{}
		v, err := taskgroup.Shield(ctx, time.Hour, func(shielded context.Context) (int, error) {
			ended = shielded.Done()
			cancel()
			time.Sleep(ms)
			return 1, shielded.Err()
		})
		assert.NoError(t, err)
		assert.Equal(t, 1, v)
		<-ended // rule 1: the context given to a function ends with the call
	})
}

// Both orders of an end of ctx and a return.
func TestShieldTie(t *testing.T) {
	for range 200 {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), ms)
			defer cancel()
			for _, grace := range []time.Duration{0, ms} {
				v, err := taskgroup.Shield(ctx, grace, func(context.Context) (int, error) {
					time.Sleep(ms)
					return 1, nil
				})
				assert.NoError(t, err)
				assert.Equal(t, 1, v)
			}
		})
	}
}

func TestShieldPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		done, cancel := context.WithCancel(t.Context())
		cancel()
		for _, ctx := range []context.Context{t.Context(), done} {
			assertPassesThrough(t, func(body func()) {
				_, _ = taskgroup.Shield(ctx, time.Hour, func(context.Context) (int, error) {
					body()
					return 0, nil
				})
			})
		}
	})
}

// Rule 9: a nil function panics.
func TestShieldNilIsMisuse(t *testing.T) {
	assertMisuse(t, func() { _, _ = taskgroup.Shield[int](t.Context(), 0, nil) })
}

// S-06, H45, T-14: nothing stays registered with a long-lived context, and no
// timer is left.
func TestShieldLeavesNothing(t *testing.T) {
	alive, cancel := context.WithCancel(t.Context())
	done, stop := context.WithCancel(t.Context())
	stop()
	goroutines := runtime.NumGoroutine()
	run := func() {
		for range 10_000 {
			for _, ctx := range []context.Context{alive, done} {
				_, _ = taskgroup.Shield(ctx, time.Hour, func(context.Context) (int, error) { return 0, nil })
			}
			ending, end := context.WithCancel(alive)
			_, _ = taskgroup.Shield(ending, time.Hour, func(context.Context) (int, error) {
				end() // the grace begins about when the call returns
				return 0, nil
			})
			end()
			for runtime.NumGoroutine() > goroutines {
				runtime.Gosched() // the runtime keeps what many at once have used
			}
		}
	}
	assert.Less(t, grows(run), int64(little))
	cancel()
}
