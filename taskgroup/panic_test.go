package taskgroup_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/taskgroup"
)

// departures are the ways in which a function does not return.
var departures = map[string]func(){
	"panic(v)":        func() { panicking("value") },
	"panic(error)":    func() { panicking(errBoom) },
	"panic(nil)":      func() { panicking(nil) },
	"ErrAbortHandler": func() { panicking(http.ErrAbortHandler) },
	"runtime.Error":   func() { panickingByItself(nil) },
	"Goexit":          runtime.Goexit,
	"FailNow":         new(testing.T).FailNow,
}

//go:noinline
func panickingByItself(none []int) { none[0]++ }

func isGoexit(departure string) bool { return departure == "Goexit" || departure == "FailNow" }

// assertDeparture asserts that err is what a task fails with that left like
// that.
func assertDeparture(t *testing.T, departure string, err error) {
	t.Helper()
	if isGoexit(departure) {
		assert.Equal(t, taskgroup.ErrGoexit, err)
		return
	}
	pe, ok := err.(*taskgroup.PanicError)
	if !assert.True(t, ok, "%T: %v", err, err) {
		return
	}
	switch departure {
	case "panic(v)":
		assert.Equal(t, "value", pe.Value)
	case "panic(error)":
		assert.Equal(t, errBoom, pe.Value)
		assert.ErrorIs(t, pe, errBoom)
	case "panic(nil)":
		_, ok := errors.AsType[*runtime.PanicNilError](pe)
		assert.True(t, ok, "P-36")
	case "ErrAbortHandler":
		assert.Equal(t, http.ErrAbortHandler, pe.Value, "P-35")
		assert.ErrorIs(t, pe, http.ErrAbortHandler)
	case "runtime.Error":
		_, ok := errors.AsType[runtime.Error](pe)
		assert.True(t, ok, "P-36")
	}
	assert.Contains(t, string(pe.Stack), "panicking", "P-36: the stack of the task")
	assert.True(t, strings.HasPrefix(string(pe.Stack), "goroutine "))
}

// entrances are the ways in which a task gets into a group. The function leaves
// after it has been called.
var entrances = map[string]func(g *taskgroup.Group, leave func(ctx context.Context)){
	"g.Go": func(g *taskgroup.Group, leave func(ctx context.Context)) {
		g.Go(func(ctx context.Context) error { leave(ctx); return nil }, taskgroup.Named("leaver"))
	},
	"Go": func(g *taskgroup.Group, leave func(ctx context.Context)) {
		taskgroup.Go(g, func(ctx context.Context) (int, error) { leave(ctx); return 42, nil }, taskgroup.Named("leaver"))
	},
	"Submit": func(g *taskgroup.Group, leave func(ctx context.Context)) {
		_ = g.Submit(context.Background(), func(ctx context.Context) error { leave(ctx); return nil }, taskgroup.Named("leaver"))
	},
	"TryGo": func(g *taskgroup.Group, leave func(ctx context.Context)) {
		g.TryGo(func(ctx context.Context) error { leave(ctx); return nil }, taskgroup.Named("leaver"))
	},
	"GoReady, after ready": func(g *taskgroup.Group, leave func(ctx context.Context)) {
		_, _ = taskgroup.GoReady(context.Background(), g, func(ctx context.Context, ready func(int)) error {
			ready(42)
			leave(ctx)
			return nil
		}, taskgroup.Named("leaver"))
	},
}

// Rule 8: a panic or Goexit in a task, however it came into the group: siblings
// are canceled at once, it is reported at once and once, waiters are released,
// room is given back, the counters agree, and Wait raises or returns it. P-34,
// P-36, P-39, P-41, P-42, K-13, H36.
func TestPanicInATask(t *testing.T) {
	for entrance, enter := range entrances {
		for departure, leave := range departures {
			for _, policy := range []taskgroup.PanicPolicy{taskgroup.PanicPropagate, taskgroup.PanicAsError} {
				t.Run(fmt.Sprint(entrance, ", ", departure, ", policy ", policy), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						reports := testkit.CaptureLog(t)
						shared := &units{free: 4}
						g := taskgroup.New(t.Context(), taskgroup.WithPanics(policy), taskgroup.WithLimit(3), taskgroup.WithLimiter(shared), taskgroup.WithName("crew"))
						g.Go(func(ctx context.Context) error { // P-34
							<-ctx.Done()
							time.Sleep(time.Minute) // it cannot hide the report
							return errCleanup
						})
						enter(g, func(context.Context) {
							time.Sleep(time.Second)
							leave()
						})
						released := make(chan struct{})
						go func() { g.Go(untilDone); close(released) }()
						g.Go(untilDone)
						time.Sleep(2 * time.Second)

						assert.True(t, done(g.Context().Done()), "at once")
						assert.True(t, done(released), "who waits for room is released")
						records := reports.Take()
						if isGoexit(departure) {
							assert.Empty(t, records)
						} else if assert.Len(t, records, 1, "at once, and once") {
							assert.Equal(t, "taskgroup: a task panicked", records[0].Message)
							assert.Contains(t, testkit.Attr(records[0], "stack"), "panicking")
							assert.Contains(t, testkit.Attr(records[0], "task"), "leaver")
							assert.Contains(t, testkit.Attr(records[0], "task"), "crew")
							assert.NotEmpty(t, testkit.Attr(records[0], "panic"))
						}

						var err error
						v := testkit.Raised(func() { err = g.Wait() })
						var others error
						if policy == taskgroup.PanicPropagate && !isGoexit(departure) {
							pe, ok := v.(*taskgroup.PanicError)
							require.True(t, ok)
							assertDeparture(t, departure, pe)
							assert.Equal(t, "leaver", pe.Task.Name)
							assert.Equal(t, "crew", pe.Task.Group)
							others = pe.Others
						} else {
							require.Nil(t, v)
							assertDeparture(t, departure, groupError(t, err).Errors[0].Err)
							assert.Equal(t, "leaver", groupError(t, err).Errors[0].Name)
							others = err
						}
						assert.ErrorIs(t, others, errCleanup, "P-37: nothing is lost")
						assert.Zero(t, g.Running())
						assert.Empty(t, g.Tasks())
						assert.Equal(t, 4, shared.available())
						assert.Empty(t, reports.Take())
						assert.Equal(t, v == nil, testkit.Raised(func() { _ = g.Wait() }) == nil, "Wait again")
					})
				})
			}
		}
	}
}

// Groups: WithKeepGoing: no panic and no Goexit cancels siblings, and the room
// is used again.
func TestPanicAndKeepGoing(t *testing.T) {
	for departure, leave := range departures {
		t.Run(departure, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				reports := testkit.CaptureLog(t)
				g := taskgroup.New(t.Context(), taskgroup.WithKeepGoing(), taskgroup.WithLimit(1), taskgroup.WithBacklog(-1))
				for range 3 {
					taskgroup.Go(g, func(context.Context) (int, error) { leave(); return 42, nil })
				}
				after := taskgroup.Go(g, value(42))
				v, err := after.Wait(t.Context())
				assert.NoError(t, err)
				assert.Equal(t, 42, v)
				assert.NoError(t, g.Context().Err())
				raisedValue := testkit.Raised(func() { err = g.Wait() })
				if isGoexit(departure) {
					_, errs := failed(err)
					assert.Equal(t, []error{taskgroup.ErrGoexit, taskgroup.ErrGoexit, taskgroup.ErrGoexit}, errs)
					assert.Empty(t, reports.Take())
					return
				}
				pe, ok := raisedValue.(*taskgroup.PanicError)
				require.True(t, ok)
				indexes, errs := failed(pe.Others)
				assert.Equal(t, []int{1, 2}, indexes, "the other panics, too")
				for _, err := range errs {
					assertDeparture(t, departure, err)
				}
				assert.Len(t, reports.Take(), 3)
			})
		})
	}
}

// Rule 8: a Task's Wait gives a panic as an error, to every caller.
func TestPanicSeenThroughTheHandle(t *testing.T) {
	for departure, leave := range departures {
		t.Run(departure, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				testkit.CaptureLog(t)
				g := taskgroup.New(t.Context())
				task := taskgroup.Go(g, func(context.Context) (int, error) {
					time.Sleep(time.Second)
					leave()
					return 42, nil
				})
				calls := 0
				task.OnDone(func(*taskgroup.Task[int]) { calls++ })
				v, err := task.Wait(context.Background())
				assert.Zero(t, v)
				assertDeparture(t, departure, err)
				_, again := task.WaitOrCancel(t.Context())
				assert.Same(t, err, again)
				assert.False(t, task.Cancelled())
				_ = testkit.Raised(func() { _ = g.Wait() })
				assert.Equal(t, 1, calls)
			})
		})
	}
}

// The same while the task is canceled: a panic is never noise.
func TestPanicDuringCleanUp(t *testing.T) {
	for departure, leave := range departures {
		t.Run(departure, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				testkit.CaptureLog(t)
				g := taskgroup.New(t.Context())
				task := taskgroup.Go(g, func(ctx context.Context) (int, error) {
					<-ctx.Done()
					leave()
					return 42, nil
				})
				synctest.Wait()
				g.Cancel(http.ErrAbortHandler)
				var err error
				v := testkit.Raised(func() { err = g.Wait() })
				assertDeparture(t, departure, task.Err())
				assert.False(t, task.Cancelled())
				if isGoexit(departure) {
					_, errs := failed(err)
					assert.Equal(t, []error{taskgroup.ErrGoexit}, errs)
					return
				}
				pe, ok := v.(*taskgroup.PanicError)
				require.True(t, ok)
				assert.Equal(t, http.ErrAbortHandler, groupError(t, pe.Others).Cause)
			})
		})
	}
}

// failAfter is a task that fails some time after its context is done.
func failAfter(d time.Duration, err error) func(context.Context) error {
	return func(ctx context.Context) error {
		<-ctx.Done()
		time.Sleep(d)
		return err
	}
}

// Rule 8, TG-16: the other failures stand under Others, in the order of
// GroupError.Errors: the panic taken out of that.
func TestOthersInTheOrderOfErrors(t *testing.T) {
	testkit.CaptureLog(t)
	synctest.Test(t, func(t *testing.T) {
		zero, one, three := errors.New("zero"), errors.New("one"), errors.New("three")
		for name, c := range map[string]struct {
			options []taskgroup.Option
			tasks   []func(context.Context) error
			want    []int
		}{
			"the panic first": {nil, []func(context.Context) error{
				failAfter(3*time.Second, zero),
				failAfter(2*time.Second, one),
				func(context.Context) error { panic("two") },
				failAfter(time.Second, three),
			}, []int{0, 1, 3}},
			"a failure first": {nil, []func(context.Context) error{
				failAfter(3*time.Second, zero),
				failAfter(2*time.Second, one),
				func(ctx context.Context) error { <-ctx.Done(); panic("two") },
				returns(three),
			}, []int{3, 0, 1}},
		} {
			g := taskgroup.New(t.Context(), c.options...)
			for _, task := range c.tasks {
				g.Go(func(ctx context.Context) error {
					time.Sleep(time.Second) // all are there
					return task(ctx)
				})
			}
			pe := raisedPanic(t, func() { _ = g.Wait() })
			assert.Equal(t, "two", pe.Value, name)
			indexes, _ := failed(pe.Others)
			assert.Equal(t, c.want, indexes, name)
		}
	})
}

// Rule 8: without other failures Others is nil, and with a cause it holds that.
func TestOthersOfOnePanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		testkit.CaptureLog(t)
		g := taskgroup.New(t.Context())
		g.Go(untilDone)
		g.Go(func(context.Context) error { panic("raised") })
		assert.NoError(t, raisedPanic(t, func() { _ = g.Wait() }).Others)

		ctx, cancel := context.WithCancelCause(t.Context())
		g = taskgroup.New(ctx)
		g.Go(func(context.Context) error { cancel(errWhy); panic("raised") })
		pe := raisedPanic(t, func() { _ = g.Wait() })
		assert.ErrorIs(t, groupError(t, pe.Others).Cause, errWhy)
	})
}

// Run: a *PanicError that crosses a further join is copied, its Others extended,
// and reported once.
func TestPanicThroughNestedJoins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reports := testkit.CaptureLog(t)
		inner, middle, outer := errors.New("inner"), errors.New("middle"), errors.New("outer")
		var seenInside *taskgroup.PanicError
		g := taskgroup.New(t.Context(), taskgroup.WithName("outer"))
		g.Go(failAfter(0, outer))
		g.Go(func(ctx context.Context) error {
			return taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
				g.Go(failAfter(0, middle))
				g.Go(func(ctx context.Context) error {
					defer func() {
						v := recover()
						seenInside, _ = v.(*taskgroup.PanicError)
						panic(v)
					}()
					return taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
						g.Go(failAfter(0, inner))
						g.Go(func(context.Context) error { synctest.Wait(); panicking("deep"); return nil }, taskgroup.Named("deep"))
						return nil
					}, taskgroup.WithName("inner"))
				})
				return nil
			})
		})
		pe := raisedPanic(t, func() { _ = g.Wait() })
		assert.Equal(t, "deep", pe.Value)
		assert.Equal(t, taskgroup.TaskInfo{ID: pe.Task.ID, Name: "deep", Group: "inner"}, pe.Task)
		assert.Contains(t, string(pe.Stack), "panicking")
		_, errs := failed(pe.Others)
		assert.Equal(t, []error{inner, middle, outer}, errs)
		assert.Len(t, reports.Take(), 1)
		require.NotNil(t, seenInside)
		assert.NotSame(t, seenInside, pe)
		_, errs = failed(seenInside.Others)
		assert.Equal(t, []error{inner}, errs, "what was raised inside is as it was")
	})
}

// Run: so are the causes of the groups that it crosses, whichever has one.
func TestPanicThroughGroupsThatWereEnded(t *testing.T) {
	inner, outer := errors.New("inner"), errors.New("outer")
	for _, innerCause := range []error{nil, inner} {
		for _, outerCause := range []error{nil, outer} {
			synctest.Test(t, func(t *testing.T) {
				testkit.CaptureLog(t)
				g := taskgroup.New(t.Context())
				g.Go(func(context.Context) error {
					g := taskgroup.New(context.Background())
					g.Go(func(context.Context) error { time.Sleep(2 * time.Second); panic("raised") }, taskgroup.Shielded())
					g.Go(func(context.Context) error { time.Sleep(time.Second); return errCleanup })
					time.Sleep(time.Millisecond) // both run
					if innerCause != nil {
						g.Cancel(innerCause)
					}
					return g.Wait()
				})
				synctest.Wait()
				if outerCause != nil {
					g.Cancel(outerCause)
				} else {
					g.Go(returns(errBoom))
				}
				others := groupError(t, raisedPanic(t, func() { _ = g.Wait() }).Others)
				for _, cause := range []error{innerCause, outerCause} {
					if cause != nil {
						assert.ErrorIs(t, others.Cause, cause)
					}
				}
				if innerCause == nil && outerCause == nil {
					assert.NoError(t, others.Cause)
				}
				assert.ErrorIs(t, others, errCleanup)
			})
		}
	}
}

// A *PanicError in main passes through Run unchanged, like any other value.
func TestPanicErrorInMain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reports := testkit.CaptureLog(t)
		var inner any
		v := testkit.Raised(func() {
			_ = taskgroup.Run(t.Context(), func(ctx context.Context, _ *taskgroup.Group) error {
				defer func() { inner = recover(); panic(inner) }()
				return taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
					g.Go(func(context.Context) error { panic("raised") })
					return nil
				})
			})
		})
		assert.Same(t, inner, v)
		assert.Len(t, reports.Take(), 1)
	})
}

// GroupErrors keep panics as errors under PanicAsError, also nested.
func TestPanicErrorUnderPanicAsError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reports := testkit.CaptureLog(t)
		g := taskgroup.New(t.Context(), taskgroup.WithPanics(taskgroup.PanicAsError))
		g.Go(func(ctx context.Context) error {
			return taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
				g.Go(func(context.Context) error { panic(errBoom) })
				return nil
			})
		})
		err := g.Wait()
		assert.ErrorIs(t, err, errBoom)
		assert.Len(t, reports.Take(), 1)
	})
}

// Every Wait that is there raises the panic, each its own copy.
func TestSeveralWaitsRaise(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		testkit.CaptureLog(t)
		g := taskgroup.New(t.Context())
		g.Go(func(context.Context) error { time.Sleep(time.Second); panic("raised") })
		values := make(chan any)
		for range 3 {
			go func() { values <- testkit.Raised(func() { _ = g.Wait() }) }()
		}
		seen := map[any]bool{}
		for range 3 {
			v := <-values
			pe, ok := v.(*taskgroup.PanicError)
			require.True(t, ok)
			assert.Equal(t, "raised", pe.Value)
			seen[v] = true
		}
		assert.Len(t, seen, 1, "the very same")
	})
}

// Groups: the handler sees a panic as *PanicError, and slog does not.
func TestHandlerSeesThePanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reports := testkit.CaptureLog(t)
		var seen error
		g := taskgroup.New(t.Context(), taskgroup.WithErrorHandler(func(_ context.Context, _ taskgroup.TaskInfo, err error) { seen = err }))
		g.Go(func(context.Context) error { panicking("raised"); return nil })
		pe := raisedPanic(t, func() { _ = g.Wait() })
		assert.Equal(t, "raised", pe.Value)
		assertDeparture(t, "panic(v)", &taskgroup.PanicError{Value: "value", Stack: pe.Stack})
		_, ok := seen.(*taskgroup.PanicError)
		assert.True(t, ok)
		assert.Empty(t, reports.Take())
	})
}

// Rule 8: a limiter that panics or exits in the call that starts a task: that
// passes through to the caller, and the group's own room is given back.
func TestPanicInTheLimitersAcquire(t *testing.T) {
	for departure, leave := range departures {
		t.Run(departure, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				reports := testkit.CaptureLog(t)
				shared := &units{free: 2}
				g := taskgroup.New(t.Context(), taskgroup.WithLimiter(shared), taskgroup.WithLimit(1))
				never := func(context.Context) error { panic("it runs") }
				for name, call := range map[string]func(){
					"Go":     func() { g.Go(never) },
					"Submit": func() { _ = g.Submit(t.Context(), never) },
					"TryGo":  func() { g.TryGo(never) },
					"typed":  func() { taskgroup.Go(g, taskgroup.NoValue(never)) },
					"GoReady": func() {
						_, _ = taskgroup.GoReady(t.Context(), g, func(context.Context, func(int)) error { panic("it runs") })
					},
				} {
					shared.acquire = func(context.Context, int) error { leave(); return nil }
					shared.try = func() { leave() }
					if isGoexit(departure) {
						assert.True(t, exits(call), name)
					} else {
						assert.NotNil(t, testkit.Raised(call), name)
					}
					shared.acquire, shared.try = nil, nil
					assert.Zero(t, g.Running())
					task := taskgroup.Go(g, value(42)) // the room is there
					_, err := task.Wait(t.Context())
					assert.NoError(t, err)
					synctest.Wait() // it has given its room back
				}
				assert.NoError(t, g.Wait())
				assert.Equal(t, 2, shared.available())
				assert.Empty(t, reports.Take())
			})
		})
	}
}

// Rule 8: a limiter that panics when it gets its units back is reported, and the
// group goes on.
func TestPanicInTheLimitersRelease(t *testing.T) {
	for departure, leave := range departures {
		t.Run(departure, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				reports := testkit.CaptureLog(t)
				shared := &units{free: 1, release: func(int) { leave() }}
				g := taskgroup.New(t.Context(), taskgroup.WithLimiter(shared), taskgroup.WithLimit(1))
				tasks := make([]*taskgroup.Task[int], 3)
				for i := range tasks {
					tasks[i] = taskgroup.Go(g, value(i))
				}
				assert.NoError(t, g.Wait())
				for i, task := range tasks {
					v, err := task.Result()
					assert.NoError(t, err)
					assert.Equal(t, i, v)
				}
				assert.Zero(t, g.Running())
				assert.Equal(t, 1, shared.available())
				if isGoexit(departure) {
					assert.Empty(t, reports.Take())
				} else {
					records := reports.Take()
					assert.Len(t, records, 3)
					assert.Contains(t, records[0].Message, "Limiter")
				}
			})
		})
	}
}

func init() {
	joined := func(g *taskgroup.Group) {
		_ = g.Wait()
		fmt.Println("joined")
	}
	for name, enter := range entrances {
		children["crash, "+name] = func() {
			g := taskgroup.New(context.Background(), taskgroup.WithPanics(taskgroup.PanicCrash))
			enter(g, func(context.Context) { panicking("crash") })
			joined(g)
		}
	}
	children["crash, before ready"] = func() {
		g := taskgroup.New(context.Background(), taskgroup.WithPanics(taskgroup.PanicCrash))
		_, _ = taskgroup.GoReady(context.Background(), g, func(context.Context, func(int)) error { panicking("crash"); return nil })
		joined(g)
	}
	children["crash, with a handler"] = func() {
		g := taskgroup.New(context.Background(), taskgroup.WithPanics(taskgroup.PanicCrash), taskgroup.WithKeepGoing(),
			taskgroup.WithErrorHandler(func(context.Context, taskgroup.TaskInfo, error) { fmt.Println("joined") }))
		task := taskgroup.Go(g, func(context.Context) (int, error) { panicking("crash"); return 42, nil })
		task.OnDone(func(*taskgroup.Task[int]) { fmt.Println("joined") })
		joined(g)
	}
	children["crash, Start"] = func() {
		task := taskgroup.Start(context.Background(), func(context.Context) (int, error) { panicking("crash"); return 42, nil })
		task.OnDone(func(*taskgroup.Task[int]) { fmt.Println("joined") })
		<-task.Done()
		fmt.Println("joined")
	}
	children["crash, Start that raises an inner panic"] = func() {
		task := taskgroup.Start(context.Background(), func(ctx context.Context) (int, error) {
			return 42, taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
				g.Go(func(context.Context) error { panicking("crash"); return nil })
				return nil
			})
		})
		<-task.Done()
		fmt.Println("joined")
	}
	children["crash, but Goexit"] = func() {
		g := taskgroup.New(context.Background(), taskgroup.WithPanics(taskgroup.PanicCrash))
		g.Go(func(context.Context) error { runtime.Goexit(); return nil })
		if errors.Is(g.Wait(), taskgroup.ErrGoexit) {
			fmt.Println("an error like any other")
		}
	}
}

// Rule 8: under PanicCrash, and in a task that Start began, the panic is raised
// again on the task's own stack, and the process dies before anything reports
// an end. P-46, H61.
func TestPanicThatCrashes(t *testing.T) {
	for name := range children {
		if !strings.HasPrefix(name, "crash, ") || name == "crash, but Goexit" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			output, ok := inChild(t, name)
			assert.False(t, ok)
			assert.Contains(t, output, "panic: ")
			assert.Contains(t, output, "crash")
			assert.Contains(t, output, "taskgroup_test.panicking", "its own stack")
			assert.NotContains(t, output, "joined")
		})
	}
	output, ok := inChild(t, "crash, but Goexit")
	assert.True(t, ok)
	assert.Equal(t, "an error like any other\n", output)
}

// What a task panics with may be a *PanicError that is none.
func TestPanicWithANilPanicError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reports := testkit.CaptureLog(t)
		g := taskgroup.New(t.Context())
		g.Go(func(context.Context) error { panic((*taskgroup.PanicError)(nil)) })
		pe := raisedPanic(t, func() { _ = g.Wait() })
		assert.Equal(t, (*taskgroup.PanicError)(nil), pe.Value)
		assert.Len(t, reports.Take(), 1)
	})
}
