package taskgroup_test

import (
	"context"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/taskgroup"
)

// loops is a daemon that notes the cause of its end.
func loops(cause *note) func(context.Context) error {
	return func(ctx context.Context) error {
		<-ctx.Done()
		cause.set(context.Cause(ctx))
		return ctx.Err()
	}
}

// joins are the calls that join a group.
var joins = map[string]func(ctx context.Context, body func(g *taskgroup.Group), opts ...taskgroup.Option) error{
	"Run": func(ctx context.Context, body func(g *taskgroup.Group), opts ...taskgroup.Option) error {
		return taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error { body(g); return nil }, opts...)
	},
	"Wait": func(ctx context.Context, body func(g *taskgroup.Group), opts ...taskgroup.Option) error {
		g := taskgroup.New(ctx, opts...)
		body(g)
		return g.Wait()
	},
	"Shutdown": func(ctx context.Context, body func(g *taskgroup.Group), opts ...taskgroup.Option) error {
		g := taskgroup.New(ctx, opts...)
		body(g)
		return g.Shutdown(context.Background())
	},
	"Run, main waits": func(ctx context.Context, body func(g *taskgroup.Group), opts ...taskgroup.Option) error {
		return taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error { body(g); return g.Wait() }, opts...)
	},
}

// When a join finds nothing left but daemons, it cancels them with ErrStopped and
// joins them: at once if there is nothing else, otherwise when the last other task
// has ended, and not before.
func TestADaemonKeepsNoGroupOpen(t *testing.T) {
	for name, join := range joins {
		for others := range 3 {
			t.Run(fmt.Sprint(name, ", others: ", others), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					begun := time.Now()
					var cause, shielded note
					var task *taskgroup.Task[int]
					assert.NoError(t, join(t.Context(), func(g *taskgroup.Group) {
						g.Go(loops(&cause), taskgroup.Daemon())
						g.Go(loops(&shielded), taskgroup.Daemon(), taskgroup.Shielded())
						task = taskgroup.Go(g, func(ctx context.Context) (int, error) {
							<-ctx.Done()
							time.Sleep(time.Minute) // it is joined
							return 0, fmt.Errorf("the worker: %w", ctx.Err())
						}, taskgroup.Daemon())
						for i := range others {
							g.Go(func(context.Context) error {
								time.Sleep(time.Duration(i+1) * time.Hour)
								assert.NoError(t, cause.get())
								return nil
							})
						}
					}))
					assert.Equal(t, time.Duration(others)*time.Hour+time.Minute, time.Since(begun))
					assert.Equal(t, taskgroup.ErrStopped, cause.get())
					assert.Equal(t, taskgroup.ErrStopped, shielded.get())
					assert.True(t, task.Cancelled())
					assert.ErrorIs(t, task.Err(), taskgroup.ErrStopped)
					assert.ErrorIs(t, task.Err(), context.Canceled)
				})
			})
		}
	}
}

// Nothing is canceled before the join.
func TestDaemonsAloneBeforeTheJoin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context())
		var cause note
		task := taskgroup.Go(g, taskgroup.NoValue(loops(&cause)), taskgroup.Daemon())
		g.Go(returns(nil))
		time.Sleep(time.Hour)
		assert.Equal(t, taskgroup.ErrNotDone, task.Err())
		assert.Equal(t, 1, g.Running())
		assert.NoError(t, g.Context().Err())
		assert.NoError(t, g.Wait())
		assert.Zero(t, g.Running())
		assert.Equal(t, taskgroup.ErrGroupClosed, context.Cause(g.Context()))
	})
}

// What they end with by that is noise, and nothing else is.
func TestWhatADaemonEndsWith(t *testing.T) {
	for name, c := range map[string]struct {
		end   func(ctx context.Context) error
		fails bool
	}{
		"nil":          {func(context.Context) error { return nil }, false},
		"Err":          {context.Context.Err, false},
		"Cause":        {context.Cause, false},
		"ErrStopped":   {func(context.Context) error { return fmt.Errorf("ends: %w", taskgroup.ErrStopped) }, false},
		"a wait":       {func(ctx context.Context) error { return taskgroup.Sleep(ctx, time.Hour) }, false},
		"a nested Run": {func(ctx context.Context) error { return taskgroup.Run(ctx, mainOf(untilDone)) }, false},
		"a nested Gather": {func(ctx context.Context) error {
			_, err := taskgroup.Gather(ctx, taskgroup.NoValue(untilDone))
			return err
		}, false},
		"failure": {func(context.Context) error { return errCleanup }, true},
		"Goexit":  {func(context.Context) error { runtime.Goexit(); return nil }, true},
		"late":    {func(context.Context) error { return &taskgroup.LateError{} }, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := taskgroup.New(t.Context())
				task := taskgroup.Go(g, func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, c.end(ctx) }, taskgroup.Daemon())
				_, errs := failed(g.Wait())
				if c.fails {
					assert.Len(t, errs, 1)
				} else {
					assert.Empty(t, errs)
				}
				assert.Equal(t, !c.fails && name != "nil", task.Cancelled())
			})
		})
	}
}

// A failure, a panic and Goexit of a daemon are those of a task.
func TestADaemonThatFails(t *testing.T) {
	for name, fail := range map[string]func() error{
		"error":  func() error { return errBoom },
		"Goexit": func() error { runtime.Goexit(); return nil },
		"panic":  func() error { panic(errBoom) },
	} {
		for _, late := range []bool{false, true} { // after only daemons are left
			t.Run(fmt.Sprint(name, ", late: ", late), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					testkit.CaptureLog(t)
					g := taskgroup.New(t.Context())
					var other note
					g.Go(func(ctx context.Context) error {
						if late {
							<-ctx.Done()
						}
						time.Sleep(time.Second)
						return fail()
					}, taskgroup.Daemon())
					g.Go(loops(&other), taskgroup.Daemon())
					if !late {
						g.Go(untilDone)
					}
					var err error
					raised := testkit.Raised(func() { err = g.Wait() })
					switch name {
					case "panic":
						assert.Equal(t, errBoom, raised.(*taskgroup.PanicError).Value)
					default:
						_, errs := failed(err)
						assert.Len(t, errs, 1)
					}
					if late {
						assert.Equal(t, taskgroup.ErrStopped, other.get())
					} else {
						_, isFailure := other.get().(*taskgroup.TaskError)
						assert.True(t, isFailure)
					}
				})
			})
		}
	}
}

// A daemon takes a slot, and waits in the backlog, as any task; a task that waits
// there is something left.
func TestDaemonsAndLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context(), taskgroup.WithLimit(2), taskgroup.WithBacklog(-1))
		var cause note
		g.Go(loops(&cause), taskgroup.Daemon())
		var ran atomic.Int64
		for range 10 {
			g.Go(func(context.Context) error {
				time.Sleep(time.Second)
				assert.NoError(t, cause.get())
				ran.Add(1)
				return nil
			})
		}
		assert.Equal(t, 2, g.Running())
		assert.Equal(t, 9, g.Waiting())
		begun := time.Now()
		assert.NoError(t, g.Wait())
		assert.Equal(t, 10*time.Second, time.Since(begun), "one slot is the daemon's")
		assert.EqualValues(t, 10, ran.Load())
		assert.Equal(t, taskgroup.ErrStopped, cause.get())
	})
}

// Rule 7: daemons in the backlog were accepted, and only daemons being left is no
// end of the group: each is called, with a context that is done.
func TestDaemonsInTheBacklogAreCalled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context(), taskgroup.WithLimit(1), taskgroup.WithBacklog(-1))
		var called atomic.Int64
		for range 3 {
			g.Go(func(ctx context.Context) error {
				called.Add(1)
				<-ctx.Done()
				assert.Equal(t, taskgroup.ErrStopped, context.Cause(ctx))
				return ctx.Err()
			}, taskgroup.Daemon())
		}
		assert.NoError(t, g.Wait())
		assert.EqualValues(t, 3, called.Load())
	})
}

// A call that waits for a slot will bring a task, so daemons are not all that is
// left.
func TestACallThatWaitsKeepsDaemons(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context(), taskgroup.WithLimit(2))
		var cause note
		g.Go(loops(&cause), taskgroup.Daemon())
		g.Go(func(context.Context) error { time.Sleep(time.Second); return nil })
		ran := false
		go g.Go(func(context.Context) error {
			time.Sleep(time.Second)
			assert.NoError(t, cause.get())
			ran = true
			return nil
		})
		synctest.Wait()
		assert.NoError(t, g.Wait())
		assert.True(t, ran)
	})
}

// The group's end reaches daemons, but not shielded ones; the cause is the group's.
func TestDaemonsAndTheGroupsEnd(t *testing.T) {
	for name, end := range heldEnds {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				parent, cancel := context.WithCancelCause(t.Context())
				g := taskgroup.New(parent)
				var cause, shielded note
				g.Go(loops(&cause), taskgroup.Daemon())
				g.Go(loops(&shielded), taskgroup.Daemon(), taskgroup.Shielded())
				g.Go(func(context.Context) error {
					time.Sleep(time.Second)
					assert.NoError(t, shielded.get())
					return nil
				})
				synctest.Wait()
				end.end(g, cancel)
				synctest.Wait()
				assert.ErrorIs(t, cause.get(), end.cause)
				err := g.Wait()
				assert.Equal(t, taskgroup.ErrStopped, shielded.get())
				if name == "Stop" {
					assert.NoError(t, err)
				} else {
					assert.ErrorIs(t, err, end.cause)
				}
			})
		})
	}
}

// What daemons end with because only they were left leaves nothing undone, so an end
// of the parent that comes meanwhile is not reported; one that came before is.
func TestTheParentsEndAndDaemons(t *testing.T) {
	for _, stoppedFirst := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			parent, cancel := context.WithCancelCause(t.Context())
			g := taskgroup.New(parent)
			g.Go(func(ctx context.Context) error {
				<-ctx.Done()
				time.Sleep(time.Minute)
				return ctx.Err()
			}, taskgroup.Daemon())
			end := func() { cancel(errWhy) }
			if stoppedFirst {
				time.AfterFunc(time.Second, end)
				assert.NoError(t, g.Wait())
			} else {
				end()
				assert.ErrorIs(t, g.Wait(), errWhy)
			}
		})
	}
}

// WithGrace and Shutdown bound how long daemons that ignore their cancellation are
// waited for.
func TestADaemonThatIgnoresItsCancellation(t *testing.T) {
	stubborn := func(context.Context) error { time.Sleep(time.Hour); return nil }
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		g := taskgroup.New(t.Context(), taskgroup.WithGrace(time.Second))
		g.Go(stubborn, taskgroup.Daemon(), taskgroup.Named("stubborn"))
		g.Go(func(context.Context) error { time.Sleep(time.Minute); return nil })
		le := late(t, g.Wait())
		assert.Equal(t, time.Minute+time.Second, time.Since(begun))
		assert.Equal(t, []string{"stubborn"}, names(le.Tasks))
		assert.NoError(t, le.Cause)
		assert.NoError(t, g.Wait())
		assert.Equal(t, time.Hour, time.Since(begun))
	})
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		g := taskgroup.New(t.Context())
		g.Go(stubborn, taskgroup.Daemon(), taskgroup.Named("stubborn"))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		le := late(t, g.Shutdown(ctx))
		assert.Equal(t, time.Second, time.Since(begun))
		assert.Equal(t, []string{"stubborn"}, names(le.Tasks))
		assert.ErrorIs(t, g.Wait(), context.DeadlineExceeded)
		assert.Equal(t, time.Hour, time.Since(begun))
	})
}

// A daemon may start tasks, also once it has been canceled because only daemons were
// left: another daemon is canceled from the start, any other task is not.
func TestADaemonStartsTasks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context())
		begun := time.Now()
		var daemon, shielded note
		var task *taskgroup.Task[int]
		g.Go(func(ctx context.Context) error {
			<-ctx.Done()
			assert.True(t, g.Go(loops(&daemon), taskgroup.Daemon()))
			assert.True(t, g.Go(loops(&shielded), taskgroup.Daemon(), taskgroup.Shielded()))
			task = taskgroup.Go(g, func(ctx context.Context) (int, error) { return 42, taskgroup.Sleep(ctx, time.Minute) })
			return ctx.Err()
		}, taskgroup.Daemon())
		assert.NoError(t, g.Wait())
		assert.Equal(t, time.Minute, time.Since(begun))
		assert.Equal(t, taskgroup.ErrStopped, daemon.get())
		assert.Equal(t, taskgroup.ErrStopped, shielded.get())
		v, err := task.Result()
		assert.NoError(t, err)
		assert.Equal(t, 42, v)
	})
}

// A group in a task: daemons of the inner one end with that, and only those.
func TestNestedDaemons(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var outer, inner note
		assert.NoError(t, taskgroup.Run(t.Context(), func(_ context.Context, g *taskgroup.Group) error {
			g.Go(loops(&outer), taskgroup.Daemon())
			g.Go(func(ctx context.Context) error {
				err := taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
					g.Go(loops(&inner), taskgroup.Daemon())
					return nil
				})
				assert.Equal(t, taskgroup.ErrStopped, inner.get())
				assert.NoError(t, outer.get())
				return err
			})
			g.Go(func(ctx context.Context) error { // a daemon that has a group
				return taskgroup.Run(ctx, mainOf(untilDone))
			}, taskgroup.Daemon())
			return nil
		}))
		assert.Equal(t, taskgroup.ErrStopped, outer.get())
	})
}

// Cancel ends one daemon, and is no failure; once it has been stopped, Cancel was
// not what did it.
func TestCancelOfADaemon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, opts := range [][]taskgroup.TaskOption{
			{taskgroup.Daemon()},
			{taskgroup.Daemon(), taskgroup.Shielded()},
		} {
			g := taskgroup.New(t.Context())
			var cause, other note
			task := taskgroup.Go(g, taskgroup.NoValue(loops(&cause)), opts...)
			stopped := taskgroup.Go(g, func(ctx context.Context) (int, error) {
				_ = loops(&other)(ctx)
				time.Sleep(time.Second)
				return 0, ctx.Err()
			}, opts...)
			synctest.Wait()
			assert.True(t, task.Cancel(errWhy))
			_, err := task.Wait(t.Context())
			assert.ErrorIs(t, err, errWhy)
			assert.Equal(t, errWhy, cause.get())
			go func() {
				synctest.Wait()
				assert.Equal(t, taskgroup.ErrStopped, other.get())
				assert.False(t, stopped.Cancel(errWhy))
			}()
			assert.NoError(t, g.Wait())
			assert.True(t, stopped.Cancelled())
		}
	})
}

// Every call that starts a task takes the option; Start ignores it.
func TestDaemonAtEveryEntrance(t *testing.T) {
	for name, accept := range accepts {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := taskgroup.New(t.Context())
				var cause note
				require.True(t, accept(g, loops(&cause), taskgroup.Daemon()))
				assert.NoError(t, g.Wait())
				assert.Equal(t, taskgroup.ErrStopped, cause.get())
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		task := taskgroup.Start(t.Context(), func(ctx context.Context) (int, error) { return 42, taskgroup.Sleep(ctx, time.Hour) }, taskgroup.Daemon())
		v, err := task.Wait(t.Context())
		assert.NoError(t, err)
		assert.Equal(t, 42, v)
	})
}

// The last other task and a new one from a daemon at once: either the new task runs
// to its end, or it is a daemon's that was canceled.
func TestTheLastTaskAndADaemonsAtOnce(t *testing.T) {
	for range times(2000) {
		g := taskgroup.New(context.Background())
		release := make(chan struct{})
		var accepted, called atomic.Int64
		g.Go(func(ctx context.Context) error {
			<-release
			for ctx.Err() == nil {
				if g.Go(func(context.Context) error { called.Add(1); return nil }) {
					accepted.Add(1)
				}
			}
			return ctx.Err()
		}, taskgroup.Daemon())
		g.Go(func(context.Context) error { close(release); return nil })
		require.NoError(t, g.Wait())
		require.Equal(t, accepted.Load(), called.Load())
	}
}
