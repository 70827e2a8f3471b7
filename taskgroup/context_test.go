package taskgroup_test

import (
	"context"
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

type contextKey string

// living is a task that runs until it is to end, and its context.
type living struct {
	*taskgroup.Task[int]
	ctx context.Context //nolint:containedctx // what the tests are about
	end chan struct{}
}

func live(start func(fn taskgroup.Func[int]) *taskgroup.Task[int]) living {
	contexts := make(chan context.Context)
	end := make(chan struct{})
	task := start(func(ctx context.Context) (int, error) {
		contexts <- ctx
		<-end
		return 42, nil
	})
	return living{task, <-contexts, end}
}

func (l living) finish() {
	close(l.end)
	<-l.Done()
}

// Tasks: a task's context derives from its group's, or Start's. K-12.
func TestATasksContextDerives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		deadline := time.Now().Add(time.Hour)
		ctx, cancel := context.WithDeadline(context.WithValue(t.Context(), contextKey("a"), "value"), deadline)
		defer cancel()
		g := taskgroup.New(ctx)
		for _, start := range []func(fn taskgroup.Func[int]) *taskgroup.Task[int]{
			func(fn taskgroup.Func[int]) *taskgroup.Task[int] { return taskgroup.Start(ctx, fn) },
			func(fn taskgroup.Func[int]) *taskgroup.Task[int] { return taskgroup.Go(g, fn) },
			func(fn taskgroup.Func[int]) *taskgroup.Task[int] {
				return taskgroup.Go(g, fn, taskgroup.Named("optional"))
			},
		} {
			task := live(start)
			inside := task.ctx
			for range 2 { // before and after its Done is called
				assert.Equal(t, "value", inside.Value(contextKey("a")))
				assert.Nil(t, inside.Value(contextKey("b")))
				until, ok := inside.Deadline()
				assert.True(t, ok)
				assert.Equal(t, deadline, until)
				assert.NoError(t, inside.Err())
				assert.NoError(t, context.Cause(inside))
				assert.False(t, done(inside.Done()))
				again := inside.Done()
				assert.Equal(t, again, inside.Done(), "the same channel")
			}
			task.finish()
		}
		assert.NoError(t, g.Wait())
	})
}

// The context before, during and after the end of its task, called for the first
// time now or before.
func TestATasksContextEndsWithIt(t *testing.T) {
	for _, askedBefore := range []bool{false, true} {
		for _, shielded := range []bool{false, true} {
			t.Run(fmt.Sprint("asked before ", askedBefore, ", shielded ", shielded), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					options := []taskgroup.TaskOption{}
					if shielded {
						options = append(options, taskgroup.Shielded())
					}
					g := taskgroup.New(context.WithValue(t.Context(), contextKey("a"), "value"))
					contexts := make(chan context.Context, 1)
					task := taskgroup.Go(g, func(ctx context.Context) (int, error) {
						if askedBefore {
							_ = ctx.Done()
						}
						contexts <- ctx
						return 42, nil
					}, options...)
					_, err := task.Wait(t.Context())
					require.NoError(t, err)
					inside := <-contexts
					assert.Equal(t, context.Canceled, inside.Err())
					assert.Equal(t, context.Canceled, context.Cause(inside))
					assert.True(t, done(inside.Done()))
					assert.Equal(t, "value", inside.Value(contextKey("a")))

					derived, cancel := context.WithCancel(inside)
					defer cancel()
					assert.Equal(t, context.Canceled, derived.Err())
					called := make(chan struct{})
					context.AfterFunc(inside, func() { close(called) })
					<-called
					assert.False(t, task.Cancel(errWhy))
					assert.Equal(t, context.Canceled, context.Cause(inside))
					require.NoError(t, g.Wait())
				})
			})
		}
	}
}

// Err alone, called for the first time after the end.
func TestErrAfterTheEnd(t *testing.T) {
	contexts := make(chan context.Context, 1)
	task := taskgroup.Start(t.Context(), func(ctx context.Context) (int, error) {
		contexts <- ctx
		return 42, nil
	})
	_, _ = task.Wait(t.Context())
	assert.Equal(t, context.Canceled, (<-contexts).Err())
}

// What derives from a task's context ends with that, whatever ends it.
func TestDerivedContexts(t *testing.T) {
	for name, end := range map[string]func(g *taskgroup.Group, task living) error{
		"Cancel":        func(_ *taskgroup.Group, task living) error { task.Cancel(errWhy); return errWhy },
		"the group":     func(g *taskgroup.Group, _ living) error { g.Cancel(errBoom); return errBoom },
		"the task ends": func(_ *taskgroup.Group, task living) error { task.finish(); return context.Canceled },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := taskgroup.New(t.Context())
				task := live(func(fn taskgroup.Func[int]) *taskgroup.Task[int] { return taskgroup.Go(g, fn) })
				inside := task.ctx
				cancellable, cancel := context.WithCancel(inside)
				defer cancel()
				timed, cancelTimed := context.WithTimeout(context.WithValue(inside, contextKey("a"), 1), time.Hour)
				defer cancelTimed()
				var called trace
				stop := context.AfterFunc(inside, func() { called.add("AfterFunc") })
				stopped := context.AfterFunc(inside, func() { called.add("stopped") })
				assert.True(t, stopped())
				apart := context.WithoutCancel(inside)

				cause := end(g, task)
				synctest.Wait()
				for _, ctx := range []context.Context{inside, cancellable, timed} {
					assert.Equal(t, context.Canceled, ctx.Err())
					assert.Equal(t, cause, context.Cause(ctx))
					assert.True(t, done(ctx.Done()))
				}
				assert.Equal(t, []string{"AfterFunc"}, called.all())
				assert.False(t, stop())
				assert.NoError(t, apart.Err())
				assert.NoError(t, context.Cause(apart))
				if !done(task.Done()) {
					task.finish()
				}
				_ = g.Wait()
				assert.Equal(t, cause, context.Cause(inside), "the first cause stays")
			})
		})
	}
}

// Canceling one task does not reach what is beside or above it.
func TestCancelGoesDownOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context())
		start := func(fn taskgroup.Func[int]) *taskgroup.Task[int] { return taskgroup.Go(g, fn) }
		task, sibling := live(start), live(start)
		child := taskgroup.Start(task.ctx, taskgroup.NoValue(untilDone))
		task.Cancel(errWhy)
		_, err := child.Wait(t.Context())
		assert.ErrorIs(t, err, context.Canceled)
		assert.True(t, child.Cancelled())
		assert.NoError(t, sibling.ctx.Err())
		assert.NoError(t, g.Context().Err())
		task.finish()
		sibling.finish()
		assert.NoError(t, g.Wait())
	})
}

// Current: the innermost task whose context this is or is derived from. X-01.
func TestCurrent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, ok := taskgroup.Current(t.Context())
		assert.False(t, ok)
		check := func(ctx context.Context, name, group string) {
			info, ok := taskgroup.Current(ctx)
			assert.True(t, ok)
			assert.Equal(t, name, info.Name)
			assert.Equal(t, group, info.Group)
			assert.NotZero(t, info.ID)
		}
		task := taskgroup.Start(t.Context(), func(ctx context.Context) (int, error) {
			check(ctx, "outer", "")
			first, _ := taskgroup.Current(ctx)
			derived, cancel := context.WithTimeout(context.WithValue(ctx, contextKey("a"), 1), time.Hour)
			defer cancel()
			check(derived, "outer", "")
			check(context.WithoutCancel(derived), "outer", "")
			return 0, taskgroup.Run(derived, func(ctx context.Context, g *taskgroup.Group) error {
				check(ctx, "outer", "") // main is no task
				g.Go(func(ctx context.Context) error { check(ctx, "g.Go", "crew"); return nil }, taskgroup.Named("g.Go"))
				taskgroup.Go(g, func(ctx context.Context) (int, error) { check(ctx, "Go", "crew"); return 0, nil }, taskgroup.Named("Go"))
				g.TryGo(func(ctx context.Context) error { check(ctx, "TryGo", "crew"); return nil }, taskgroup.Named("TryGo"))
				assert.NoError(t, g.Submit(ctx, func(ctx context.Context) error {
					check(ctx, "Submit", "crew")
					_ = ctx.Done()
					check(ctx, "Submit", "crew")
					return nil
				}, taskgroup.Named("Submit")))
				_, err := taskgroup.GoReady(ctx, g, func(ctx context.Context, ready func(int)) error {
					check(ctx, "GoReady", "crew")
					ready(1)
					return nil
				}, taskgroup.Named("GoReady"), taskgroup.Shielded())
				assert.NoError(t, err)
				g.Go(func(ctx context.Context) error {
					info, _ := taskgroup.Current(ctx)
					assert.Regexp(t, `^task-\d+$`, info.Name)
					again, _ := taskgroup.Current(ctx)
					assert.Equal(t, info, again)
					assert.NotEqual(t, first.ID, info.ID)
					return nil
				})
				return g.Wait()
			}, taskgroup.WithName("crew"))
		}, taskgroup.Named("outer"))
		_, err := task.Wait(t.Context())
		assert.NoError(t, err)
	})
}

// A context prints which task it belongs to.
func TestTheTextOfAContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		task := live(func(fn taskgroup.Func[int]) *taskgroup.Task[int] {
			return taskgroup.Start(t.Context(), fn, taskgroup.Named("fetch"))
		})
		derived, cancel := context.WithCancel(task.ctx)
		defer cancel()
		assert.Contains(t, fmt.Sprint(task.ctx), "fetch")
		assert.Contains(t, fmt.Sprint(derived), "fetch")
		task.finish()
	})
}

// Any implementation of a context will do as a parent.
func TestAForeignContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		parent := testkit.Foreign(t.Context(), errWhy)
		g := taskgroup.New(parent)
		task := taskgroup.Go(g, taskgroup.NoValue(untilDone))
		started := taskgroup.Start(parent, taskgroup.NoValue(untilDone))
		synctest.Wait()
		close(parent.Channel)
		_, err := task.Wait(t.Context())
		assert.ErrorIs(t, err, errWhy)
		assert.True(t, task.Cancelled())
		_, err = started.Wait(t.Context())
		assert.ErrorIs(t, err, errWhy)
		assert.True(t, started.Cancelled())
		assert.ErrorIs(t, g.Wait(), errWhy)
		_, err = started.Wait(parent)
		assert.ErrorIs(t, err, errWhy)
	})
}

// Everything about one context at once, from many goroutines, while the task
// runs, is canceled and ends. The race detector is the judge.
func TestATasksContextFromManyGoroutines(t *testing.T) {
	for i := range 300 {
		g := taskgroup.New(t.Context())
		options := []taskgroup.TaskOption{}
		if i%3 == 0 {
			options = append(options, taskgroup.Shielded(), taskgroup.Named("x"))
		}
		contexts := make(chan context.Context, 1)
		task := taskgroup.Go(g, func(ctx context.Context) (int, error) {
			contexts <- ctx
			for range i % 7 {
				runtime.Gosched()
			}
			return 42, nil
		}, options...)
		ctx := <-contexts
		var all sync.WaitGroup
		for _, f := range []func(){
			func() { <-ctx.Done() },
			func() { _ = ctx.Err() },
			func() { _ = ctx.Value(contextKey("a")); _, _ = ctx.Deadline() },
			func() { _ = context.Cause(ctx) },
			func() { _, _ = taskgroup.Current(ctx) },
			func() { _ = fmt.Sprint(ctx) },
			func() {
				derived, cancel := context.WithCancel(ctx)
				defer cancel()
				_, _ = task.Wait(derived)
			},
			func() {
				called := make(chan struct{})
				context.AfterFunc(ctx, func() { close(called) })
				<-called
			},
			func() { task.Cancel(errWhy) },
			func() { <-task.Done() },
			func() { task.Name() },
			func() { g.Tasks() },
		} {
			all.Go(f)
		}
		all.Wait()
		v, err := task.Wait(t.Context())
		assert.NoError(t, err)
		assert.Equal(t, 42, v)
		assert.Error(t, ctx.Err())
		assert.True(t, done(ctx.Done()))
		assert.NoError(t, g.Wait())
	}
}

// Two who ask for its Done channel at the same time get the same, and nothing is
// left of the other.
func TestATasksContextHasOneDoneChannel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		parent := &testkit.Context{Parent: t.Context(), OnValue: testkit.NoValues}
		before := bubbleGoroutines()
		var first, second <-chan struct{}
		task := taskgroup.Start(parent, func(ctx context.Context) (int, error) {
			parent.OnDone = func() <-chan struct{} { // in the middle of the call below
				parent.OnDone = nil
				first = ctx.Done()
				return parent.Done()
			}
			second = ctx.Done()
			return 1, nil
		})
		v, err := task.Wait(t.Context())
		assert.NoError(t, err)
		assert.Equal(t, 1, v)
		assert.Equal(t, first, second)
		assert.True(t, done(first))
		synctest.Wait()
		assert.Equal(t, before, bubbleGoroutines(), "no goroutine waits for the parent")
	})
}

// Rule 2: a group looks at its parent, too, whose end its own context sees a
// moment later if it is not one of the standard library's.
func TestAForeignParentThatHasEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		parent := testkit.Foreign(t.Context(), errWhy)
		g := taskgroup.New(parent)
		close(parent.Channel)
		assert.False(t, g.Go(func(context.Context) error { panic("it runs") }))
		assert.ErrorIs(t, g.Submit(t.Context(), returns(nil)), errWhy)
		assert.ErrorIs(t, taskgroup.Go(g, value(1)).Err(), errWhy)
		assert.ErrorIs(t, g.Wait(), errWhy)
	})
}

// Rule 7: a task in the backlog does not run once such a parent has ended, and is
// what the parent's end has left incomplete. Shielded, it runs.
func TestAForeignParentEndsBeforeATaskBegins(t *testing.T) {
	never := func(context.Context) (int, error) { panic("it runs") }
	synctest.Test(t, func(t *testing.T) {
		parent := testkit.Foreign(t.Context(), errWhy)
		g := taskgroup.New(parent, taskgroup.WithLimit(1), taskgroup.WithBacklog(-1))
		release, shielded := make(chan struct{}), false
		g.Go(func(context.Context) error { <-release; return nil })
		synctest.Wait()
		task := taskgroup.Go(g, never)
		g.Go(func(context.Context) error { shielded = true; return nil }, taskgroup.Shielded())
		close(parent.Channel)
		close(release)
		ge := groupError(t, g.Wait())
		assert.ErrorIs(t, ge.Cause, errWhy)
		assert.Empty(t, ge.Errors)
		assert.ErrorIs(t, task.Err(), errWhy)
		assert.True(t, task.Cancelled())
		assert.True(t, shielded)
	})
}

// Rule 7: a task that was accepted is called, also if its context is done by then.
func TestAnAcceptedTaskIsCalled(t *testing.T) {
	for name, end := range map[string]func(g *taskgroup.Group, parent context.CancelCauseFunc){
		"Cancel":       func(g *taskgroup.Group, _ context.CancelCauseFunc) { g.Cancel(errWhy) },
		"Stop":         func(g *taskgroup.Group, _ context.CancelCauseFunc) { g.Stop() },
		"the parent":   func(_ *taskgroup.Group, parent context.CancelCauseFunc) { parent(errWhy) },
		"a failure":    func(g *taskgroup.Group, _ context.CancelCauseFunc) { g.Go(returns(errBoom)); <-g.Context().Done() },
		"Shutdown":     func(g *taskgroup.Group, _ context.CancelCauseFunc) { _ = g.Shutdown(doneContext()) },
		"nothing else": func(*taskgroup.Group, context.CancelCauseFunc) {},
	} {
		t.Run(name, func(t *testing.T) {
			for range times(200) {
				parent, cancel := context.WithCancelCause(context.Background())
				g := taskgroup.New(parent, taskgroup.WithLimit(100))
				called, accepted := atomic.Int64{}, int64(0)
				for i := range 20 {
					if i == 10 {
						end(g, cancel)
					}
					owned := func(context.Context) error { called.Add(1); return nil }
					if g.Go(owned) {
						accepted++
					}
					if g.TryGo(owned) {
						accepted++
					}
					if g.Submit(context.Background(), owned) == nil {
						accepted++
					}
				}
				_ = g.Wait()
				cancel(nil)
				require.Equal(t, accepted, called.Load())
			}
		})
	}
}

// What a task returns of that is noise, though its group has not learnt of it.
func TestTheErrorOfAForeignParentIsNoise(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		parent := testkit.Foreign(t.Context(), errWhy)
		g := taskgroup.New(parent)
		task := taskgroup.Go(g, func(context.Context) (int, error) { close(parent.Channel); return 0, parent.Err() })
		ge := groupError(t, g.Wait())
		assert.True(t, task.Cancelled())
		assert.Empty(t, ge.Errors)
		assert.ErrorIs(t, ge.Cause, errWhy)
	})
}

// A task that looks at its parent's context may see that end before its own has:
// noise all the same.
func TestTheParentsErrorIsNoise(t *testing.T) {
	for i := range times(4000) {
		parent, cancel := context.WithCancelCause(t.Context())
		untilParents := func(context.Context) (int, error) { <-parent.Done(); return 0, parent.Err() }
		g := taskgroup.New(parent)
		inGroup := taskgroup.Go(g, untilParents)
		alone := taskgroup.Start(parent, func(ctx context.Context) (int, error) {
			_ = ctx.Done()
			return untilParents(ctx)
		})
		runtime.Gosched()
		cancel(errWhy)
		_, err := alone.Wait(t.Context())
		require.ErrorIs(t, err, context.Canceled)
		require.True(t, alone.Cancelled(), "%d", i)
		ge := groupError(t, g.Wait())
		require.Empty(t, ge.Errors, "%d", i)
		require.ErrorIs(t, ge.Cause, errWhy)
		require.True(t, inGroup.Cancelled())
	}
	for range times(4000) {
		parent, cancel := context.WithCancelCause(t.Context())
		go cancel(errWhy)
		ge := groupError(t, taskgroup.Run(parent, func(context.Context, *taskgroup.Group) error { <-parent.Done(); return parent.Err() }))
		require.Empty(t, ge.Errors)
	}
}
