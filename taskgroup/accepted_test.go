package taskgroup_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/pprof"
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

// heldGroup returns a group whose first goroutine is held up before it begins a
// task, until begin is called: so tasks are accepted and have not begun. The
// goroutine looks up the pprof labels of the group's parent, and that holds it.
func heldGroup(t *testing.T, opts ...taskgroup.Option) (g *taskgroup.Group, parent context.CancelCauseFunc, begin func()) {
	t.Helper()
	ctx, cancel := context.WithCancelCause(t.Context())
	labeled := pprof.WithLabels(ctx, pprof.Labels("held", "yes"))
	begun := make(chan struct{})
	var armed atomic.Bool
	held := &testkit.Context{Parent: labeled, OnValue: func(key any) any {
		if armed.Load() && fmt.Sprintf("%T", key) == "pprof.labelContextKey" {
			<-begun
		}
		return labeled.Value(key)
	}}
	g = taskgroup.New(held, opts...)
	armed.Store(true)
	return g, cancel, func() { close(begun) }
}

// accepts are the calls that hand a task over; each reports that it was accepted.
// GoReady does so only when the task is ready, or has ended.
var accepts = map[string]func(g *taskgroup.Group, fn func(ctx context.Context) error, opts ...taskgroup.TaskOption) bool{
	"g.Go":  (*taskgroup.Group).Go,
	"TryGo": (*taskgroup.Group).TryGo,
	"Go": func(g *taskgroup.Group, fn func(ctx context.Context) error, opts ...taskgroup.TaskOption) bool {
		task := taskgroup.Go(g, taskgroup.NoValue(fn), opts...)
		return task.Err() == taskgroup.ErrNotDone
	},
	"Submit": func(g *taskgroup.Group, fn func(ctx context.Context) error, opts ...taskgroup.TaskOption) bool {
		return g.Submit(context.Background(), fn, opts...) == nil
	},
	"SubmitTask": func(g *taskgroup.Group, fn func(ctx context.Context) error, opts ...taskgroup.TaskOption) bool {
		_, err := taskgroup.SubmitTask(context.Background(), g, taskgroup.NoValue(fn), opts...)
		return err == nil
	},
	"TryTask": func(g *taskgroup.Group, fn func(ctx context.Context) error, opts ...taskgroup.TaskOption) bool {
		_, err := taskgroup.TryTask(g, taskgroup.NoValue(fn), opts...)
		return err == nil
	},
	"GoReady": func(g *taskgroup.Group, fn func(ctx context.Context) error, opts ...taskgroup.TaskOption) bool {
		go func() {
			_, _ = taskgroup.GoReady(context.Background(), g, func(ctx context.Context, ready func(int)) error {
				ready(1)
				return fn(ctx)
			}, opts...)
		}()
		synctest.Wait()
		return true
	},
}

// heldEnds are the ways in which a group ends while none of its tasks can begin.
var heldEnds = map[string]struct {
	end   func(g *taskgroup.Group, parent context.CancelCauseFunc)
	cause error
}{
	"Cancel":     {func(g *taskgroup.Group, _ context.CancelCauseFunc) { g.Cancel(errWhy) }, errWhy},
	"Cancel nil": {func(g *taskgroup.Group, _ context.CancelCauseFunc) { g.Cancel(nil) }, context.Canceled},
	"Stop":       {func(g *taskgroup.Group, _ context.CancelCauseFunc) { g.Stop() }, taskgroup.ErrStopped},
	"the parent": {func(_ *taskgroup.Group, parent context.CancelCauseFunc) { parent(errWhy) }, errWhy},
	"a late Shutdown": {func(g *taskgroup.Group, _ context.CancelCauseFunc) {
		_ = g.Shutdown(doneContext())
	}, context.Canceled},
}

// Rule 7: what was accepted is called exactly once, if need be with a context that
// is done, however the group ends before it begins.
func TestAcceptedIsCalledAfterTheGroupsEnd(t *testing.T) {
	for call, accept := range accepts {
		for name, end := range heldEnds {
			t.Run(call+"/"+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					g, parent, begin := heldGroup(t)
					var called atomic.Int64
					for range 3 {
						require.True(t, accept(g, func(ctx context.Context) error {
							called.Add(1)
							assert.Error(t, ctx.Err())
							assert.ErrorIs(t, context.Cause(ctx), end.cause)
							assert.True(t, done(ctx.Done()))
							return nil
						}))
					}
					end.end(g, parent)
					assert.Zero(t, called.Load())
					assert.False(t, g.Go(func(context.Context) error { called.Add(100); return nil }))
					assert.False(t, g.TryGo(func(context.Context) error { called.Add(100); return nil }))
					begin()
					_ = g.Wait()
					assert.EqualValues(t, 3, called.Load())
				})
			})
		}
	}
}

// The failures of tasks before it: an error, a panic, Goexit.
func TestAcceptedIsCalledAfterAFailure(t *testing.T) {
	for call, accept := range accepts {
		for name, fail := range map[string]func() error{
			"error":  func() error { return errBoom },
			"panic":  func() error { panic(errBoom) },
			"Goexit": func() error { runtime.Goexit(); return nil },
		} {
			t.Run(call+"/"+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					testkit.CaptureLog(t)
					g, _, begin := heldGroup(t, taskgroup.WithPanics(taskgroup.PanicAsError))
					var called atomic.Int64
					g.Go(func(context.Context) error { return fail() })
					for range 3 {
						require.True(t, accept(g, func(context.Context) error { called.Add(1); return nil }))
					}
					begin()
					assert.Error(t, g.Wait())
					assert.EqualValues(t, 3, called.Load())
				})
			})
		}
	}
}

// An accept loop: what the closures own is released, as often as it was taken.
func TestNothingThatAClosureOwnsLeaks(t *testing.T) {
	for name, options := range map[string][]taskgroup.Option{
		"no limit": nil,
		"limit":    {taskgroup.WithLimit(2)},
		"shared":   {taskgroup.WithLimiter(&units{free: 2})},
	} {
		t.Run(name, func(t *testing.T) {
			for i := range times(300) {
				g := taskgroup.New(context.Background(), options...)
				var open atomic.Int64
				var loop sync.WaitGroup
				loop.Go(func() {
					for range 200 {
						open.Add(1)
						if !g.Go(func(context.Context) error { open.Add(-1); return nil }) {
							open.Add(-1)
							return
						}
					}
				})
				loop.Go(func() {
					if i%2 == 0 {
						runtime.Gosched()
					}
					g.Cancel(errWhy)
				})
				loop.Wait()
				_ = g.Wait()
				require.Zero(t, open.Load())
			}
		})
	}
}

// A task that its own Cancel ends before it begins is not called, and has its
// callbacks. If the group's end came first it is, and Cancel says that it was not
// what did it.
func TestOwnCancelBeforeTheTaskBegins(t *testing.T) {
	for name, end := range heldEnds {
		for _, ownFirst := range []bool{true, false} {
			for _, shielded := range []bool{false, true} {
				t.Run(fmt.Sprint(name, ", own first: ", ownFirst, ", shielded: ", shielded), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						g, parent, begin := heldGroup(t)
						var called, callbacks atomic.Int64
						var opts []taskgroup.TaskOption
						if shielded {
							opts = append(opts, taskgroup.Shielded())
						}
						task := taskgroup.Go(g, func(context.Context) (int, error) { called.Add(1); return 42, nil }, opts...)
						task.OnDone(func(*taskgroup.Task[int]) { callbacks.Add(1) })
						if !ownFirst {
							end.end(g, parent)
						}
						own := errors.New("own")
						did := task.Cancel(own)
						assert.Equal(t, ownFirst || shielded, did)
						assert.False(t, task.Cancel(own))
						if ownFirst {
							end.end(g, parent)
						}
						begin()
						_ = g.Wait()
						v, err := task.Result()
						if did {
							assert.Zero(t, called.Load())
							assert.ErrorIs(t, err, own)
							assert.ErrorIs(t, err, context.Canceled)
							assert.True(t, task.Cancelled())
						} else {
							assert.EqualValues(t, 1, called.Load())
							assert.NoError(t, err)
							assert.Equal(t, 42, v)
							assert.False(t, task.Cancelled())
						}
						assert.EqualValues(t, 1, callbacks.Load())
					})
				})
			}
		}
	}
}

// One that still waits in the backlog when its group ends is not called, and has its
// callbacks; a shielded one is called.
func TestTheBacklogWhenTheGroupEnds(t *testing.T) {
	for name, end := range heldEnds {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g, parent, begin := heldGroup(t, taskgroup.WithLimit(1), taskgroup.WithBacklog(-1))
				var called, callbacks trace
				names := []string{"first", "waits", "shielded", "waits too", "shielded too"}
				tasks := make([]*taskgroup.Task[int], len(names))
				for i, name := range names {
					var opts []taskgroup.TaskOption
					if i == 2 || i == 4 {
						opts = append(opts, taskgroup.Shielded())
					}
					tasks[i] = taskgroup.Go(g, func(context.Context) (int, error) { called.add(name); return 0, nil }, opts...)
					tasks[i].OnDone(func(*taskgroup.Task[int]) { callbacks.add(name) })
				}
				end.end(g, parent)
				synctest.Wait()
				assert.ElementsMatch(t, []string{"waits", "waits too"}, callbacks.all())
				begin()
				_ = g.Wait()
				assert.Equal(t, []string{"first", "shielded", "shielded too"}, called.all())
				assert.ElementsMatch(t, names, callbacks.all())
				for i, task := range tasks {
					assert.Equal(t, i == 1 || i == 3, task.Cancelled(), i)
					if task.Cancelled() {
						assert.ErrorIs(t, task.Err(), end.cause)
						assert.ErrorIs(t, task.Err(), context.Canceled)
					}
				}
			})
		})
	}
}

// An error of the limiter is why the task was not accepted: it is not called, and
// the call says so; it is a failure of the group.
func TestALimitersErrorRefuses(t *testing.T) {
	for call, accept := range accepts {
		if call == "TryGo" || call == "TryTask" || call == "GoReady" {
			continue // TryAcquireN has no error; GoReady is below
		}
		t.Run(call, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				shared := &units{free: 5, acquire: func(context.Context, int) error { return errWhy }}
				g := taskgroup.New(t.Context(), taskgroup.WithLimiter(shared))
				accepted := accept(g, func(context.Context) error { panic("it runs") })
				if call != "Go" { // whose handle may not have ended yet
					assert.False(t, accepted)
				}
				_, errs := failed(g.Wait())
				assert.Equal(t, []error{errWhy}, errs)
				assert.Equal(t, 5, shared.available(), "none was taken, and none is given back")
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context(), taskgroup.WithLimiter(&units{acquire: func(context.Context, int) error { return errWhy }}))
		_, err := taskgroup.GoReady(t.Context(), g, func(context.Context, func(int)) error { panic("it runs") })
		assert.Equal(t, errWhy, err)
		_ = g.Wait()
	})
}

// The functions of Start are accepted, too: its context may end before they begin.
func TestStartedIsCalled(t *testing.T) {
	for range times(300) {
		ctx, cancel := context.WithCancel(context.Background())
		var called atomic.Int64
		task := taskgroup.Start(ctx, func(context.Context) (int, error) { called.Add(1); return 1, nil })
		cancel()
		_, err := task.Wait(context.Background())
		require.NoError(t, err)
		require.EqualValues(t, 1, called.Load())
	}
}

// A group with a grace period leaves an accepted task behind, and calls it all the
// same.
func TestAcceptedIsCalledAfterTheGracePeriod(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, _, begin := heldGroup(t, taskgroup.WithGrace(time.Second))
		called := false
		g.Go(func(context.Context) error { called = true; return nil }, taskgroup.Named("held"))
		g.Cancel(errWhy)
		le := late(t, g.Wait())
		assert.Equal(t, []string{"held"}, names(le.Tasks))
		begin()
		assert.ErrorIs(t, g.Wait(), errWhy)
		assert.True(t, called)
	})
}
