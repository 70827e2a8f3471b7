package taskgroup_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
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

// TG-01: Wait returns when no task is left, and the results are there.
func TestWaitJoinsEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context())
		begun := time.Now()
		tasks := make([]*taskgroup.Task[int], 10)
		for i := range tasks {
			tasks[i] = taskgroup.Go(g, func(ctx context.Context) (int, error) {
				return i * i, sleep(ctx, time.Duration(i)*time.Second)
			})
		}
		assert.NoError(t, g.Wait())
		assert.Equal(t, 9*time.Second, time.Since(begun))
		assert.Zero(t, g.Running())
		assert.Empty(t, g.Tasks())
		for i, task := range tasks {
			v, err := task.Result()
			assert.NoError(t, err)
			assert.Equal(t, i*i, v)
		}
	})
}

// P-6: a group without tasks.
func TestAGroupOfNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context())
		assert.NoError(t, g.Wait())
		assert.True(t, done(g.Context().Done()))
	})
}

// Groups: the first failure cancels the group with that error as cause, and
// that is the failure's own error. TG-02, P-3.
func TestTheFirstFailureCancelsTheGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context())
		g.Go(func(ctx context.Context) error {
			<-ctx.Done()
			assertCause(ctx, t, errBoom)
			return ctx.Err()
		})
		g.Go(func(ctx context.Context) error {
			assert.Error(t, sleep(ctx, time.Hour))
			return context.Cause(ctx)
		})
		g.Go(func(context.Context) error {
			time.Sleep(time.Second)
			return errBoom
		})
		ge := groupError(t, g.Wait())
		assert.NoError(t, ge.Cause)
		require.Len(t, ge.Errors, 1)
		assert.Equal(t, 2, ge.Errors[0].Index)
		assert.Same(t, errBoom, ge.Errors[0].Err)
		assertCause(g.Context(), t, errBoom)
	})
}

// Groups: first in time first, the rest in order of submission, without noise,
// clean-up failures kept. TG-03, TG-05, P-5, P-27, P-28.
func TestOrderOfErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b, c, d := errors.New("a"), errors.New("b"), errors.New("c"), errors.New("d")
		g := taskgroup.New(t.Context())
		g.Go(failAfter(3*time.Second, a))
		g.Go(untilDone)
		g.Go(failAfter(time.Second, b))
		g.Go(func(context.Context) error { time.Sleep(time.Second); return c })
		g.Go(returns(nil))
		g.Go(failAfter(2*time.Second, d))
		err := g.Wait()
		indexes, errs := failed(err)
		assert.Equal(t, []int{3, 0, 2, 5}, indexes)
		assert.Equal(t, []error{c, a, b, d}, errs)
		for _, want := range errs {
			assert.ErrorIs(t, err, want)
		}
		assert.NotErrorIs(t, err, context.Canceled)
		te, ok := errors.AsType[*taskgroup.TaskError](err)
		require.True(t, ok)
		assert.Equal(t, 3, te.Index)
	})
}

// P-25: every task fails by itself.
func TestEveryTaskFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context())
		var together sync.WaitGroup
		together.Add(5)
		want := make([]error, 5)
		for i := range want {
			want[i] = fmt.Errorf("%d", i)
			g.Go(func(context.Context) error {
				together.Done()
				together.Wait()
				return want[i]
			})
		}
		indexes, errs := failed(g.Wait())
		require.Len(t, errs, 5)
		assert.ElementsMatch(t, want, errs)
		assert.IsIncreasing(t, indexes[1:])
	})
}

// Groups: what main returns again is listed once. TG-17.
func TestWhatMainReturnsAgainIsListedOnce(t *testing.T) {
	for name, again := range map[string]func(g *taskgroup.Group, task *taskgroup.Task[int]) error{
		"the error itself":   func(_ *taskgroup.Group, task *taskgroup.Task[int]) error { return task.Err() },
		"wrapped":            func(_ *taskgroup.Group, task *taskgroup.Task[int]) error { return fmt.Errorf("main: %w", task.Err()) },
		"the group's cause":  func(g *taskgroup.Group, _ *taskgroup.Task[int]) error { return context.Cause(g.Context()) },
		"the answer of Wait": func(g *taskgroup.Group, _ *taskgroup.Task[int]) error { return g.Wait() },
		"a part of the answer": func(g *taskgroup.Group, _ *taskgroup.Task[int]) error {
			_ = g.Wait()
			return g.Wait().(*taskgroup.GroupError).Errors[0]
		},
		"the answer, wrapped": func(g *taskgroup.Group, _ *taskgroup.Task[int]) error { return fmt.Errorf("main: %w", g.Wait()) },
		"the context's error": func(g *taskgroup.Group, _ *taskgroup.Task[int]) error { return g.Context().Err() },
		"joined with noise": func(g *taskgroup.Group, task *taskgroup.Task[int]) error {
			return errors.Join(g.Context().Err(), task.Err())
		},
		"joined twice": func(_ *taskgroup.Group, task *taskgroup.Task[int]) error {
			return fmt.Errorf("main: %w", errors.Join(task.Err(), fmt.Errorf("again: %w", task.Err())))
		},
	} {
		for _, keepGoing := range []bool{false, true} {
			t.Run(fmt.Sprint(name, ", keep going: ", keepGoing), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					var options []taskgroup.Option
					if keepGoing {
						options = append(options, taskgroup.WithKeepGoing())
					}
					err := taskgroup.Run(t.Context(), func(_ context.Context, g *taskgroup.Group) error {
						task := taskgroup.Go(g, func(context.Context) (int, error) { return 0, errBoom })
						<-task.Done()
						return again(g, task)
					}, options...)
					indexes, errs := failed(err)
					assert.Equal(t, []int{0}, indexes)
					assert.Equal(t, []error{errBoom}, errs)
				})
			})
		}
	}
}

// What main adds to it is not lost, nor a join that holds nothing.
func TestWhatMainReturnsBesideThatIsListed(t *testing.T) {
	for name, beside := range map[string]func(error) error{
		"a failure of its own": func(err error) error { return errors.Join(err, errCleanup) },
		"a join of nothing":    func(error) error { return empty{} },
	} {
		t.Run(name, func(t *testing.T) {
			var own error
			err := taskgroup.Run(t.Context(), func(_ context.Context, g *taskgroup.Group) error {
				task := taskgroup.Go(g, func(context.Context) (int, error) { return 0, errBoom })
				<-task.Done()
				own = beside(task.Err())
				return own
			})
			indexes, errs := failed(err)
			assert.Equal(t, []int{0, -1}, indexes)
			assert.Equal(t, []error{errBoom, own}, errs)
		})
	}
}

// Groups: the number of the accepted task; main is -1, named main, and stands
// last unless it was first in time. TG-03.
func TestIndexes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mainFirst := taskgroup.Run(t.Context(), func(_ context.Context, g *taskgroup.Group) error {
			g.Go(failAfter(2*time.Second, errCleanup), taskgroup.Named("first"))
			g.Go(failAfter(time.Second, errCleanup))
			synctest.Wait()
			return errBoom
		})
		indexes, _ := failed(mainFirst)
		assert.Equal(t, []int{-1, 0, 1}, indexes)
		ge := groupError(t, mainFirst)
		assert.Equal(t, "main", ge.Errors[0].Name)
		assert.Equal(t, "first", ge.Errors[1].Name)
		assert.Regexp(t, `^task-\d+$`, ge.Errors[2].Name)

		mainLater := taskgroup.Run(t.Context(), func(ctx context.Context, g *taskgroup.Group) error {
			g.Go(failAfter(2*time.Second, errCleanup))
			g.Go(func(context.Context) error { synctest.Wait(); return errBoom })
			g.Go(failAfter(3*time.Second, errCleanup))
			<-ctx.Done()
			time.Sleep(time.Second)
			return errWhy
		})
		indexes, _ = failed(mainLater)
		assert.Equal(t, []int{1, 0, 2, -1}, indexes)
	})
}

// Groups: refused tasks have no number.
func TestRefusedTasksAreNotCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context(), taskgroup.WithLimit(1))
		end := make(chan struct{})
		g.Go(func(context.Context) error { <-end; return nil })
		require.False(t, g.TryGo(returns(nil)))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.Error(t, g.Submit(ctx, returns(nil)))
		close(end)
		require.True(t, g.Go(returns(errBoom)))
		indexes, _ := failed(g.Wait())
		assert.Equal(t, []int{1}, indexes)
	})
}

// Groups: when the parent's end is reported. TG-07, P-4, H29, H31.
func TestTheParentsEnd(t *testing.T) {
	nothing := func(context.Context, *taskgroup.Group) {}
	for name, c := range map[string]struct {
		before   func(ctx context.Context, g *taskgroup.Group)
		after    func(g *taskgroup.Group)
		reported bool
		errs     int
	}{
		"no tasks": {nothing, nil, false, 0},
		"all returned nil before": {func(_ context.Context, g *taskgroup.Group) {
			g.Go(returns(nil))
		}, nil, false, 0},
		"all returned nil in spite of it": {func(_ context.Context, g *taskgroup.Group) {
			g.Go(failAfter(time.Second, nil))
			g.Go(failAfter(2*time.Second, nil))
		}, nil, false, 0},
		"one was canceled": {func(_ context.Context, g *taskgroup.Group) {
			g.Go(untilDone)
			g.Go(returns(nil))
		}, nil, true, 0},
		"one failed after it": {func(_ context.Context, g *taskgroup.Group) {
			g.Go(failAfter(time.Second, errCleanup))
		}, nil, true, 1},
		"one failed before it": {func(_ context.Context, g *taskgroup.Group) {
			g.Go(returns(errBoom))
		}, nil, true, 1},
		"one never ran": {func(_ context.Context, g *taskgroup.Group) {
			g.SetLimit(1)
			g.Go(failAfter(time.Second, nil))
			g.Go(func(context.Context) error { panic("it runs") })
		}, nil, true, 0},
		"a Go was refused": {nothing, func(g *taskgroup.Group) {
			assert.False(t, g.Go(returns(nil)))
		}, true, 0},
		"a typed Go was refused": {nothing, func(g *taskgroup.Group) {
			err := taskgroup.Go(g, value(1)).Err()
			assert.ErrorIs(t, err, errWhy)
			assert.ErrorIs(t, err, context.Canceled)
		}, true, 0},
		"a TryGo was refused": {nothing, func(g *taskgroup.Group) {
			assert.False(t, g.TryGo(returns(nil)))
		}, true, 0},
		"a Submit was refused": {nothing, func(g *taskgroup.Group) {
			err := g.Submit(context.Background(), returns(nil))
			assert.ErrorIs(t, err, errWhy)
			assert.ErrorIs(t, err, context.Canceled)
		}, true, 0},
		"a Submit gave up by it": {nothing, func(g *taskgroup.Group) {
			assert.ErrorIs(t, g.Submit(g.Context(), returns(nil)), errWhy)
		}, true, 0},
		"a GoReady was refused": {nothing, func(g *taskgroup.Group) {
			_, err := taskgroup.GoReady(context.Background(), g, func(context.Context, func(int)) error { return nil })
			assert.ErrorIs(t, err, errWhy)
		}, true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				g := taskgroup.New(ctx, taskgroup.WithBacklog(-1))
				c.before(ctx, g)
				synctest.Wait()
				cancel(errWhy)
				if c.after != nil {
					c.after(g)
				}
				err := g.Wait()
				if !c.reported {
					assert.NoError(t, err)
					return
				}
				ge := groupError(t, err)
				assert.ErrorIs(t, ge.Cause, context.Canceled)
				assert.ErrorIs(t, ge.Cause, errWhy)
				assert.Len(t, ge.Errors, c.errs)
				assert.Error(t, ctx.Err(), "it cannot be swallowed: the context still says so")
			})
		})
	}
}

// Groups: only an end of the parent that came before the join is reported.
func TestTheParentsEndAfterTheJoin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		g := taskgroup.New(ctx)
		g.Go(returns(errBoom))
		assert.NoError(t, groupError(t, g.Wait()).Cause)
		cancel(errWhy)
		assert.NoError(t, groupError(t, g.Wait()).Cause)

		ctx, cancel = context.WithCancelCause(t.Context())
		err := taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
			g.Go(returns(nil))
			require.NoError(t, g.Wait(), "the join")
			cancel(errWhy)
			return errBoom
		})
		ge := groupError(t, err)
		assert.NoError(t, ge.Cause)
		require.Len(t, ge.Errors, 1)
		assert.Equal(t, taskgroup.TaskError{Index: -1, Name: "main", Err: errBoom}, *ge.Errors[0])
	})
}

// Groups: the deadline of the parent is an end like any other.
func TestTheParentsDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		g := taskgroup.New(ctx)
		g.Go(untilDone)
		ge := groupError(t, g.Wait())
		assert.ErrorIs(t, ge.Cause, context.DeadlineExceeded)
		assert.EqualError(t, ge, "taskgroup: group: context deadline exceeded")
		assert.Empty(t, ge.Errors)
		assert.NotErrorIs(t, ge, taskgroup.ErrTimeout)
	})
}

// TG-07: the order in which the parent ends and a task fails does not matter
// for what is reported, only for who cancels.
func TestTheParentsEndAndAFailureAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, failFirst := range []bool{false, true} {
			ctx, cancel := context.WithCancelCause(t.Context())
			g := taskgroup.New(ctx)
			g.Go(func(context.Context) error {
				if !failFirst {
					cancel(errWhy)
				}
				return errBoom
			})
			if failFirst {
				<-g.Context().Done()
				cancel(errWhy)
			}
			ge := groupError(t, g.Wait())
			assert.ErrorIs(t, ge.Cause, errWhy)
			require.Len(t, ge.Errors, 1)
			assert.Equal(t, errBoom, ge.Errors[0].Err)
			if failFirst {
				assertCause(g.Context(), t, errBoom)
			} else {
				assert.Equal(t, errWhy, context.Cause(g.Context()))
			}
		}
	})
}

// Groups: Cancel's cause is reported in any case, also when a failure came
// first, or every task returned nil.
func TestCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context())
		g.Go(failAfter(time.Second, nil))
		g.Cancel(errWhy)
		g.Cancel(errBoom)
		ge := groupError(t, g.Wait())
		assert.Equal(t, errWhy, ge.Cause, "the first one")
		assert.Empty(t, ge.Errors)

		g = taskgroup.New(t.Context())
		g.Go(returns(errBoom))
		synctest.Wait()
		g.Cancel(errWhy)
		ge = groupError(t, g.Wait())
		assert.Equal(t, errWhy, ge.Cause)
		require.Len(t, ge.Errors, 1)
		assertCause(g.Context(), t, errBoom)

		g = taskgroup.New(t.Context())
		g.Go(func(ctx context.Context) error { <-ctx.Done(); return fmt.Errorf("ended: %w", context.Cause(ctx)) })
		g.Cancel(nil)
		ge = groupError(t, g.Wait())
		assert.Equal(t, context.Canceled, ge.Cause)
		assert.Empty(t, ge.Errors)

		g = taskgroup.New(t.Context())
		assert.NoError(t, g.Wait())
		g.Cancel(errWhy)
		assert.NoError(t, g.Wait(), "after the end it does nothing")
		assert.Equal(t, taskgroup.ErrGroupClosed, context.Cause(g.Context()))
	})
}

// Groups: Cancel and the parent's end are both reported.
func TestCancelAndTheParentsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		g := taskgroup.New(ctx)
		g.Go(untilDone)
		g.Cancel(errBoom)
		cancel(errWhy)
		ge := groupError(t, g.Wait())
		assert.ErrorIs(t, ge.Cause, errBoom)
		assert.ErrorIs(t, ge.Cause, errWhy)
		assert.ErrorIs(t, ge.Cause, context.Canceled)
	})
}

// Groups: Stop ends the group without an error of its own. TG-18.
func TestStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context())
		var cause error
		g.Go(func(ctx context.Context) error { <-ctx.Done(); cause = context.Cause(ctx); return cause })
		g.Go(untilDone)
		synctest.Wait()
		g.Stop()
		g.Stop()
		assert.NoError(t, g.Wait())
		assert.Equal(t, taskgroup.ErrStopped, cause)
		assert.Equal(t, taskgroup.ErrStopped, context.Cause(g.Context()))
		g.Stop()
		assert.NoError(t, g.Wait())

		g = taskgroup.New(t.Context())
		g.Go(failAfter(0, errCleanup))
		synctest.Wait()
		g.Stop()
		_, errs := failed(g.Wait())
		assert.Equal(t, []error{errCleanup}, errs, "what goes wrong meanwhile is reported")
	})
}

// TG-19, H35: the parent's end after a Stop is not swallowed.
func TestTheParentsEndAfterStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		g := taskgroup.New(ctx)
		g.Go(failAfter(time.Second, context.Canceled))
		synctest.Wait()
		g.Stop()
		cancel(errWhy)
		assert.ErrorIs(t, g.Wait(), errWhy)
	})
}

// Groups: after the join the context ends with ErrGroupClosed. P-16, P-17.
func TestTheContextEndsWithTheGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context())
		g.Go(returns(nil))
		synctest.Wait()
		assert.NoError(t, g.Context().Err(), "only the join ends it")
		require.NoError(t, g.Wait())
		assert.Equal(t, context.Canceled, g.Context().Err())
		assert.Equal(t, taskgroup.ErrGroupClosed, context.Cause(g.Context()))
		assert.NoError(t, t.Context().Err(), "R1: the parent is untouched")
	})
}

// Groups: a task canceled by its own Cancel is no failure. TG-06, P-54.
func TestATasksOwnCancelIsNoFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context())
		running := taskgroup.Go(g, taskgroup.NoValue(untilDone))
		other := taskgroup.Go(g, func(ctx context.Context) (int, error) { return 42, sleep(ctx, time.Minute) })
		synctest.Wait()
		require.True(t, running.Cancel(errWhy))
		<-running.Done()
		assert.True(t, running.Cancelled())
		assert.NoError(t, g.Context().Err())
		assert.NoError(t, g.Wait())
		v, err := other.Result()
		assert.NoError(t, err)
		assert.Equal(t, 42, v)
		assert.False(t, other.Cancel(errWhy))
		assert.NoError(t, other.Err(), "canceling a finished task keeps its result")
	})
}

// TG-06: a spontaneous [context.Canceled] is a failure.
func TestASpontaneousCanceledIsAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context())
		task := taskgroup.Go(g, func(context.Context) (int, error) { return 0, context.Canceled })
		_, errs := failed(g.Wait())
		assert.Equal(t, []error{context.Canceled}, errs)
		assert.False(t, task.Cancelled())
	})
}

// Groups: a refused task never runs, and why it is refused. TG-12, H28, P-2,
// P-12, P-17.
func TestRefused(t *testing.T) {
	never := func(context.Context) error { panic("it runs") }
	ready := func(context.Context, func(int)) error { panic("it runs") }
	for name, c := range map[string]struct {
		end      func(g *taskgroup.Group, cancelParent context.CancelCauseFunc)
		why      []error
		canceled bool // says the handle
	}{
		"joined":           {func(g *taskgroup.Group, _ context.CancelCauseFunc) { _ = g.Wait() }, []error{taskgroup.ErrGroupClosed}, false},
		"canceled, joined": {func(g *taskgroup.Group, _ context.CancelCauseFunc) { g.Cancel(errWhy); _ = g.Wait() }, []error{taskgroup.ErrGroupClosed}, false},
		"stopped, joined":  {func(g *taskgroup.Group, _ context.CancelCauseFunc) { g.Stop(); _ = g.Wait() }, []error{taskgroup.ErrGroupClosed}, false},
		"failed, joined": {func(g *taskgroup.Group, _ context.CancelCauseFunc) {
			g.Go(returns(errBoom))
			_ = g.Wait()
		}, []error{taskgroup.ErrGroupClosed}, false},
		"parent ended, joined": {func(g *taskgroup.Group, cancel context.CancelCauseFunc) {
			cancel(errWhy)
			_ = g.Wait()
		}, []error{taskgroup.ErrGroupClosed}, false},
		"shut down": {func(g *taskgroup.Group, _ context.CancelCauseFunc) {
			g.Go(func(context.Context) error { time.Sleep(time.Second); return nil })
			go func() { _ = g.Shutdown(context.Background()) }()
			synctest.Wait()
		}, []error{taskgroup.ErrGroupClosed}, false},
		"shut down, canceled": {func(g *taskgroup.Group, _ context.CancelCauseFunc) {
			g.Go(func(context.Context) error { time.Sleep(time.Second); return nil })
			go func() { _ = g.Shutdown(context.Background()) }()
			synctest.Wait()
			g.Stop()
		}, []error{taskgroup.ErrGroupClosed}, false},
		"canceled":     {func(g *taskgroup.Group, _ context.CancelCauseFunc) { g.Cancel(errWhy) }, []error{errWhy}, true},
		"stopped":      {func(g *taskgroup.Group, _ context.CancelCauseFunc) { g.Stop() }, []error{taskgroup.ErrStopped}, true},
		"failed":       {func(g *taskgroup.Group, _ context.CancelCauseFunc) { g.Go(returns(errBoom)); synctest.Wait() }, []error{errBoom}, true},
		"parent ended": {func(_ *taskgroup.Group, cancel context.CancelCauseFunc) { cancel(errWhy) }, []error{errWhy, context.Canceled}, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				parent, cancel := context.WithCancelCause(t.Context())
				g := taskgroup.New(parent, taskgroup.WithBacklog(-1))
				c.end(g, cancel)
				assert.False(t, g.Go(never))
				assert.False(t, g.TryGo(never))
				task := taskgroup.Go(g, taskgroup.NoValue(never))
				assert.True(t, done(task.Done()))
				submitted := g.Submit(t.Context(), never)
				_, readied := taskgroup.GoReady(t.Context(), g, ready)
				for _, why := range c.why {
					assert.ErrorIs(t, task.Err(), why)
					assert.ErrorIs(t, submitted, why)
					assert.ErrorIs(t, readied, why)
				}
				assert.Equal(t, c.canceled, task.Cancelled(), "refused by a closed group: no")

				// Order of checks: a done context first.
				gone, cancelGone := context.WithCancelCause(t.Context())
				cancelGone(errCleanup)
				assert.ErrorIs(t, g.Submit(gone, never), errCleanup)
				_, readied = taskgroup.GoReady(gone, g, ready)
				assert.ErrorIs(t, readied, errCleanup)

				_ = g.Wait()
			})
		})
	}
}

// Groups: tasks may start tasks while the owner is in Wait. TG-11, P-11.
func TestTasksStartTasksWhileTheOwnerWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context())
		var ran atomic.Int32
		var hydra func(depth int) func(context.Context) error
		hydra = func(depth int) func(context.Context) error {
			return func(context.Context) error {
				ran.Add(1)
				time.Sleep(time.Second)
				if depth > 0 {
					assert.True(t, g.Go(hydra(depth-1)))
					assert.True(t, g.Go(hydra(depth-1)))
				}
				return nil
			}
		}
		g.Go(hydra(7))
		assert.NoError(t, g.Wait())
		assert.Equal(t, int32(255), ran.Load())
	})
}

// Groups: Wait twice, or from several goroutines: one answer.
func TestWaitGivesOneAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context())
		g.Go(func(context.Context) error { time.Sleep(time.Second); return errBoom })
		answers := make([]error, 10)
		var waiters sync.WaitGroup
		for i := range answers {
			waiters.Go(func() { answers[i] = g.Wait() })
		}
		waiters.Wait()
		first := g.Wait()
		for _, err := range answers {
			assert.Same(t, first, err)
		}
		assert.ErrorIs(t, first, errBoom)
	})
}

// TG-09: Wait does not come back while a task lives, however often the group is
// canceled.
func TestWaitStaysForAStubbornTask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context())
		begun := time.Now()
		g.Go(func(context.Context) error { time.Sleep(time.Hour); return nil })
		for i := range 3 {
			time.AfterFunc(time.Duration(i+1)*time.Minute, func() { g.Cancel(errWhy) })
		}
		assert.ErrorIs(t, g.Wait(), errWhy)
		assert.Equal(t, time.Hour, time.Since(begun))
	})
}

// Groups: WithKeepGoing: no failure and no Goexit cancels siblings. P-59.
func TestKeepGoing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context(), taskgroup.WithKeepGoing())
		good := taskgroup.Go(g, func(ctx context.Context) (int, error) { return 42, sleep(ctx, time.Minute) })
		g.Go(func(context.Context) error { time.Sleep(2 * time.Second); return errBoom })
		g.Go(func(context.Context) error { time.Sleep(time.Second); runtime.Goexit(); return nil })
		time.Sleep(3 * time.Second)
		assert.NoError(t, g.Context().Err())
		assert.True(t, g.Go(returns(errWhy)))
		indexes, errs := failed(g.Wait())
		assert.Equal(t, []int{2, 1, 3}, indexes, "first in time, then by submission")
		assert.Equal(t, []error{taskgroup.ErrGoexit, errBoom, errWhy}, errs)
		assert.NoError(t, good.Err())
		assert.Equal(t, taskgroup.ErrGroupClosed, context.Cause(g.Context()))
	})
}

// Groups: the error handler sees each failure as it happens, one at a time,
// with the task's context, before the task counts as ended; it observes. K-14,
// H43, H59.
func TestErrorHandler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reports := testkit.CaptureLog(t)
		var g *taskgroup.Group
		var seen trace
		inside := 0
		g = taskgroup.New(t.Context(), taskgroup.WithName("crew"), taskgroup.WithPanics(taskgroup.PanicAsError),
			taskgroup.WithErrorHandler(func(ctx context.Context, task taskgroup.TaskInfo, err error) {
				inside++
				assert.Equal(t, 1, inside, "one at a time")
				current, ok := taskgroup.Current(ctx)
				assert.True(t, ok)
				assert.Equal(t, task, current)
				assert.Equal(t, "crew", task.Group)
				assert.ErrorIs(t, context.Cause(g.Context()), errBoom, "the siblings are canceled first")
				names := []string{}
				for _, running := range g.Tasks() {
					names = append(names, running.Name)
				}
				assert.Contains(t, names, task.Name, "before it counts as ended")
				time.Sleep(time.Minute)
				seen.add(task.Name)
				if task.Name == "panics" {
					_, ok := errors.AsType[*taskgroup.PanicError](err)
					assert.True(t, ok)
				}
				inside--
			}))
		g.Go(failAfter(2*time.Second, errCleanup), taskgroup.Named("cleanup"))
		g.Go(untilDone, taskgroup.Named("noise"))
		g.Go(func(context.Context) error { time.Sleep(time.Second); return errBoom }, taskgroup.Named("first"))
		g.Go(func(ctx context.Context) error { <-ctx.Done(); time.Sleep(time.Second); panic("late") }, taskgroup.Named("panics"))
		g.Go(func(ctx context.Context) error {
			<-ctx.Done()
			time.Sleep(3 * time.Second)
			runtime.Goexit()
			return nil
		}, taskgroup.Named("exits"))
		own := taskgroup.Go(g, taskgroup.NoValue(untilDone))
		synctest.Wait()
		own.Cancel(nil)
		indexes, _ := failed(g.Wait())
		assert.Equal(t, []int{2, 0, 3, 4}, indexes, "Wait returns the failures all the same")
		assert.Equal(t, []string{"first", "panics", "cleanup", "exits"}, seen.all())
		assert.Empty(t, reports.Take(), "in place of slog")
	})
}

// Groups: with WithKeepGoing, what the handler has seen is not kept and Wait is
// nil; a panic is still raised.
func TestErrorHandlerAndKeepGoing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reports := testkit.CaptureLog(t)
		var seen trace
		options := []taskgroup.Option{
			taskgroup.WithKeepGoing(),
			taskgroup.WithErrorHandler(func(_ context.Context, _ taskgroup.TaskInfo, err error) { seen.add(err.Error()) }),
		}
		g := taskgroup.New(t.Context(), options...)
		g.Go(returns(errBoom))
		g.Go(func(context.Context) error { runtime.Goexit(); return nil })
		assert.NoError(t, g.Wait())
		assert.ElementsMatch(t, []string{"boom", taskgroup.ErrGoexit.Error()}, seen.all())

		g = taskgroup.New(t.Context(), options...)
		g.Go(returns(errBoom))
		const taskName = "panics"
		g.Go(func(context.Context) error { panic("raised") }, taskgroup.Named(taskName))
		assert.NoError(t, g.Wait(), "the handler has seen the panic, and nothing is kept")
		assert.Contains(t, seen.all(), "taskgroup: "+taskName+" panicked: raised")
		assert.Empty(t, reports.Take())

		// Main is no task: the handler has not seen its failure.
		err := taskgroup.Run(t.Context(), func(context.Context, *taskgroup.Group) error { return errWhy }, options...)
		assert.ErrorIs(t, err, errWhy)
	})
}

// Groups: a handler that panics is reported to slog, and the rest goes on. P-40.
func TestErrorHandlerThatPanics(t *testing.T) {
	for name, bad := range map[string]func(){
		"panic":      func() { panic("handler") },
		"panic(nil)": func() { panic(nil) }, //nolint:govet // that is the point
		"Goexit":     func() { runtime.Goexit() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				reports := testkit.CaptureLog(t)
				calls := 0
				g := taskgroup.New(t.Context(), taskgroup.WithLimit(1), taskgroup.WithBacklog(-1), taskgroup.WithKeepGoing(),
					taskgroup.WithErrorHandler(func(context.Context, taskgroup.TaskInfo, error) {
						calls++
						bad()
					}))
				first := taskgroup.Go(g, func(context.Context) (int, error) { return 0, errBoom })
				second := taskgroup.Go(g, func(context.Context) (int, error) { return 0, errWhy })
				third := taskgroup.Go(g, value(3))
				assert.NoError(t, g.Wait())
				assert.Equal(t, 2, calls)
				assert.Equal(t, errBoom, first.Err())
				assert.Equal(t, errWhy, second.Err())
				assert.NoError(t, third.Err())
				assert.Zero(t, g.Running())
				records := reports.Take()
				if name == "Goexit" {
					assert.Empty(t, records)
					return
				}
				assert.Len(t, records, 2)
				for _, r := range records {
					assert.Contains(t, r.Message, "handler")
					assert.Contains(t, testkit.Attr(r, "stack"), "TestErrorHandlerThatPanics")
				}
			})
		})
	}
}

// Groups: Tasks lists what has started and not ended, in order. X-02, H52.
func TestTasks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context(), taskgroup.WithName("crew"), taskgroup.WithLimit(3), taskgroup.WithBacklog(-1))
		names := func() []string {
			list := []string{}
			ids := map[uint64]bool{}
			for _, info := range g.Tasks() {
				list = append(list, info.Name)
				assert.Equal(t, "crew", info.Group)
				ids[info.ID] = true
			}
			assert.Len(t, ids, len(list), "unique")
			assert.NotContains(t, ids, uint64(0))
			return list
		}
		assert.Empty(t, names())
		for i := range 5 {
			g.Go(func(context.Context) error { time.Sleep(time.Duration(5-i) * time.Second); return nil }, taskgroup.Named(fmt.Sprint(i)))
		}
		assert.Equal(t, []string{"0", "1", "2"}, names(), "those that wait have not started")
		assert.Equal(t, 3, g.Running())
		time.Sleep(3500 * time.Millisecond)
		assert.Equal(t, []string{"0", "1", "3"}, names())
		assert.NoError(t, g.Wait())
		assert.Empty(t, names())
	})
}

// TG-14: groups nest; [errors.Is] finds the leaf.
func TestNestedGroups(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		outer := taskgroup.New(t.Context())
		outer.Go(func(ctx context.Context) error {
			return taskgroup.Run(ctx, func(_ context.Context, inner *taskgroup.Group) error {
				inner.Go(returns(errBoom))
				return nil
			})
		})
		err := outer.Wait()
		assert.ErrorIs(t, err, errBoom)
		inner := groupError(t, groupError(t, err).Errors[0].Err)
		assert.Equal(t, errBoom, inner.Errors[0].Err)
	})
}

// TG-14: the outer one failing cancels the inner one without a failure there.
func TestTheOuterGroupCancelsTheInner(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		outer := taskgroup.New(t.Context())
		outer.Go(func(ctx context.Context) error {
			err := taskgroup.Run(ctx, func(_ context.Context, inner *taskgroup.Group) error {
				inner.Go(untilDone)
				return nil
			})
			ge := groupError(t, err)
			assert.Empty(t, ge.Errors)
			assert.ErrorIs(t, ge.Cause, errBoom)
			return err
		})
		outer.Go(func(context.Context) error { time.Sleep(time.Second); return errBoom })
		indexes, errs := failed(outer.Wait())
		assert.Equal(t, []int{1}, indexes, "a GroupError without Errors whose Cause is noise is noise")
		assert.Equal(t, []error{errBoom}, errs)
	})
}

// TG-15, H30: both fail at once: the outer one's context is done for what goes on
// after the inner one.
func TestBothGroupsFail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		err := taskgroup.Run(t.Context(), func(ctx context.Context, outer *taskgroup.Group) error {
			fail := make(chan struct{})
			outer.Go(func(context.Context) error { <-fail; return errWhy })
			err := taskgroup.Run(ctx, func(_ context.Context, inner *taskgroup.Group) error {
				inner.Go(func(context.Context) error { close(fail); return errBoom })
				synctest.Wait()
				return nil
			})
			assert.ErrorIs(t, err, errBoom)
			assert.Error(t, sleep(ctx, time.Hour), "it does not run on")
			return nil
		})
		_, errs := failed(err)
		assert.Equal(t, []error{errWhy}, errs)
	})
}

// P-59: canceling goes down, never up; nested 50 deep, one cancel ends all.
func TestDeeplyNestedGroups(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ended atomic.Int32
		var nest func(ctx context.Context, depth int) error
		nest = func(ctx context.Context, depth int) error {
			return taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
				g.Go(func(ctx context.Context) error { <-ctx.Done(); ended.Add(1); return ctx.Err() })
				if depth == 0 {
					return nil
				}
				g.Go(func(ctx context.Context) error { return nest(ctx, depth-1) })
				return nil
			})
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(errWhy) })
		ge := groupError(t, nest(ctx, 50))
		assert.ErrorIs(t, ge.Cause, errWhy)
		assert.Empty(t, ge.Errors)
		assert.Equal(t, int32(51), ended.Load())
	})
}

// A grandchild's failure reaches only its own group, if its parent takes it.
func TestAFailureStopsWhereItIsTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		outer := taskgroup.New(t.Context())
		outer.Go(func(ctx context.Context) error {
			assert.Error(t, taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
				g.Go(returns(errBoom))
				return nil
			}))
			return nil
		})
		sibling := taskgroup.Go(outer, func(ctx context.Context) (int, error) { return 42, sleep(ctx, time.Minute) })
		assert.NoError(t, outer.Wait())
		assert.NoError(t, sibling.Err())
	})
}

// Rule 12: return → Wait and handler. The race detector is the judge.
func TestWaitHappensAfterTheTasks(t *testing.T) {
	for range 100 {
		handled := 0
		g := taskgroup.New(t.Context(), taskgroup.WithKeepGoing(), taskgroup.WithErrorHandler(func(_ context.Context, _ taskgroup.TaskInfo, err error) {
			handled += len(err.Error())
		}))
		results := make([]int, 8)
		for i := range results {
			g.Go(func(context.Context) error {
				results[i] = i
				if i%2 == 0 {
					return errBoom
				}
				return nil
			})
		}
		assert.NoError(t, g.Wait())
		assert.Equal(t, []int{0, 1, 2, 3, 4, 5, 6, 7}, results)
		assert.Equal(t, 4*len("boom"), handled)
	}
}

// nosy is an error whose methods look at the group that it is the cause of.
type nosy struct{ g *taskgroup.Group }

func (e nosy) Error() string { e.g.Running(); return "nosy" }
func (e nosy) Is(error) bool { e.g.Running(); return false }

// Rule 10: no lock is held while an error's methods run.
func TestTheCauseMayLookAtTheGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		g := taskgroup.New(ctx)
		g.Go(untilDone)
		cause := nosy{g}
		g.Cancel(cause)
		cancel()
		err := g.Wait()
		assert.ErrorIs(t, err, cause)
		assert.ErrorIs(t, err, context.Canceled)
	})
}

// Rule 9: a group that New or Run did not make.
func TestTheZeroGroup(t *testing.T) {
	for _, g := range []*taskgroup.Group{nil, {}} {
		for _, call := range []func(){
			func() { g.Go(untilDone) },
			func() { g.TryGo(untilDone) },
			func() { _ = g.Submit(t.Context(), untilDone) },
			func() { taskgroup.Go(g, value(1)) },
			func() {
				_, _ = taskgroup.GoReady(t.Context(), g, func(context.Context, func(int)) error { return nil })
			},
			func() { _ = g.Wait() },
			func() { _ = g.Shutdown(t.Context()) },
			func() { g.Cancel(nil) },
			g.Stop,
			func() { g.Context() },
			func() { g.Running() },
			func() { g.Tasks() },
			func() { g.Limit() },
			func() { g.SetLimit(1) },
		} {
			assertMisuse(t, call)
		}
	}
}

// Rule 9: options.
func TestMisuseOfOptions(t *testing.T) {
	g := taskgroup.New(t.Context(), taskgroup.WithLimit(2))
	for _, call := range []func(){
		func() { taskgroup.WithLimit(0) },
		func() { g.SetLimit(0) },
		func() { taskgroup.WithErrorHandler(nil) },
		func() { taskgroup.WithLimiter(nil) },
		func() { taskgroup.WithGrace(0) },
		func() { taskgroup.WithGrace(-1) },
		func() { taskgroup.WithPanics(-1) },
		func() { taskgroup.WithPanics(taskgroup.PanicCrash + 1) },
		func() { taskgroup.New(t.Context(), nil) },
		func() { taskgroup.New(t.Context(), taskgroup.WithSignals()) },
		func() { taskgroup.New(t.Context(), taskgroup.WithLimiter(&units{free: 1}), taskgroup.WithBacklog(1)) },
		func() { _ = taskgroup.Run(t.Context(), nil) },
	} {
		assertMisuse(t, call)
	}
	assert.Equal(t, 2, g.Limit(), "the state is as it was")
	assert.NoError(t, g.Wait())
}
