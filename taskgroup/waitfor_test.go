package taskgroup_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/taskgroup"
)

const ms = time.Millisecond

var errOwn = errors.New("the function's own")

// timeScopes are the functions whose errors are those of WaitFor.
var timeScopes = map[string]func(ctx context.Context, d time.Duration, fn func(ctx context.Context) error) error{
	"WaitFor": func(ctx context.Context, d time.Duration, fn func(ctx context.Context) error) error {
		_, err := taskgroup.WaitFor(ctx, d, taskgroup.NoValue(fn))
		return err
	},
	"Timeout": func(ctx context.Context, d time.Duration, fn func(ctx context.Context) error) error {
		return taskgroup.Timeout(ctx, d, func(ctx context.Context, _ *taskgroup.Deadline) error { return fn(ctx) })
	},
}

// assertTimedOut asserts that err is ErrTimeout and looks like it.
func assertTimedOut(t *testing.T, err error) {
	t.Helper()
	assert.ErrorIs(t, err, taskgroup.ErrTimeout)
	assert.ErrorIs(t, err, context.DeadlineExceeded)
	var timeout interface{ Timeout() bool }
	if assert.ErrorAs(t, err, &timeout) {
		assert.True(t, timeout.Timeout())
	}
}

// echoes are the ways in which functions return the end of their context.
var echoes = map[string]func(ctx context.Context) error{
	"Err":         func(ctx context.Context) error { return ctx.Err() },
	"Cause":       context.Cause,
	"wrapped":     func(ctx context.Context) error { return fmt.Errorf("reading: %w", ctx.Err()) },
	"Sleep":       func(ctx context.Context) error { return taskgroup.Sleep(ctx, time.Hour) },
	"Future.Wait": func(ctx context.Context) error { _, err := taskgroup.NewFuture[int]().Wait(ctx); return err },
	"joined": func(ctx context.Context) error {
		return errors.Join(ctx.Err(), fmt.Errorf("writing: %w", context.Cause(ctx)))
	},
}

// F-01, T-01: when the time is over, the function's echo of that becomes
// ErrTimeout, after it has returned, however long that takes.
func TestTimeScopeTimesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for kind, scope := range timeScopes {
			t.Log(kind)
			for name, echo := range echoes {
				begin := time.Now()
				err := scope(t.Context(), 5*ms, func(ctx context.Context) error {
					<-ctx.Done()
					time.Sleep(20 * ms)
					return echo(ctx)
				})
				assert.Same(t, taskgroup.ErrTimeout, err, name)
				assertTimedOut(t, err)
				assert.Equal(t, 25*ms, time.Since(begin))
			}
			assert.NoError(t, t.Context().Err(), "R1: the parent is untouched")
		}
	})
}

// Rule 5, F-02, F-07, F-08, H22, H23, T-03, T-04: nil is a success, whatever has ended.
func TestTimeScopeResultWins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for kind, scope := range timeScopes {
			t.Log(kind)
			assert.NoError(t, scope(t.Context(), 5*ms, func(ctx context.Context) error {
				<-ctx.Done()
				return nil
			}), "after the time")
			assert.NoError(t, scope(t.Context(), 5*ms, func(context.Context) error {
				time.Sleep(5 * ms)
				return nil
			}), "at the same moment")
			ctx, cancel := context.WithCancel(t.Context())
			assert.NoError(t, scope(ctx, 5*ms, func(context.Context) error {
				cancel()
				return nil
			}), "after a cancellation")
			assert.Error(t, ctx.Err(), "which the caller still sees")
		}
	})
}

// F-03, T-05, H21, H26: another error after the time is joined with ErrTimeout.
func TestTimeScopeOwnErrorAfterTheTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for kind, scope := range timeScopes {
			t.Log(kind)
			for name, late := range map[string]func(ctx context.Context) error{
				"own": func(context.Context) error { return errOwn },
				"own beside the echo": func(ctx context.Context) error {
					return errors.Join(ctx.Err(), errOwn)
				},
			} {
				err := scope(t.Context(), 5*ms, func(ctx context.Context) error {
					<-ctx.Done()
					return late(ctx)
				})
				assertTimedOut(t, err)
				assert.ErrorIs(t, err, errOwn, name)
			}
			for range 50 { // decided by the clock, not by which timer runs first
				err := scope(t.Context(), 5*ms, func(context.Context) error {
					time.Sleep(5 * ms)
					return errOwn
				})
				assertTimedOut(t, err)
				assert.ErrorIs(t, err, errOwn)
			}
		}
	})
}

// T-06, F-10: an error before the time is returned as it is, also one that
// looks like a time-out or a cancellation.
func TestTimeScopeErrorBeforeTheTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for kind, scope := range timeScopes {
			t.Log(kind)
			for _, want := range []error{errOwn, context.DeadlineExceeded, context.Canceled, taskgroup.ErrTimeout} {
				assert.Equal(t, want, scope(t.Context(), 5*ms, func(context.Context) error { return want }))
			}
		}
	})
}

// F-06, H19, rule 4: an end of the parent is never a time-out.
func TestTimeScopeParentEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for kind, scope := range timeScopes {
			t.Log(kind)
			why := errors.New("why")
			for name, echo := range echoes {
				ctx, cancel := context.WithCancelCause(t.Context())
				time.AfterFunc(2*ms, func() { cancel(why) })
				begin := time.Now()
				err := scope(ctx, 5*ms, func(ctx context.Context) error {
					<-ctx.Done()
					time.Sleep(20 * ms) // beyond the time, too
					return echo(ctx)
				})
				assert.ErrorIs(t, err, context.Canceled, name)
				assert.ErrorIs(t, err, why, name)
				assert.NotErrorIs(t, err, taskgroup.ErrTimeout, name)
				assert.Equal(t, 22*ms, time.Since(begin), "joined")
			}
			ctx, cancel := context.WithCancelCause(t.Context())
			err := scope(ctx, 5*ms, func(context.Context) error {
				cancel(why)
				return errOwn
			})
			assert.Same(t, errOwn, err)
		}
	})
}

// T-15: an outer deadline that comes first is no time-out of this scope.
func TestTimeScopeOuterDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for kind, scope := range timeScopes {
			t.Log(kind)
			for name, echo := range echoes {
				ctx, cancel := context.WithTimeout(t.Context(), 2*ms)
				defer cancel()
				err := scope(ctx, 5*ms, func(ctx context.Context) error {
					<-ctx.Done()
					return echo(ctx)
				})
				assert.ErrorIs(t, err, context.DeadlineExceeded, name)
				assert.NotErrorIs(t, err, taskgroup.ErrTimeout, name)
			}
		}
	})
}

// T-08: the time, and then the parent: never only ErrTimeout.
func TestTimeScopeExpiresThenParentEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for kind, scope := range timeScopes {
			t.Log(kind)
			why := errors.New("why")
			for name, echo := range echoes {
				ctx, cancel := context.WithCancelCause(t.Context())
				err := scope(ctx, 5*ms, func(ctx context.Context) error {
					<-ctx.Done()
					cancel(why)
					return echo(ctx)
				})
				assertTimedOut(t, err)
				assert.ErrorIs(t, err, context.Canceled, name)
				assert.ErrorIs(t, err, why, name)
			}
			ctx, cancel := context.WithCancelCause(t.Context())
			err := scope(ctx, 5*ms, func(inner context.Context) error {
				<-inner.Done()
				cancel(why)
				return fmt.Errorf("asked around the scope: %w", ctx.Err())
			})
			assertTimedOut(t, err)
			assert.ErrorIs(t, err, why)
			assert.NotContains(t, err.Error(), "asked around", "it was an echo, too")

			ctx, cancel = context.WithCancelCause(t.Context())
			err = scope(ctx, 5*ms, func(ctx context.Context) error {
				<-ctx.Done()
				cancel(why)
				return errOwn
			})
			assertTimedOut(t, err)
			assert.ErrorIs(t, err, why)
			assert.ErrorIs(t, err, errOwn)
		}
	})
}

// P-55: a task's own deadline counts from its start, not while the task waits for
// room; one of the group that comes first is not its own; the error says whose
// it was.
func TestDeadlineOfATask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 6*time.Second)
		defer cancel()
		g := taskgroup.New(ctx, taskgroup.WithLimit(1), taskgroup.WithBacklog(-1), taskgroup.WithKeepGoing())
		begun := time.Now()
		ended := map[string]time.Duration{}
		for _, task := range []struct {
			name string
			d    time.Duration
		}{{"slow", time.Second}, {"queued", 4 * time.Second}, {"last", time.Hour}} {
			g.Go(func(ctx context.Context) error {
				_, err := taskgroup.WaitFor(ctx, task.d, func(ctx context.Context) (int, error) {
					return 0, sleep(ctx, 3*time.Second)
				})
				ended[task.name] = time.Since(begun)
				return err
			}, taskgroup.Named(task.name))
		}
		ge := groupError(t, g.Wait())
		assert.Equal(t, map[string]time.Duration{"slow": time.Second, "queued": 4 * time.Second, "last": 6 * time.Second}, ended)
		assert.ErrorIs(t, ge.Cause, context.DeadlineExceeded)
		assert.NotErrorIs(t, ge.Cause, taskgroup.ErrTimeout)
		require.Len(t, ge.Errors, 1)
		assert.ErrorIs(t, ge.Errors[0], taskgroup.ErrTimeout)
		assert.Equal(t, "slow", ge.Errors[0].Name)
	})
}

// T-07, R9: of nested scopes the one whose time is over reports it; if both are
// over at the same moment, the outer one.
func TestTimeScopesNested(t *testing.T) {
	for outerName, outer := range timeScopes {
		for innerName, inner := range timeScopes {
			nested := func(t *testing.T, outerTime, innerTime time.Duration) (outerErr, innerErr error) {
				t.Helper()
				outerErr = outer(t.Context(), outerTime, func(ctx context.Context) error {
					innerErr = inner(ctx, innerTime, func(ctx context.Context) error {
						return taskgroup.Sleep(ctx, time.Hour)
					})
					return innerErr
				})
				return outerErr, innerErr
			}
			t.Run(outerName+"/"+innerName, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					outerErr, innerErr := nested(t, 5*ms, 10*ms)
					assert.Same(t, taskgroup.ErrTimeout, outerErr)
					assert.NotErrorIs(t, innerErr, taskgroup.ErrTimeout)
					assert.ErrorIs(t, innerErr, context.DeadlineExceeded)

					outerErr, innerErr = nested(t, 10*ms, 5*ms)
					assert.Same(t, taskgroup.ErrTimeout, innerErr)
					assert.Same(t, taskgroup.ErrTimeout, outerErr, "returned by the body")

					for range 50 {
						outerErr, innerErr = nested(t, 5*ms, 5*ms)
						assert.ErrorIs(t, outerErr, taskgroup.ErrTimeout)
						assert.NotErrorIs(t, innerErr, taskgroup.ErrTimeout)
						assert.ErrorIs(t, innerErr, context.DeadlineExceeded)
					}
				})
			})
		}
	}
}

// T-07: what MoveOnAfter answers if its time and that of a scope around it are
// over at the same moment.
func TestMoveOnAfterNestedAtTheSameMoment(t *testing.T) {
	for outerName, outer := range timeScopes {
		t.Run(outerName, func(t *testing.T) {
			for range 50 {
				synctest.Test(t, func(t *testing.T) {
					assert.Same(t, taskgroup.ErrTimeout, outer(t.Context(), 5*ms, func(ctx context.Context) error {
						expired, err := taskgroup.MoveOnAfter(ctx, 5*ms, func(ctx context.Context) error {
							return taskgroup.Sleep(ctx, time.Hour)
						})
						assert.True(t, expired)
						assert.ErrorIs(t, err, context.DeadlineExceeded)
						assert.NotErrorIs(t, err, taskgroup.ErrTimeout)
						assert.Error(t, ctx.Err(), "which the error is from")
						return err
					}))
				})
			}
		})
	}
}

// A scope in a Shield is out of reach of the Timeout around that, which ends at
// the same moment.
func TestTimeScopeShieldedFromATimeout(t *testing.T) {
	for innerName, inner := range timeScopes {
		t.Run(innerName, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				err := taskgroup.Timeout(t.Context(), 5*ms, func(ctx context.Context, _ *taskgroup.Deadline) error {
					_, err := taskgroup.Shield(ctx, -1, taskgroup.NoValue(func(ctx context.Context) error {
						err := inner(ctx, 5*ms, func(ctx context.Context) error {
							return taskgroup.Sleep(ctx, time.Hour)
						})
						assert.Same(t, taskgroup.ErrTimeout, err)
						return nil
					}))
					return err
				})
				assert.NoError(t, err)
			})
		})
	}
}

// Also if that one's time is over first, and what comes in between ends for
// another reason, once the inner scope's time is over as well.
func TestTimeScopeDetachedFromATimeout(t *testing.T) {
	detached := map[string]func(ctx context.Context, fn func(ctx context.Context) error) error{
		"Shield": func(ctx context.Context, fn func(ctx context.Context) error) error {
			_, err := taskgroup.Shield(ctx, 2*ms, taskgroup.NoValue(fn))
			return err
		},
		"WithoutCancel": func(ctx context.Context, fn func(ctx context.Context) error) error {
			ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
			time.AfterFunc(7*ms, cancel)
			return fn(ctx)
		},
	}
	for name, detach := range detached {
		for innerName, inner := range timeScopes {
			t.Run(innerName+" in "+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					assert.NoError(t, taskgroup.Timeout(t.Context(), 5*ms, func(ctx context.Context, _ *taskgroup.Deadline) error {
						return detach(ctx, func(ctx context.Context) error {
							err := inner(ctx, 6*ms, func(ctx context.Context) error {
								<-ctx.Done()       // at 6 ms
								time.Sleep(2 * ms) // what is detached ends at 7 ms
								return ctx.Err()
							})
							assert.ErrorIs(t, err, taskgroup.ErrTimeout)
							return nil
						})
					}))
				})
			})
		}
	}
}

// A Timeout ends at its own time if the deadline around it comes to nothing.
func TestTimeoutWithinALyingContext(t *testing.T) {
	for name, never := range map[string]chan struct{}{"nil": nil, "open": make(chan struct{})} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if never != nil {
					never = make(chan struct{})
				}
				ctx, cancel := context.WithTimeout(t.Context(), 5*ms)
				defer cancel()
				lying := &testkit.Context{Parent: ctx, OnDone: func() <-chan struct{} { return never }, OnErr: testkit.Never}
				assert.Same(t, taskgroup.ErrTimeout, timeScopes["Timeout"](lying, 10*ms, func(ctx context.Context) error {
					<-ctx.Done()
					return ctx.Err()
				}))
			})
		})
	}
}

// The cause of an expired scope's context is an error of that scope alone.
func TestTimeScopeCause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for kind, scope := range timeScopes {
			t.Log(kind)
			var causes []error
			for range 2 {
				_ = scope(t.Context(), ms, func(ctx context.Context) error {
					<-ctx.Done()
					causes = append(causes, context.Cause(ctx))
					return nil
				})
			}
			require.Len(t, causes, 2)
			for _, cause := range causes {
				assert.ErrorIs(t, cause, context.DeadlineExceeded)
				assert.NotErrorIs(t, cause, taskgroup.ErrTimeout)
			}
			assert.NotErrorIs(t, causes[0], causes[1])
		}
	})
}

// A panic and a Goexit pass through, and nothing is left behind.
func TestTimeScopePanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for kind, scope := range timeScopes {
			t.Log(kind)
			var ended <-chan struct{}
			assertPassesThrough(t, func(body func()) {
				_ = scope(t.Context(), time.Hour, func(ctx context.Context) error {
					ended = ctx.Done()
					body()
					return nil
				})
			})
			<-ended // rule 1: the context given to a function ends with the call
		}
	})
}

// F-04 and the order of checks: a done context, then the time.
func TestWaitForNoTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		never := func(context.Context) (int, error) {
			assert.Fail(t, "called")
			return 0, nil
		}
		for _, d := range []time.Duration{0, -1, -time.Hour} {
			_, err := taskgroup.WaitFor(t.Context(), d, never)
			assert.Same(t, taskgroup.ErrTimeout, err)
		}
		why := errors.New("why")
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(why)
		for _, d := range []time.Duration{-1, 0, time.Hour} {
			_, err := taskgroup.WaitFor(ctx, d, never)
			assert.ErrorIs(t, err, context.Canceled)
			assert.ErrorIs(t, err, why)
			assert.NotErrorIs(t, err, taskgroup.ErrTimeout)
		}
	})
}

// Rule 9: a nil function panics.
func TestWaitForNilIsMisuse(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	assertMisuse(t, func() { _, _ = taskgroup.WaitFor[int](t.Context(), ms, nil) })
	assertMisuse(t, func() { _, _ = taskgroup.WaitFor[int](ctx, 0, nil) })
	assertMisuse(t, func() { _, _ = taskgroup.MoveOnAfter(t.Context(), ms, nil) })
}

// F-09: in the caller's goroutine, with a context that has a deadline, ends with
// DeadlineExceeded and keeps the values.
func TestWaitForContext(t *testing.T) {
	type key struct{}
	synctest.Test(t, func(t *testing.T) {
		ctx := context.WithValue(t.Context(), key{}, "value")
		v, err := taskgroup.WaitFor(ctx, 5*ms, func(ctx context.Context) (string, error) {
			when, ok := ctx.Deadline()
			assert.True(t, ok)
			assert.Equal(t, 5*ms, time.Until(when))
			<-ctx.Done()
			assert.Equal(t, context.DeadlineExceeded, ctx.Err())
			assert.Zero(t, time.Until(when))
			return ctx.Value(key{}).(string), nil
		})
		assert.NoError(t, err)
		assert.Equal(t, "value", v)
	})
}

// P-18: an error whose own methods panic, as those of a typed nil do.
func TestTimeScopeTypedNil(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var typedNil *fs.PathError
		for _, scope := range timeScopes {
			assert.Equal(t, error(typedNil), scope(t.Context(), ms, func(context.Context) error { return typedNil }))
			err := scope(t.Context(), ms, func(ctx context.Context) error { <-ctx.Done(); return typedNil })
			joined, ok := err.(interface{ Unwrap() []error })
			assert.True(t, ok)
			assert.Contains(t, joined.Unwrap(), error(typedNil))
			assert.Contains(t, joined.Unwrap(), taskgroup.ErrTimeout)
		}
	})
}

// The functions of these calls belong to the task that called.
func TestScopesKeepTheCurrentTask(t *testing.T) {
	caller := taskgroup.Start(t.Context(), func(ctx context.Context) (int, error) {
		isCaller := taskgroup.NoValue(func(ctx context.Context) error {
			info, ok := taskgroup.Current(ctx)
			assert.True(t, ok)
			assert.Equal(t, "caller", info.Name)
			return errOwn
		})
		check := func(ctx context.Context) error { _, err := isCaller(ctx); return err }
		for _, scope := range timeScopes {
			assert.Same(t, errOwn, scope(ctx, time.Hour, check))
		}
		_, err := taskgroup.MoveOnAfter(ctx, time.Hour, check)
		assert.Same(t, errOwn, err)
		_, err = taskgroup.Shield(ctx, time.Hour, isCaller)
		assert.Same(t, errOwn, err)
		return 1, nil
	}, taskgroup.Named("caller"))
	v, err := caller.Wait(t.Context())
	assert.NoError(t, err)
	assert.Equal(t, 1, v)
}

// A value beside an error is passed on.
func TestWaitForPartialResult(t *testing.T) {
	v, err := taskgroup.WaitFor(t.Context(), time.Hour, func(context.Context) (int, error) { return 7, errOwn })
	assert.Equal(t, 7, v)
	assert.Same(t, errOwn, err)
}

func TestMoveOnAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		moveOn := func(ctx context.Context, fn func(ctx context.Context) error) (bool, error) {
			return taskgroup.MoveOnAfter(ctx, 5*ms, fn)
		}
		expired, err := moveOn(t.Context(), func(context.Context) error { return nil })
		assert.False(t, expired)
		assert.NoError(t, err)

		expired, err = moveOn(t.Context(), func(context.Context) error { return errOwn })
		assert.False(t, expired)
		assert.Same(t, errOwn, err)

		for name, echo := range echoes {
			begin := time.Now()
			expired, err = moveOn(t.Context(), func(ctx context.Context) error {
				when, ok := ctx.Deadline()
				assert.True(t, ok)
				assert.Equal(t, 5*ms, time.Until(when))
				<-ctx.Done()
				assert.Equal(t, context.DeadlineExceeded, ctx.Err())
				time.Sleep(20 * ms)
				return echo(ctx)
			})
			assert.True(t, expired)
			assert.NoError(t, err, name)
			assert.Equal(t, 25*ms, time.Since(begin))
		}

		expired, err = moveOn(t.Context(), func(ctx context.Context) error { <-ctx.Done(); return nil })
		assert.True(t, expired)
		assert.NoError(t, err)

		expired, err = moveOn(t.Context(), func(ctx context.Context) error { <-ctx.Done(); return errOwn })
		assert.True(t, expired)
		assert.Same(t, errOwn, err)

		for range 50 { // decided by the clock, not by which timer runs first
			expired, err = moveOn(t.Context(), func(context.Context) error { time.Sleep(5 * ms); return errOwn })
			assert.True(t, expired)
			assert.Same(t, errOwn, err)
		}
	})
}

// Rule 4, T-08: an end of the parent is an error, also after the time.
func TestMoveOnAfterParentEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		why := errors.New("why")
		for name, echo := range echoes {
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(2*ms, func() { cancel(why) })
			expired, err := taskgroup.MoveOnAfter(ctx, 5*ms, func(ctx context.Context) error {
				<-ctx.Done()
				return echo(ctx)
			})
			assert.False(t, expired, name)
			assert.ErrorIs(t, err, context.Canceled, name)
			assert.ErrorIs(t, err, why, name)

			ctx, cancel = context.WithCancelCause(t.Context())
			expired, err = taskgroup.MoveOnAfter(ctx, 5*ms, func(ctx context.Context) error {
				<-ctx.Done()
				cancel(why)
				return echo(ctx)
			})
			assert.True(t, expired, name)
			assert.ErrorIs(t, err, context.Canceled, name)
			assert.ErrorIs(t, err, why, name)
			assert.NotErrorIs(t, err, taskgroup.ErrTimeout, name)

			ctx, stop := context.WithTimeout(t.Context(), 2*ms)
			defer stop()
			expired, err = taskgroup.MoveOnAfter(ctx, 5*ms, func(ctx context.Context) error {
				<-ctx.Done()
				return echo(ctx)
			})
			assert.False(t, expired, name)
			assert.ErrorIs(t, err, context.DeadlineExceeded, name)
		}
	})
}

func TestMoveOnAfterNoTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		never := func(context.Context) error {
			assert.Fail(t, "called")
			return nil
		}
		for _, d := range []time.Duration{0, -time.Hour} {
			expired, err := taskgroup.MoveOnAfter(t.Context(), d, never)
			assert.True(t, expired)
			assert.NoError(t, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for _, d := range []time.Duration{0, time.Hour} {
			expired, err := taskgroup.MoveOnAfter(ctx, d, never)
			assert.False(t, expired)
			assert.ErrorIs(t, err, context.Canceled)
		}
	})
}

func TestMoveOnAfterPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		assertPassesThrough(t, func(body func()) {
			_, _ = taskgroup.MoveOnAfter(t.Context(), time.Hour, func(context.Context) error {
				body()
				return nil
			})
		})
	})
}

// T-14: no timer is left, also after a panic.
func TestTimeScopesLeaveNoTimer(t *testing.T) {
	returning := func(context.Context) error { return nil }
	panicking := func(context.Context) error { panic("boom") }
	before := testkit.HeapInUse()
	for range 5000 {
		for _, fn := range []func(context.Context) error{returning, panicking} {
			for _, scope := range timeScopes {
				_ = testkit.Raised(func() { _ = scope(t.Context(), time.Hour, fn) })
			}
			_ = testkit.Raised(func() { _, _ = taskgroup.MoveOnAfter(t.Context(), time.Hour, fn) })
		}
	}
	assert.Less(t, testkit.HeapInUse()-before, int64(500_000))
}
