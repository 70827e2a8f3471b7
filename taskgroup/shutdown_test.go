package taskgroup_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/taskgroup"
)

// late returns err as a *LateError.
func late(t *testing.T, err error) *taskgroup.LateError {
	t.Helper()
	le, ok := err.(*taskgroup.LateError)
	require.True(t, ok, "%T: %v", err, err)
	return le
}

func names(tasks []taskgroup.TaskInfo) []string {
	list := []string{}
	for _, task := range tasks {
		list = append(list, task.Name)
	}
	return list
}

// Groups: Shutdown refuses new tasks and the calls that wait for room; the
// backlog was accepted and runs; in time it answers as Wait. P-21.
func TestShutdown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context(), taskgroup.WithLimit(1), taskgroup.WithBacklog(2))
		var order trace
		task := func(name string, err error) func(context.Context) error {
			return func(ctx context.Context) error { order.add(name); _ = sleep(ctx, time.Second); return err }
		}
		g.Go(task("0", nil))
		g.Go(task("1", nil))
		g.Go(task("2", nil))
		var callers sync.WaitGroup
		for range 3 {
			callers.Go(func() { assert.Equal(t, taskgroup.ErrGroupClosed, g.Submit(t.Context(), task("never", nil))) })
			callers.Go(func() { assert.False(t, g.Go(task("never", nil))) })
			callers.Go(func() {
				never := taskgroup.Go(g, taskgroup.NoValue(task("never", nil)))
				assert.Equal(t, taskgroup.ErrGroupClosed, never.Err())
				assert.False(t, never.Cancelled())
			})
		}
		synctest.Wait()
		begun := time.Now()
		assert.NoError(t, g.Shutdown(t.Context()))
		callers.Wait()
		assert.Equal(t, 3*time.Second, time.Since(begun))
		assert.Equal(t, []string{"0", "1", "2"}, order.all())
		assert.NoError(t, g.Wait())
		assert.NoError(t, g.Shutdown(t.Context()), "twice")
		assert.Equal(t, taskgroup.ErrGroupClosed, context.Cause(g.Context()))
	})
}

// In time it answers as Wait.
func TestShutdownAnswersAsWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		testkit.CaptureLog(t)
		g := taskgroup.New(t.Context())
		g.Go(func(context.Context) error { time.Sleep(time.Second); return errBoom })
		err := g.Shutdown(t.Context())
		assert.ErrorIs(t, err, errBoom)
		assert.Same(t, err, g.Wait())

		g = taskgroup.New(t.Context())
		g.Go(func(context.Context) error { panic("raised") })
		pe := raisedPanic(t, func() { _ = g.Shutdown(t.Context()) })
		assert.Equal(t, "raised", pe.Value)
		assert.Equal(t, "raised", raisedPanic(t, func() { _ = g.Wait() }).Value)
	})
}

// Groups: when ctx ends first it cancels the group with rule 4's error and
// returns at once a *LateError that names what still runs; a later Wait joins.
// P-14.
func TestShutdownThatIsLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context(), taskgroup.WithLimit(2), taskgroup.WithBacklog(-1), taskgroup.WithName("crew"))
		g.Go(func(ctx context.Context) error {
			<-ctx.Done()
			assert.ErrorIs(t, context.Cause(ctx), errWhy)
			assert.ErrorIs(t, context.Cause(ctx), context.DeadlineExceeded)
			time.Sleep(time.Minute)
			return nil
		}, taskgroup.Named("stubborn"))
		g.Go(returns(nil))
		g.Go(untilDone, taskgroup.Named("polite"))
		g.Go(func(context.Context) error { panic("it runs") }, taskgroup.Named("waiting"))
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errWhy)
		defer cancel()
		begun := time.Now()
		le := late(t, g.Shutdown(ctx))
		assert.Equal(t, time.Second, time.Since(begun))
		assert.Equal(t, []string{"stubborn", "polite"}, names(le.Tasks))
		assert.Equal(t, "crew", le.Tasks[0].Group)
		assert.ErrorIs(t, le, errWhy)
		assert.ErrorIs(t, le, context.DeadlineExceeded)
		assert.ErrorIs(t, groupError(t, le.Cause).Cause, errWhy)

		ge := groupError(t, g.Wait())
		assert.Equal(t, time.Second+time.Minute, time.Since(begun))
		assert.ErrorIs(t, ge.Cause, errWhy)
		assert.Empty(t, ge.Errors)
		assert.Equal(t, ge.Error(), groupError(t, g.Shutdown(ctx)).Error(), "rule 2: it has ended")
	})
}

// Rule 2: with a done context Shutdown does not wait, unless there is nothing to
// wait for.
func TestShutdownWithADoneContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errWhy)
		g := taskgroup.New(t.Context())
		g.Go(returns(nil))
		synctest.Wait()
		assert.NoError(t, g.Shutdown(ctx))

		g = taskgroup.New(t.Context())
		g.Go(untilDone, taskgroup.Named("running"))
		assert.Equal(t, []string{"running"}, names(late(t, g.Shutdown(ctx)).Tasks))
		assert.ErrorIs(t, g.Wait(), errWhy)
	})
}

// Rule 3: the last end and the end of Shutdown's context at once: either all
// have ended and it answers, or it is late and Wait says the same.
func TestShutdownAndTheLastEndAtOnce(t *testing.T) {
	for name, tie := range map[string]func(end, cancel func()){
		"cancel, end": func(end, cancel func()) { cancel(); end() },
		"end, cancel": func(end, cancel func()) { end(); cancel() },
		"by the clock": func(end, cancel func()) {
			time.AfterFunc(time.Second, end)
			time.AfterFunc(time.Second, cancel)
		},
	} {
		t.Run(name, func(t *testing.T) {
			for range 200 {
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := context.WithCancelCause(t.Context())
					g := taskgroup.New(t.Context())
					end := make(chan struct{})
					g.Go(func(context.Context) error { <-end; return nil }, taskgroup.Named("last"))
					go tie(func() { close(end) }, func() { cancel(errWhy) })
					if err := g.Shutdown(ctx); err != nil {
						assert.ErrorIs(t, late(t, err), errWhy)
						assert.ErrorIs(t, g.Wait(), errWhy)
					} else {
						assert.NoError(t, g.Wait())
					}
				})
			}
		})
	}
}

// Shutdown while the owner is in Wait, and from several goroutines.
func TestShutdownWhileOthersWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context())
		g.Go(func(ctx context.Context) error { return sleep(ctx, time.Hour) }, taskgroup.Named("long"))
		var all sync.WaitGroup
		all.Go(func() { assert.ErrorIs(t, g.Wait(), context.DeadlineExceeded) })
		for i := range 3 {
			all.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i+1)*time.Second)
				defer cancel()
				err := g.Shutdown(ctx)
				assert.ErrorIs(t, err, context.DeadlineExceeded)
				if i == 0 {
					assert.Equal(t, []string{"long"}, names(late(t, err).Tasks))
				} else {
					assert.Error(t, groupError(t, err), "it had ended by then")
				}
			})
		}
		all.Wait()
	})
}

// Of several that wait in time, all are answered.
func TestSeveralShutdownsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context())
		g.Go(func(context.Context) error { time.Sleep(time.Second); return nil })
		answers := make([]bool, 3)
		for i := range answers {
			go func() { answers[i] = g.Shutdown(t.Context()) == nil }()
		}
		synctest.Wait()
		assert.NoError(t, g.Wait())
		synctest.Wait()
		assert.Equal(t, []bool{true, true, true}, answers)
	})
}

// A panic that has been reported does not keep Shutdown from saying who is
// late; the later Wait raises it.
func TestLateShutdownAndAPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reports := testkit.CaptureLog(t)
		g := taskgroup.New(t.Context())
		g.Go(func(context.Context) error { time.Sleep(time.Hour); return nil }, taskgroup.Named("late"))
		g.Go(func(context.Context) error { panic("raised") })
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		le := late(t, g.Shutdown(ctx))
		assert.Equal(t, []string{"late"}, names(le.Tasks))
		assert.Len(t, reports.Take(), 1)
		pe := raisedPanic(t, func() { _ = g.Wait() })
		assert.Equal(t, "raised", pe.Value)
		assert.ErrorIs(t, pe.Others, context.DeadlineExceeded)
	})
}

// Groups: Shutdown refuses the calls that wait for room, also in a limit that is
// shared: another group may hold that for long.
func TestShutdownWhileACallWaitsForTheLimiter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context(), taskgroup.WithLimiter(&units{free: 1}))
		g.Go(func(context.Context) error { time.Sleep(time.Second); return nil })
		begun := time.Now()
		for _, call := range []func() error{
			func() error { return g.Submit(t.Context(), returns(nil)) },
			func() error { return taskgroup.Go(g, value(1)).Err() },
		} {
			go func() {
				assert.Same(t, taskgroup.ErrGroupClosed, call())
				assert.Zero(t, time.Since(begun))
			}()
		}
		synctest.Wait()
		assert.NoError(t, g.Shutdown(t.Context()))
		assert.Equal(t, time.Second, time.Since(begun))
	})
}

// Run: WithGrace, for Wait too: tasks that outlive the cancellation by d make it
// return a *LateError; a Wait after that joins for good. TG-10, N-03, H50.
func TestGrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context(), taskgroup.WithGrace(time.Minute))
		g.Go(failAfter(time.Hour, errCleanup), taskgroup.Named("stubborn"))
		g.Go(func(context.Context) error { time.Sleep(2 * time.Hour); return nil }, taskgroup.Named("shielded"), taskgroup.Shielded())
		g.Go(func(context.Context) error { time.Sleep(time.Second); return errBoom })
		begun := time.Now()
		le := late(t, g.Wait())
		assert.Equal(t, time.Second+time.Minute, time.Since(begun))
		assert.Equal(t, []string{"stubborn", "shielded"}, names(le.Tasks))
		_, errs := failed(le.Cause)
		assert.Equal(t, []error{errBoom}, errs, "the error it would have returned")
		assert.Equal(t, 2, g.Running())

		ge := groupError(t, g.Wait())
		assert.Equal(t, 2*time.Hour, time.Since(begun))
		_, errs = failed(ge)
		assert.Equal(t, []error{errBoom, errCleanup}, errs)
		assert.Same(t, ge, g.Wait())
	})
}

// Rule 1: what outlives the call is named, also what has not begun, and what does
// no more than to run its OnDone callbacks.
func TestLateErrorNamesWhatHasNotBegun(t *testing.T) {
	for name, leave := range map[string]func(g *taskgroup.Group) error{
		"Wait": func(g *taskgroup.Group) error {
			g.Cancel(errWhy)
			return g.Wait()
		},
		"Shutdown": func(g *taskgroup.Group) error {
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			g.Cancel(errWhy)
			return g.Shutdown(ctx)
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ran := false
				g := taskgroup.New(t.Context(), taskgroup.WithLimit(1), taskgroup.WithBacklog(-1), taskgroup.WithGrace(time.Second))
				g.Go(func(context.Context) error { time.Sleep(time.Minute); return nil }, taskgroup.Named("stubborn"))
				g.Go(func(context.Context) error { panic("it runs") }, taskgroup.Named("never"))
				notifying := taskgroup.Go(g, taskgroup.NoValue(func(context.Context) error { panic("it runs") }), taskgroup.Named("notifying"))
				notifying.OnDone(func(*taskgroup.Task[struct{}]) { time.Sleep(time.Hour) })
				g.Go(func(context.Context) error { ran = true; return nil }, taskgroup.Named("shielded"), taskgroup.Shielded())
				synctest.Wait()
				assert.Equal(t, []string{"stubborn", "notifying", "shielded"}, names(late(t, leave(g)).Tasks))
				assert.Equal(t, 1, g.Running())
				assert.Len(t, g.Tasks(), 1)
				if name == "Shutdown" {
					assert.NotEmpty(t, late(t, g.Wait()).Tasks, "the grace period goes for Wait as well")
				}
				assert.ErrorIs(t, groupError(t, g.Wait()), errWhy)
				assert.True(t, ran)
				assert.Empty(t, g.Tasks())
			})
		})
	}
}

// The error it would have returned has the parent's end for its cause, if that
// ended the group.
func TestGraceAfterTheParentsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		parent, end := context.WithCancelCause(t.Context())
		g := taskgroup.New(parent, taskgroup.WithGrace(time.Minute))
		g.Go(failAfter(time.Hour, nil), taskgroup.Named("stubborn"))
		synctest.Wait()
		end(errWhy)
		ge := groupError(t, late(t, g.Wait()).Cause)
		assert.ErrorIs(t, ge.Cause, errWhy)
		assert.ErrorIs(t, ge.Cause, context.Canceled)
		assert.Empty(t, ge.Errors)
		assert.NoError(t, g.Wait(), "everything returned nil")
	})
}

// A group that is not canceled is waited for without a bound.
func TestGraceBeginsWithTheCancellation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context(), taskgroup.WithGrace(time.Second))
		g.Go(func(context.Context) error { time.Sleep(time.Hour); return nil })
		assert.NoError(t, g.Wait())

		// It runs although no call waits yet.
		g = taskgroup.New(t.Context(), taskgroup.WithGrace(time.Minute))
		g.Go(failAfter(time.Hour, nil), taskgroup.Named("stubborn"))
		synctest.Wait()
		g.Stop()
		time.Sleep(50 * time.Second)
		begun := time.Now()
		le := late(t, g.Wait())
		assert.Equal(t, 10*time.Second, time.Since(begun))
		assert.NoError(t, le.Cause, "Stop is no error of the group")
		assert.NoError(t, g.Wait())

		g = taskgroup.New(t.Context(), taskgroup.WithGrace(time.Minute))
		g.Go(failAfter(time.Hour, nil), taskgroup.Named("stubborn"))
		synctest.Wait()
		g.Cancel(errWhy)
		time.Sleep(2 * time.Minute)
		begun = time.Now()
		assert.ErrorIs(t, late(t, g.Wait()), errWhy)
		assert.Zero(t, time.Since(begun), "it is over already")
		assert.ErrorIs(t, g.Wait(), errWhy)
	})
}

// Who ends within the grace period is not late.
func TestInTimeWithinTheGracePeriod(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context(), taskgroup.WithGrace(time.Minute))
		g.Go(failAfter(59*time.Second, errCleanup))
		synctest.Wait()
		g.Stop()
		_, errs := failed(g.Wait())
		assert.Equal(t, []error{errCleanup}, errs)
	})
}

// Rule 3: the end of the grace period and the last end at once: the answer is
// one or the other, and the next Wait knows.
func TestTheGracePeriodAndTheLastEndAtOnce(t *testing.T) {
	for range 200 {
		synctest.Test(t, func(t *testing.T) {
			g := taskgroup.New(t.Context(), taskgroup.WithGrace(time.Minute))
			g.Go(failAfter(time.Minute, nil), taskgroup.Named("last"))
			synctest.Wait()
			g.Cancel(errWhy)
			err := g.Wait()
			if _, ok := err.(*taskgroup.LateError); !ok {
				assert.ErrorIs(t, groupError(t, err), errWhy)
			}
			ge := groupError(t, g.Wait())
			assert.Equal(t, errWhy, ge.Cause)
		})
	}
}

// Several that wait all give up when the time is over.
func TestSeveralWaitWithGrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context(), taskgroup.WithGrace(time.Minute))
		g.Go(failAfter(time.Hour, nil))
		synctest.Wait()
		g.Stop()
		var waiters sync.WaitGroup
		for range 3 {
			waiters.Go(func() { assert.NoError(t, late(t, g.Wait()).Cause) })
		}
		waiters.Wait()
		assert.NoError(t, g.Wait())
	})
}

// Run: a panic is raised all the same, with the *LateError under Others.
func TestGraceAndAPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reports := testkit.CaptureLog(t)
		g := taskgroup.New(t.Context(), taskgroup.WithGrace(time.Minute))
		g.Go(failAfter(time.Hour, errCleanup), taskgroup.Named("stubborn"))
		g.Go(failAfter(time.Second, errWhy))
		g.Go(func(context.Context) error { time.Sleep(time.Second); panic("raised") })
		pe := raisedPanic(t, func() { _ = g.Wait() })
		assert.Equal(t, "raised", pe.Value)
		others := groupError(t, pe.Others)
		assert.Equal(t, []string{"stubborn"}, names(late(t, others.Cause).Tasks))
		_, errs := failed(others)
		assert.Equal(t, []error{errWhy}, errs)

		pe = raisedPanic(t, func() { _ = g.Wait() })
		assert.Equal(t, "raised", pe.Value)
		_, errs = failed(pe.Others)
		assert.Equal(t, []error{errCleanup, errWhy}, errs)
		assert.Len(t, reports.Take(), 1, "reported once")
	})
}

// P-57: a shielded task is not canceled with the group, keeps its values, and
// is joined; its own Cancel does reach it.
func TestShielded(t *testing.T) {
	type key struct{}
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(context.WithValue(t.Context(), key{}, "value"))
		task := taskgroup.Go(g, func(ctx context.Context) (any, error) {
			err := sleep(ctx, time.Minute)
			return ctx.Value(key{}), err
		}, taskgroup.Shielded())
		canceled := taskgroup.Go(g, taskgroup.NoValue(untilDone), taskgroup.Shielded())
		g.Go(returns(errBoom))
		synctest.Wait()
		assert.Equal(t, []string{task.Name(), canceled.Name()}, names(g.Tasks()))
		assert.True(t, canceled.Cancel(errWhy))
		begun := time.Now()
		_, errs := failed(g.Wait())
		assert.Equal(t, []error{errBoom}, errs)
		assert.Equal(t, time.Minute, time.Since(begun))
		v, err := task.Result()
		assert.NoError(t, err)
		assert.Equal(t, "value", v)
		assert.True(t, canceled.Cancelled())
	})
}

// Shielded and Start: the context keeps the values, but does not end with ctx.
func TestShieldedStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		task := taskgroup.Start(ctx, func(ctx context.Context) (bool, error) {
			_, has := ctx.Deadline()
			return has, sleep(ctx, time.Minute)
		}, taskgroup.Shielded())
		has, err := task.Wait(t.Context())
		assert.NoError(t, err)
		assert.False(t, has)
	})
}

// A callback that does not come back makes its task late.
func TestACallbackIsLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context(), taskgroup.WithGrace(time.Second))
		registered := make(chan struct{})
		task := taskgroup.Go(g, func(context.Context) (int, error) { <-registered; return 1, nil }, taskgroup.Named("ended"))
		task.OnDone(func(*taskgroup.Task[int]) { time.Sleep(time.Minute) })
		close(registered)
		synctest.Wait()
		assert.NoError(t, task.Err())
		assert.Empty(t, g.Tasks())
		g.Stop()
		assert.Equal(t, []string{"ended"}, names(late(t, g.Wait()).Tasks))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		assert.Equal(t, []string{"ended"}, names(late(t, g.Shutdown(ctx)).Tasks))
		assert.Error(t, g.Wait())
	})
}
