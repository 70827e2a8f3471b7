package taskgroup_test

import (
	"context"
	"fmt"
	"runtime"
	"runtime/pprof"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/taskgroup"
)

// waitForRoom are the calls that wait for room, and how they tell that they were
// refused.
var waitForRoom = map[string]func(g *taskgroup.Group) error{
	"Go": func(g *taskgroup.Group) error {
		if g.Go(returns(nil)) {
			return nil
		}
		return context.Cause(g.Context())
	},
	"typed Go": func(g *taskgroup.Group) error { return taskgroup.Go(g, value(1)).Err() },
	"Submit":   func(g *taskgroup.Group) error { return g.Submit(context.Background(), returns(nil)) },
	"GoReady": func(g *taskgroup.Group) error {
		_, err := taskgroup.GoReady(context.Background(), g, func(context.Context, func(int)) error { return nil })
		return err
	},
}

// A call that waits for room when the group is ended is refused by that, and
// counts as such, also if the last task ends before the call looks: the parent's
// end is reported when a Go was refused because of it.
func TestACallThatWaitsWhileTheGroupEnds(t *testing.T) {
	for name, c := range map[string]struct {
		end      func(g *taskgroup.Group, cancelParent context.CancelCauseFunc)
		refusal  error
		reported error
	}{
		"parent's end": {func(_ *taskgroup.Group, cancel context.CancelCauseFunc) { cancel(errWhy) }, errWhy, errWhy},
		"Cancel":       {func(g *taskgroup.Group, _ context.CancelCauseFunc) { g.Cancel(errBoom) }, errBoom, errBoom},
		"Stop":         {func(g *taskgroup.Group, _ context.CancelCauseFunc) { g.Stop() }, taskgroup.ErrStopped, nil},
		"Stop, then the parent's end": {func(g *taskgroup.Group, cancel context.CancelCauseFunc) {
			g.Stop()
			cancel(errWhy)
		}, taskgroup.ErrStopped, nil},
		"Shutdown, then the parent's end": {func(g *taskgroup.Group, cancel context.CancelCauseFunc) {
			go func() { _ = g.Shutdown(context.Background()) }()
			synctest.Wait()
			cancel(errWhy)
		}, taskgroup.ErrGroupClosed, nil},
	} {
		for limit, option := range map[string]func() taskgroup.Option{
			"own limit":    func() taskgroup.Option { return taskgroup.WithLimit(1) },
			"shared limit": func() taskgroup.Option { return taskgroup.WithLimiter(&units{free: 1}) },
		} {
			t.Run(name+"/"+limit, func(t *testing.T) {
				for call, waits := range waitForRoom {
					if call == "Go" && c.refusal == taskgroup.ErrGroupClosed {
						continue // it does not tell why
					}
					synctest.Test(t, func(t *testing.T) {
						ctx, cancel := context.WithCancelCause(t.Context())
						g := taskgroup.New(ctx, option())
						g.Go(func(ctx context.Context) error { <-ctx.Done(); return nil })
						var refusal, result error
						go func() { refusal = waits(g) }()
						go func() { result = g.Wait() }()
						synctest.Wait()
						c.end(g, cancel)
						synctest.Wait()
						assert.ErrorIs(t, refusal, c.refusal, call)
						assert.ErrorIs(t, result, c.reported, call)
					})
				}
			})
		}
	}
}

// One that was accepted in the end, or gave up before, is no such call.
func TestACallThatHasWaitedWhenTheGroupEnds(t *testing.T) {
	obeys := failAfter(0, nil)
	for name, options := range map[string]func() []taskgroup.Option{
		"own limit":    func() []taskgroup.Option { return []taskgroup.Option{taskgroup.WithLimit(1)} },
		"backlog":      func() []taskgroup.Option { return []taskgroup.Option{taskgroup.WithLimit(1), taskgroup.WithBacklog(1)} },
		"shared limit": func() []taskgroup.Option { return []taskgroup.Option{taskgroup.WithLimiter(&units{free: 1})} },
	} {
		for _, givesUp := range []bool{false, true} {
			t.Run(fmt.Sprint(name, ", gives up ", givesUp), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					parent, end := context.WithCancelCause(t.Context())
					g := taskgroup.New(parent, options()...)
					before := make(chan struct{})
					g.Go(func(context.Context) error { <-before; return nil })
					if name == "backlog" {
						g.Go(returns(nil))
					}
					ctx, cancel := context.WithCancel(t.Context())
					var refusal, result error
					go func() { refusal = g.Submit(ctx, obeys) }()
					synctest.Wait()
					if givesUp {
						cancel()
						synctest.Wait()
						assert.ErrorIs(t, refusal, context.Canceled)
					}
					close(before)
					synctest.Wait()
					if givesUp {
						g.Go(obeys) // or else it runs already
					}
					go func() { result = g.Wait() }()
					synctest.Wait()
					cancel()
					end(errWhy)
					synctest.Wait()
					assert.NoError(t, result)
					if !givesUp {
						assert.NoError(t, refusal)
					}
				})
			})
		}
	}
}

// submitTyped are the calls that start a task under the caller's context, and
// wait until fn, which gets the task's context, has returned.
var submitTyped = map[string]func(ctx context.Context, g *taskgroup.Group, fn func(ctx context.Context)) error{
	"Submit": func(ctx context.Context, g *taskgroup.Group, fn func(ctx context.Context)) error {
		ended := make(chan struct{})
		err := g.Submit(ctx, func(ctx context.Context) error { defer close(ended); fn(ctx); return nil })
		if err == nil {
			<-ended
		}
		return err
	},
	"SubmitTask": func(ctx context.Context, g *taskgroup.Group, fn func(ctx context.Context)) error {
		task, err := taskgroup.SubmitTask(ctx, g, func(ctx context.Context) (int, error) { fn(ctx); return 1, nil })
		if err == nil {
			_, err = task.Wait(context.Background())
		}
		return err
	},
	"SubmitTask of a daemon": func(ctx context.Context, g *taskgroup.Group, fn func(ctx context.Context)) error {
		task, err := taskgroup.SubmitTask(ctx, g, func(ctx context.Context) (int, error) { fn(ctx); return 1, nil }, taskgroup.Daemon())
		if err == nil {
			_, err = task.Wait(context.Background())
		}
		return err
	},
	"SubmitTask of a shielded one": func(ctx context.Context, g *taskgroup.Group, fn func(ctx context.Context)) error {
		task, err := taskgroup.SubmitTask(ctx, g, func(ctx context.Context) (int, error) { fn(ctx); return 1, nil }, taskgroup.Shielded())
		if err == nil {
			_, err = task.Wait(context.Background())
		}
		return err
	},
	"GoReady": func(ctx context.Context, g *taskgroup.Group, fn func(ctx context.Context)) error {
		_, err := taskgroup.GoReady(ctx, g, func(ctx context.Context, ready func(int)) error {
			fn(ctx)
			ready(1)
			return nil
		})
		return err
	},
}

type valueKey string

// The context of a task that was started under the caller's has the values of that,
// and then those of the group's, and the labels.
func TestValuesOfTheCallersContext(t *testing.T) {
	for name, submit := range submitTyped {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				parent := context.WithValue(t.Context(), valueKey("both"), "the group's")
				parent = context.WithValue(parent, valueKey("group"), "the group's")
				g := taskgroup.New(parent)
				ctx := context.WithValue(t.Context(), valueKey("both"), "the caller's")
				ctx = context.WithValue(ctx, valueKey("trace"), 17)
				ctx = pprof.WithLabels(ctx, pprof.Labels("tenant", "7"))
				require.NoError(t, submit(ctx, g, func(ctx context.Context) {
					assert.Equal(t, 17, ctx.Value(valueKey("trace")))
					assert.Equal(t, "the caller's", ctx.Value(valueKey("both")))
					assert.Equal(t, "the group's", ctx.Value(valueKey("group")))
					tenant, _ := pprof.Label(ctx, "tenant")
					assert.Equal(t, "7", tenant)
					derived, cancel := context.WithCancel(ctx)
					cancel()
					assert.Equal(t, 17, derived.Value(valueKey("trace")))
					assert.Equal(t, "the group's", derived.Value(valueKey("group")))
				}))
				assert.NoError(t, g.Wait())
			})
		})
	}
}

// It ends with the group and not with the caller's, and has the group's deadline.
func TestTheCallersContextDoesNotEndTheTask(t *testing.T) {
	for _, name := range []string{"Submit", "SubmitTask", "SubmitTask of a daemon", "SubmitTask of a shielded one"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := taskgroup.New(t.Context())
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				var cause note
				ended := make(chan struct{})
				go func() {
					defer close(ended)
					assert.NoError(t, submitTyped[name](ctx, g, func(ctx context.Context) {
						_, has := ctx.Deadline()
						assert.False(t, has)
						time.Sleep(2 * time.Second)
						assert.NoError(t, ctx.Err())
						_ = taskgroup.Sleep(ctx, time.Minute)
						cause.set(context.Cause(ctx))
					}))
				}()
				time.Sleep(3 * time.Second)
				g.Cancel(errWhy)
				<-ended
				assert.ErrorIs(t, g.Wait(), errWhy)
				if name == "SubmitTask of a shielded one" {
					assert.NoError(t, cause.get())
				} else {
					assert.Equal(t, errWhy, cause.get())
				}
			})
		})
	}
}

// A time scope around the caller is none of the task's: neither ends it, nor is its
// expiry taken for that of a scope in the task.
func TestAScopeAroundTheCallerIsNotTheTasks(t *testing.T) {
	for _, name := range []string{"Submit", "SubmitTask", "SubmitTask of a daemon", "SubmitTask of a shielded one"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := taskgroup.New(t.Context())
				err := taskgroup.Timeout(t.Context(), time.Second, func(ctx context.Context, _ *taskgroup.Deadline) error {
					return submitTyped[name](ctx, g, func(inside context.Context) {
						time.Sleep(2 * time.Second) // the scope around has expired
						assert.Error(t, ctx.Err())
						assert.NoError(t, inside.Err())
						begun := time.Now()
						_, err := taskgroup.WaitFor(inside, time.Second, func(ctx context.Context) (int, error) {
							return 0, taskgroup.Sleep(ctx, time.Hour)
						})
						assert.ErrorIs(t, err, taskgroup.ErrTimeout)
						assert.NoError(t, taskgroup.Timeout(inside, time.Second, func(ctx context.Context, scope *taskgroup.Deadline) error {
							assert.NoError(t, scope.Extend(time.Minute))
							return taskgroup.Sleep(ctx, 10*time.Second)
						}))
						assert.Equal(t, 11*time.Second, time.Since(begun))
					})
				})
				assert.NoError(t, err, "(v, nil) wins")
				assert.NoError(t, g.Wait())
			})
		})
	}
}

// The task's context is a task's own: Current does not find the caller.
func TestCurrentOfATaskUnderATasksContext(t *testing.T) {
	for name, submit := range submitTyped {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				inner := taskgroup.New(t.Context(), taskgroup.WithName("inner"))
				outer := taskgroup.New(t.Context(), taskgroup.WithName("outer"))
				outer.Go(func(ctx context.Context) error {
					return submit(ctx, inner, func(ctx context.Context) {
						info, ok := taskgroup.Current(ctx)
						assert.True(t, ok)
						assert.Equal(t, "inner", info.Group)
					})
				})
				assert.NoError(t, outer.Wait())
				assert.NoError(t, inner.Wait())
			})
		})
	}
}

// What is refused has no handle, and the error says why.
func TestSubmitTaskSaysWhyNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refused := func(ctx context.Context, g *taskgroup.Group) error {
			task, err := taskgroup.SubmitTask(ctx, g, func(context.Context) (int, error) { panic("it runs") })
			assert.Nil(t, task)
			return err
		}
		ended, cancel := context.WithCancelCause(t.Context())
		cancel(errWhy)

		g := taskgroup.New(t.Context(), taskgroup.WithLimit(1))
		err := refused(ended, g)
		assert.ErrorIs(t, err, context.Canceled, "rule 2: a slot is free")
		assert.ErrorIs(t, err, errWhy)
		release := make(chan struct{})
		g.Go(func(context.Context) error { <-release; return nil })
		waits, cancelWait := context.WithTimeoutCause(t.Context(), time.Second, errWhy)
		defer cancelWait()
		begun := time.Now()
		err = refused(waits, g)
		assert.Equal(t, time.Second, time.Since(begun))
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.ErrorIs(t, err, errWhy)
		close(release)
		task, err := taskgroup.SubmitTask(t.Context(), g, value(42))
		require.NoError(t, err)
		assert.NoError(t, g.Wait())
		v, err := task.Result()
		assert.NoError(t, err)
		assert.Equal(t, 42, v)
		assert.Equal(t, taskgroup.ErrGroupClosed, refused(t.Context(), g))
		assert.ErrorIs(t, refused(ended, g), context.Canceled, "the order of checks")

		for name, end := range groupEnds {
			g := taskgroup.New(t.Context(), taskgroup.WithPanics(taskgroup.PanicAsError))
			testkit.CaptureLog(t)
			end.end(g)
			assert.ErrorIs(t, refused(t.Context(), g), end.refusal, name)
			_ = g.Wait()
			assert.Equal(t, taskgroup.ErrGroupClosed, refused(t.Context(), g), name)
		}
	})
}

// groupEnds are the ways in which a group ends that is not joined, and why it then
// refuses a task.
var groupEnds = map[string]struct {
	end     func(g *taskgroup.Group)
	refusal error
}{
	"Cancel":     {func(g *taskgroup.Group) { g.Cancel(errWhy) }, errWhy},
	"Cancel nil": {func(g *taskgroup.Group) { g.Cancel(nil) }, context.Canceled},
	"Stop":       {func(g *taskgroup.Group) { g.Stop() }, taskgroup.ErrStopped},
	"a failure":  {func(g *taskgroup.Group) { g.Go(returns(errBoom)); <-g.Context().Done() }, errBoom},
	"a panic": {func(g *taskgroup.Group) {
		g.Go(func(context.Context) error { panic(errBoom) })
		<-g.Context().Done()
	}, errBoom},
	"Goexit": {func(g *taskgroup.Group) {
		g.Go(func(context.Context) error { runtime.Goexit(); return nil })
		<-g.Context().Done()
	}, taskgroup.ErrGoexit},
	"Shutdown": {func(g *taskgroup.Group) { _ = g.Shutdown(context.Background()) }, taskgroup.ErrGroupClosed},
	"Shutdown that is late": {func(g *taskgroup.Group) {
		g.Go(untilDone)
		_ = g.Shutdown(doneContext())
	}, taskgroup.ErrGroupClosed},
}

// TryTask never waits, and says why not: ErrFull, ErrGroupClosed or the cause.
func TestTryTask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		testkit.CaptureLog(t)
		refused := func(g *taskgroup.Group) error {
			task, err := taskgroup.TryTask(g, func(context.Context) (int, error) { panic("it runs") })
			assert.Nil(t, task)
			return err
		}
		for name, options := range map[string][]taskgroup.Option{
			"limit":        {taskgroup.WithLimit(1)},
			"backlog":      {taskgroup.WithLimit(1), taskgroup.WithBacklog(1)},
			"shared limit": {taskgroup.WithLimiter(&units{free: 1})},
		} {
			g := taskgroup.New(t.Context(), options...)
			release := make(chan struct{})
			accepted := []*taskgroup.Task[int]{}
			for {
				task, err := taskgroup.TryTask(g, func(context.Context) (int, error) { <-release; return 42, nil })
				if err != nil {
					assert.Equal(t, taskgroup.ErrFull, err, name)
					assert.Nil(t, task)
					break
				}
				accepted = append(accepted, task)
			}
			want := 1
			if name == "backlog" {
				want = 2
			}
			assert.Len(t, accepted, want, name)
			close(release)
			assert.NoError(t, g.Wait())
			for _, task := range accepted {
				v, err := task.Result()
				assert.NoError(t, err)
				assert.Equal(t, 42, v)
			}
			assert.Equal(t, taskgroup.ErrGroupClosed, refused(g), name)
		}
		for name, end := range groupEnds {
			g := taskgroup.New(t.Context(), taskgroup.WithLimit(1), taskgroup.WithPanics(taskgroup.PanicAsError))
			end.end(g)
			assert.ErrorIs(t, refused(g), end.refusal, name)
			_ = g.Wait()
		}
		parent, cancel := context.WithCancelCause(t.Context())
		g := taskgroup.New(parent)
		cancel(errWhy)
		err := refused(g)
		assert.ErrorIs(t, err, errWhy)
		assert.ErrorIs(t, err, context.Canceled)
		assert.ErrorIs(t, g.Wait(), errWhy, "a task was refused because of it")
	})
}

// It does not overtake a call that waits.
func TestTryTaskDoesNotOvertake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context(), taskgroup.WithLimit(2))
		g.Go(untilDone)
		go g.Go(returns(nil), taskgroup.Weighted(2))
		synctest.Wait()
		_, err := taskgroup.TryTask(g, value(1))
		assert.Equal(t, taskgroup.ErrFull, err)
		g.Stop()
		assert.NoError(t, g.Wait())
	})
}

// Waiting counts the calls that wait for a slot and the tasks in the backlog.
func TestWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context(), taskgroup.WithLimit(1), taskgroup.WithBacklog(2))
		assert.Zero(t, g.Waiting())
		next := make(chan struct{})
		step := func(ctx context.Context) error { <-next; return context.Cause(ctx) }
		g.Go(step)
		assert.Zero(t, g.Waiting())
		queued := taskgroup.Go(g, func(ctx context.Context) (int, error) { return 0, step(ctx) })
		g.Go(step)
		assert.Equal(t, 2, g.Waiting())
		go g.Go(step)
		ctx, cancel := context.WithCancel(t.Context())
		go func() { _ = g.Submit(ctx, step) }()
		go func() { _, _ = taskgroup.SubmitTask(ctx, g, value(1)) }()
		synctest.Wait()
		assert.Equal(t, 5, g.Waiting())
		assert.False(t, g.TryGo(step))
		cancel()
		synctest.Wait()
		assert.Equal(t, 3, g.Waiting(), "the two have given up")
		assert.True(t, queued.Cancel(nil))
		synctest.Wait()
		assert.Equal(t, 2, g.Waiting(), "the first call has the place in the backlog")
		next <- struct{}{}
		synctest.Wait()
		assert.Equal(t, 1, g.Waiting())
		assert.Equal(t, 1, g.Running())
		close(next)
		assert.NoError(t, g.Wait())
		assert.Zero(t, g.Waiting())

		shared := &units{}
		g = taskgroup.New(t.Context(), taskgroup.WithLimiter(shared))
		go g.Go(returns(nil))
		synctest.Wait()
		assert.Equal(t, 1, g.Waiting(), "for the shared limit")
		shared.ReleaseN(1)
		synctest.Wait()
		assert.Zero(t, g.Waiting())
		assert.NoError(t, g.Wait())
	})
}
