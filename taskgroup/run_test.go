package taskgroup_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/taskgroup"
)

// Run: main runs in the caller's goroutine, with the group's context. N-01.
func TestRunCallsMainHere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		me := goroutine()
		require.NoError(t, taskgroup.Run(t.Context(), func(ctx context.Context, g *taskgroup.Group) error {
			assert.Equal(t, me, goroutine())
			assert.Equal(t, g.Context(), ctx)
			_, ok := taskgroup.Current(ctx)
			assert.False(t, ok, "main is no task")
			return nil
		}))
	})
}

// Run: it returned nil: wait, cancel nothing.
func TestMainReturnsNil(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		var task *taskgroup.Task[int]
		require.NoError(t, taskgroup.Run(t.Context(), func(_ context.Context, g *taskgroup.Group) error {
			task = taskgroup.Go(g, func(ctx context.Context) (int, error) { return 42, sleep(ctx, time.Minute) })
			return nil
		}))
		assert.Equal(t, time.Minute, time.Since(begun))
		v, err := task.Result()
		assert.NoError(t, err)
		assert.Equal(t, 42, v)
	})
}

// Run: main returned an error: cancel, then join. P-15, TG-04.
func TestMainReturnsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, keepGoing := range [][]taskgroup.Option{nil, {taskgroup.WithKeepGoing()}} {
			begun := time.Now()
			err := taskgroup.Run(t.Context(), func(_ context.Context, g *taskgroup.Group) error {
				g.Go(func(ctx context.Context) error {
					<-ctx.Done()
					assertCause(ctx, t, errBoom)
					time.Sleep(time.Second)
					return ctx.Err()
				})
				synctest.Wait()
				return errBoom
			}, keepGoing...)
			assert.Equal(t, time.Second, time.Since(begun))
			ge := groupError(t, err)
			assert.NoError(t, ge.Cause)
			require.Len(t, ge.Errors, 1)
			assert.Equal(t, taskgroup.TaskError{Index: -1, Name: "main", Err: errBoom}, *ge.Errors[0])
		}
	})
}

// TG-08: main swallows the cancellation and returns nil: the failure is there
// all the same. H27.
func TestMainSwallowsTheCancellation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		err := taskgroup.Run(t.Context(), func(ctx context.Context, g *taskgroup.Group) error {
			g.Go(returns(errBoom))
			assert.Error(t, sleep(ctx, time.Hour), "the failure of a task ends main's context")
			return nil
		})
		_, errs := failed(err)
		assert.Equal(t, []error{errBoom}, errs)
		assert.NoError(t, t.Context().Err(), "R1")
	})
}

// Rule 2: main is not called when ctx is done at the call.
func TestRunWithADoneContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errWhy)
		ge := groupError(t, taskgroup.Run(ctx, func(context.Context, *taskgroup.Group) error { panic("called") }))
		assert.ErrorIs(t, ge.Cause, errWhy)
		assert.ErrorIs(t, ge.Cause, context.Canceled)
		assert.Empty(t, ge.Errors)
	})
}

// Groups: the parent's end, seen by main.
func TestRunAndTheParentsEnd(t *testing.T) {
	for name, c := range map[string]struct {
		main     func(ctx context.Context) error
		reported bool
		errs     []error
	}{
		"main returns nil":            {func(ctx context.Context) error { <-ctx.Done(); return nil }, false, nil},
		"main returns the Err":        {untilDone, true, nil},
		"main returns the Cause":      {func(ctx context.Context) error { <-ctx.Done(); return context.Cause(ctx) }, true, nil},
		"main fails while it cleans":  {func(ctx context.Context) error { <-ctx.Done(); return errCleanup }, true, []error{errCleanup}},
		"main fails, wrapping it all": {func(ctx context.Context) error { <-ctx.Done(); return errors.Join(ctx.Err(), errCleanup) }, true, nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				time.AfterFunc(time.Second, func() { cancel(errWhy) })
				err := taskgroup.Run(ctx, func(ctx context.Context, _ *taskgroup.Group) error { return c.main(ctx) })
				if !c.reported {
					assert.NoError(t, err)
					return
				}
				ge := groupError(t, err)
				assert.ErrorIs(t, ge.Cause, errWhy)
				assert.ErrorIs(t, ge.Cause, context.Canceled)
				if name == "main fails, wrapping it all" {
					assert.ErrorIs(t, ge, errCleanup)
				} else {
					_, errs := failed(ge)
					assert.Equal(t, c.errs, errs)
				}
			})
		})
	}
}

// N-02: what main leaves behind is waited for; Stop is asyncio.run's way.
func TestStopAtTheEndOfMain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		assert.NoError(t, taskgroup.Run(t.Context(), func(_ context.Context, g *taskgroup.Group) error {
			g.Go(untilDone)
			g.Stop()
			return nil
		}))
	})
}

// N-04, H51: a task that is begun while the group ends is refused; one begun by
// a task that was accepted is joined.
func TestTasksBegunWhileTheGroupEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refused := false
		_ = taskgroup.Run(t.Context(), func(_ context.Context, g *taskgroup.Group) error {
			g.Go(func(ctx context.Context) error {
				<-ctx.Done()
				refused = !g.Go(func(context.Context) error { panic("it runs") })
				return nil
			})
			synctest.Wait()
			return errBoom
		})
		assert.True(t, refused)
	})
}

// Groups: only what the group has noted counts as returned again: an error of
// another group without failures, ended by a cause, is none of that.
func TestMainReturnsTheCauseOfAnotherGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		other := taskgroup.New(t.Context())
		other.Cancel(errWhy)
		ended := other.Wait()
		err := taskgroup.Run(t.Context(), func(context.Context, *taskgroup.Group) error { return ended })
		_, errs := failed(err)
		assert.Equal(t, []error{ended}, errs)
	})
}

// P-18: an error whose own methods panic, as those of a typed nil do, is a
// failure of main like another.
func TestMainReturnsATypedNil(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var typedNil *fs.PathError
		err := taskgroup.Run(t.Context(), func(context.Context, *taskgroup.Group) error { return typedNil })
		ge, ok := err.(*taskgroup.GroupError)
		require.True(t, ok)
		require.Len(t, ge.Errors, 1)
		assert.Same(t, typedNil, ge.Errors[0].Err)
	})
}

// N-06: Run may be nested.
func TestNestedRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		err := taskgroup.Run(t.Context(), func(ctx context.Context, _ *taskgroup.Group) error {
			return taskgroup.Run(ctx, func(_ context.Context, inner *taskgroup.Group) error {
				inner.Go(returns(errBoom))
				return nil
			})
		})
		assert.ErrorIs(t, err, errBoom)
	})
}

// Main may join, shut down and stop its own group.
func TestMainWaitsItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		err := taskgroup.Run(t.Context(), func(_ context.Context, g *taskgroup.Group) error {
			g.Go(returns(errBoom))
			assert.ErrorIs(t, g.Wait(), errBoom)
			assert.False(t, g.Go(returns(nil)))
			return errWhy
		})
		indexes, errs := failed(err)
		assert.Equal(t, []int{0, -1}, indexes)
		assert.Equal(t, []error{errBoom, errWhy}, errs)

		assert.NoError(t, taskgroup.Run(t.Context(), func(ctx context.Context, g *taskgroup.Group) error {
			g.Go(returns(nil))
			return g.Shutdown(ctx)
		}))
	})
}

// Run: its own panic passes on unchanged, after the join; the tasks' are
// reported.
func TestMainPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reports := testkit.CaptureLog(t)
		begun := time.Now()
		ended := false
		v := testkit.Raised(func() {
			_ = taskgroup.Run(t.Context(), func(_ context.Context, g *taskgroup.Group) error {
				g.Go(func(ctx context.Context) error {
					<-ctx.Done()
					time.Sleep(time.Second)
					ended = true
					return errCleanup
				})
				g.Go(func(ctx context.Context) error {
					<-ctx.Done()
					panic("task")
				}, taskgroup.Named("panics"))
				synctest.Wait()
				panic("main")
			})
		})
		assert.Equal(t, "main", v)
		assert.Equal(t, time.Second, time.Since(begun))
		assert.True(t, ended)
		records := reports.Take()
		require.Len(t, records, 2)
		assert.Equal(t, "task", testkit.Attr(records[0], "panic"))
		assert.Equal(t, slog.LevelError, records[1].Level)
		assert.Equal(t, "taskgroup: task 0: "+errCleanup.Error(), testkit.Attr(records[1], "error"), "no call returns it")
	})
}

// Run: WithGrace bounds the join after a panic in main, too.
func TestMainPanicsWithGrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		var left *taskgroup.Group
		v := testkit.Raised(func() {
			_ = taskgroup.Run(t.Context(), func(_ context.Context, g *taskgroup.Group) error {
				left = g
				g.Go(failAfter(time.Hour, errCleanup))
				synctest.Wait()
				panic("main")
			}, taskgroup.WithGrace(time.Second))
		})
		assert.Equal(t, "main", v)
		assert.Equal(t, time.Second, time.Since(begun))
		_, errs := failed(left.Wait())
		assert.Equal(t, []error{errCleanup}, errs, "a later Wait joins, with what has failed since")
	})
}

// Rule 8: everything that leaves main passes through, stack and all.
func TestMainPassesThrough(t *testing.T) {
	assertPassesThrough(t, func(body func()) {
		_ = taskgroup.Run(t.Context(), func(_ context.Context, g *taskgroup.Group) error {
			g.Go(untilDone)
			body()
			return nil
		})
	})
}

// Run: Goexit in main: cancel, then join.
func TestMainGoexits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		assert.True(t, exits(func() {
			_ = taskgroup.Run(t.Context(), func(_ context.Context, g *taskgroup.Group) error {
				g.Go(failAfter(time.Second, nil))
				synctest.Wait()
				runtime.Goexit()
				return nil
			})
		}))
		assert.Equal(t, time.Second, time.Since(begun))
	})
}

// Run: WithGrace makes Run return a *LateError instead of hanging. N-03, H49, H50.
func TestRunWithGrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		var g *taskgroup.Group
		err := taskgroup.Run(t.Context(), func(_ context.Context, group *taskgroup.Group) error {
			g = group
			g.Go(failAfter(time.Hour, nil), taskgroup.Named("stubborn"))
			synctest.Wait()
			return errBoom
		}, taskgroup.WithGrace(time.Minute))
		assert.Equal(t, time.Minute, time.Since(begun))
		le := late(t, err)
		assert.Equal(t, []string{"stubborn"}, names(le.Tasks))
		assert.ErrorIs(t, le, errBoom)
		assert.ErrorIs(t, g.Wait(), errBoom)
		assert.Equal(t, time.Hour, time.Since(begun))
	})
}

// Run: WithSignals without a signal changes nothing. (The package os/signal does
// not work in a bubble.)
func TestNoSignal(t *testing.T) {
	assert.NoError(t, taskgroup.Run(t.Context(), func(_ context.Context, g *taskgroup.Group) error {
		g.Go(returns(nil))
		return nil
	}, taskgroup.WithSignals()))
	assert.Equal(t, "main", testkit.Raised(func() {
		_ = taskgroup.Run(t.Context(), func(context.Context, *taskgroup.Group) error { panic("main") }, taskgroup.WithSignals())
	}))
	for strings.Contains(stacks(), "Group).catch") {
		runtime.Gosched() // it may be exiting; one that is left behind never does
	}
}

// stacks returns those of all goroutines.
func stacks() string {
	for buf := make([]byte, 1<<16); ; buf = make([]byte, 2*len(buf)) {
		if n := runtime.Stack(buf, true); n < len(buf) {
			return string(buf[:n])
		}
	}
}

// A task that the group refuses after main has joined it makes Run return
// ErrGroupClosed, by whichever call it was to start, also if the context of that
// call is main's, which the join has ended.
func TestNoSecondRoundIsLost(t *testing.T) {
	for name, submit := range map[string]func(ctx context.Context, g *taskgroup.Group){
		"g.Go":       func(_ context.Context, g *taskgroup.Group) { g.Go(returns(nil)) },
		"Go":         func(_ context.Context, g *taskgroup.Group) { taskgroup.Go(g, value(1)) },
		"TryGo":      func(_ context.Context, g *taskgroup.Group) { g.TryGo(returns(nil)) },
		"TryTask":    func(_ context.Context, g *taskgroup.Group) { _, _ = taskgroup.TryTask(g, value(1)) },
		"Submit":     func(ctx context.Context, g *taskgroup.Group) { _ = g.Submit(ctx, returns(nil)) },
		"SubmitTask": func(ctx context.Context, g *taskgroup.Group) { _, _ = taskgroup.SubmitTask(ctx, g, value(1)) },
		"GoReady": func(ctx context.Context, g *taskgroup.Group) {
			_, _ = taskgroup.GoReady(ctx, g, func(context.Context, func(int)) error { return nil })
		},
	} {
		for joinName, join := range map[string]func(g *taskgroup.Group) error{
			"Wait":     (*taskgroup.Group).Wait,
			"Shutdown": func(g *taskgroup.Group) error { return g.Shutdown(context.Background()) },
		} {
			t.Run(name+", "+joinName, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					round := func(first error) error {
						return taskgroup.Run(t.Context(), func(ctx context.Context, g *taskgroup.Group) error {
							g.Go(returns(first))
							_ = join(g)
							submit(ctx, g)
							return nil
						})
					}
					err := round(nil)
					assert.ErrorIs(t, err, taskgroup.ErrGroupClosed)
					assert.Empty(t, groupError(t, err).Errors)
					err = round(errBoom)
					assert.ErrorIs(t, err, taskgroup.ErrGroupClosed)
					_, errs := failed(err)
					assert.Equal(t, []error{errBoom}, errs)
				})
			})
		}
	}
	synctest.Test(t, func(t *testing.T) { // a context of its own is another reason
		assert.NoError(t, taskgroup.Run(t.Context(), func(_ context.Context, g *taskgroup.Group) error {
			assert.NoError(t, g.Wait())
			assert.ErrorIs(t, g.Submit(doneContext(), returns(nil)), context.Canceled)
			return nil
		}))
	})
}

// Main that has joined its group gets the answer, and Run gives the same: the very
// same error or panic, if main adds nothing.
func TestRunAnswersAsTheJoinInMain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, main := range map[string]func(answer error) error{
			"nil":         func(error) error { return nil },
			"the answer":  func(answer error) error { return answer },
			"wrapped":     func(answer error) error { return fmt.Errorf("main: %w", answer) },
			"joined":      func(answer error) error { return errors.Join(answer, answer) },
			"a part":      func(answer error) error { return answer.(*taskgroup.GroupError).Errors[0] },
			"of the part": func(answer error) error { return answer.(*taskgroup.GroupError).Errors[0].Err },
		} {
			var answer error
			err := taskgroup.Run(t.Context(), func(_ context.Context, g *taskgroup.Group) error {
				g.Go(returns(errBoom))
				answer = g.Wait()
				return main(answer)
			})
			assert.Same(t, answer, err, name)
		}

		testkit.CaptureLog(t)
		var raised any
		again := testkit.Raised(func() {
			_ = taskgroup.Run(t.Context(), func(_ context.Context, g *taskgroup.Group) error {
				g.Go(func(context.Context) error { panic(errBoom) })
				raised = testkit.Raised(func() { _ = g.Wait() })
				assert.Same(t, raised, testkit.Raised(func() { _ = g.Wait() }))
				assert.Same(t, raised, testkit.Raised(func() { _ = g.Shutdown(t.Context()) }))
				return nil
			})
		})
		assert.Same(t, raised, again)
	})
}

// After its own join main's context is done, and what it returns for that is no echo
// of anything.
func TestMainFailsAfterItsJoin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, fail := range map[string]func(ctx context.Context) error{
			"Err":     context.Context.Err,
			"Cause":   context.Cause,
			"a wait":  func(ctx context.Context) error { return taskgroup.Sleep(ctx, time.Hour) },
			"wrapped": func(ctx context.Context) error { return fmt.Errorf("save: %w", ctx.Err()) },
			"nested":  func(ctx context.Context) error { return taskgroup.Run(ctx, mainOf(returns(nil))) },
		} {
			for _, stopped := range []bool{false, true} {
				var own error
				err := taskgroup.Run(t.Context(), func(ctx context.Context, g *taskgroup.Group) error {
					g.Go(returns(nil))
					if stopped {
						g.Stop()
					}
					assert.NoError(t, g.Wait())
					own = fail(ctx)
					return own
				})
				indexes, errs := failed(err)
				assert.Equal(t, []int{-1}, indexes, name)
				assert.Equal(t, []error{own}, errs, name)
			}
		}
	})
}

// A main that panics after its join has the failures logged, which it may not have
// looked at.
func TestMainPanicsAfterItsJoin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reports := testkit.CaptureLog(t)
		assert.Equal(t, "main", testkit.Raised(func() {
			_ = taskgroup.Run(t.Context(), func(_ context.Context, g *taskgroup.Group) error {
				g.Go(returns(errBoom))
				_ = g.Wait()
				panic("main")
			})
		}))
		records := reports.Take()
		require.Len(t, records, 1)
		assert.Contains(t, testkit.Attr(records[0], "error"), "boom")
	})
}

// counted counts how often it is unwrapped.
type counted struct {
	error
	unwraps *atomic.Int64
}

func (e *counted) Unwrap() error { e.unwraps.Add(1); return e.error }

// To return n failures again costs what n failures cost, not n times n: each is
// unwrapped a bounded number of times, and memory is in proportion.
func TestManyFailuresReturnedAgain(t *testing.T) {
	const n = 8000
	for name, again := range map[string]func(g *taskgroup.Group, errs []error) error{
		"joined":             func(_ *taskgroup.Group, errs []error) error { return errors.Join(errs...) },
		"the answer":         func(g *taskgroup.Group, _ []error) error { return g.Wait() },
		"the answer wrapped": func(g *taskgroup.Group, _ []error) error { return fmt.Errorf("main: %w", g.Wait()) },
		"another group's": func(_ *taskgroup.Group, errs []error) error {
			all := &taskgroup.GroupError{}
			for i, err := range errs {
				all.Errors = append(all.Errors, &taskgroup.TaskError{Index: i, Err: err})
			}
			return all
		},
	} {
		t.Run(name, func(t *testing.T) {
			var unwraps atomic.Int64
			errs := make([]error, n)
			for i := range errs {
				errs[i] = &counted{fmt.Errorf("failure %d", i), &unwraps}
			}
			err := taskgroup.Run(t.Context(), func(_ context.Context, g *taskgroup.Group) error {
				for _, err := range errs {
					g.Go(returns(err))
				}
				for g.Running() > 0 {
					runtime.Gosched()
				}
				unwraps.Store(0)
				return again(g, errs)
			}, taskgroup.WithKeepGoing())
			assert.LessOrEqual(t, unwraps.Load(), int64(4*n))
			indexes, _ := failed(err)
			assert.Len(t, indexes, n)
			assert.NotContains(t, indexes, -1)
		})
	}
}
