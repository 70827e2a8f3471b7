package inspect_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/taskgroup"
)

var errTrace = errors.New("trace")

type traceKey struct{}

// journal is a tracer that notes its calls, and may misbehave.
type journal struct {
	name  string
	begin func(e inspect.Event)
	end   func(e inspect.Event)
	other func(ctx context.Context) context.Context

	mu    sync.Mutex
	lines []string
	begun map[string]int
	ended map[string]int
	errs  map[string]error
}

func label(e inspect.Event) string {
	if e.Name != "" {
		return e.Name
	}
	return fmt.Sprintf("%s %d", e.Kind, e.Index)
}

func (j *journal) note(line string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, j.name+line)
}

func (j *journal) Begin(ctx context.Context, e inspect.Event) (context.Context, func(error)) {
	j.mu.Lock()
	if j.begun == nil {
		j.begun, j.ended, j.errs = map[string]int{}, map[string]int{}, map[string]error{}
	}
	j.begun[label(e)]++
	j.mu.Unlock()
	j.note("begin " + label(e))
	if j.begin != nil {
		j.begin(e)
	}
	if j.other != nil {
		ctx = j.other(ctx)
	} else {
		ctx = context.WithValue(ctx, traceKey{}, label(e))
	}
	return ctx, func(err error) {
		j.mu.Lock()
		j.ended[label(e)]++
		j.errs[label(e)] = err
		j.mu.Unlock()
		j.note("end " + label(e))
		if j.end != nil {
			j.end(e)
		}
	}
}

// complete checks that each that has begun has ended, once.
func (j *journal) complete(t *testing.T) {
	t.Helper()
	j.mu.Lock()
	defer j.mu.Unlock()
	assert.Equal(t, j.begun, j.ended)
}

// traced calls f in a bubble with the context of a monitor with the tracers.
func traced(t *testing.T, f func(ctx context.Context, m *inspect.Monitor), tracers ...*journal) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var opts []inspect.Option
		for _, j := range tracers {
			opts = append(opts, inspect.WithTracer(j))
		}
		m := inspect.New(opts...)
		defer m.Close()
		f(m.Context(t.Context()), m)
		synctest.Wait()
		assert.Empty(t, m.Snapshot().Nodes)
		for _, j := range tracers {
			j.complete(t)
		}
	})
}

func noop(context.Context) error { return nil }

func one(context.Context) (int, error) { return 1, nil }

// A group begins before its context is made: its tasks' contexts derive from
// the answer, and so does what main gets.
func TestTracedGroup(t *testing.T) {
	j := &journal{}
	traced(t, func(ctx context.Context, _ *inspect.Monitor) {
		err := taskgroup.Run(ctx, func(ctx context.Context, g *taskgroup.Group) error {
			assert.Equal(t, "outer", ctx.Value(traceKey{}))
			g.Go(func(ctx context.Context) error {
				assert.Equal(t, "worker", ctx.Value(traceKey{}))
				info, ok := taskgroup.Current(ctx)
				assert.True(t, ok)
				assert.Equal(t, "worker", info.Name)
				_, err := taskgroup.Gather(ctx, one, func(ctx context.Context) (int, error) {
					assert.Equal(t, "func 1", ctx.Value(traceKey{}))
					info, ok := taskgroup.Current(ctx)
					assert.True(t, ok)
					assert.Equal(t, "worker", info.Name)
					return 2, nil
				})
				return err
			}, taskgroup.Named("worker"))
			return nil
		}, taskgroup.WithName("outer"))
		assert.NoError(t, err)
	}, j)
	assert.Equal(t, "begin outer", j.lines[0])
	assert.Equal(t, "end outer", j.lines[len(j.lines)-1])
	assert.Equal(t, map[string]int{"outer": 1, "worker": 1, "Gather": 1, "func 0": 1, "func 1": 1}, j.begun)
	for name, err := range j.errs {
		assert.NoError(t, err, name)
	}
}

// The context of the answer ends as that of the task does.
func TestTracedContextEnds(t *testing.T) {
	j := &journal{}
	traced(t, func(ctx context.Context, _ *inspect.Monitor) {
		began := make(chan struct{})
		task := taskgroup.Start(ctx, func(ctx context.Context) (int, error) {
			assert.NoError(t, ctx.Err())
			close(began)
			<-ctx.Done()
			assert.Equal(t, context.Canceled, ctx.Err())
			assert.Equal(t, errTrace, context.Cause(ctx))
			return 0, ctx.Err()
		}, taskgroup.Named("task"))
		<-began
		task.Cancel(errTrace)
		<-task.Done()
		assert.True(t, task.Cancelled())
	}, j)
	assert.ErrorIs(t, j.errs["task"], context.Canceled, "noise, too")
}

// What each end gets.
func TestErrorsOfTraces(t *testing.T) {
	testkit.CaptureLog(t)
	j := &journal{}
	traced(t, func(ctx context.Context, _ *inspect.Monitor) {
		run := func(name string, opts ...taskgroup.Option) {
			opts = append(opts, taskgroup.WithName(name), taskgroup.WithKeepGoing(), taskgroup.WithPanics(taskgroup.PanicAsError))
			_ = taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
				g.Go(func(context.Context) error { return errTrace }, taskgroup.Named(name+" fails"))
				g.Go(func(context.Context) error { panic("boom") }, taskgroup.Named(name+" panics"))
				g.Go(func(context.Context) error { runtime.Goexit(); return nil }, taskgroup.Named(name+" exits"))
				return nil
			}, opts...)
		}
		run("group")
		fns := []taskgroup.Func[int]{
			one,
			func(context.Context) (int, error) { return 0, errTrace },
			func(context.Context) (int, error) { panic("boom") },
			func(context.Context) (int, error) { runtime.Goexit(); return 0, nil },
		}
		taskgroup.Settle(ctx, fns...)
		_, _ = taskgroup.Gather(ctx, func(context.Context) (int, error) { return 0, errTrace })
	}, j)
	assert.Equal(t, errTrace, j.errs["group fails"])
	assert.Contains(t, j.errs["group panics"].(*taskgroup.PanicError).Value, "boom") //nolint:errorlint // itself
	assert.Equal(t, taskgroup.ErrGoexit, j.errs["group exits"])
	var failures *taskgroup.GroupError
	assert.ErrorAs(t, j.errs["group"], &failures)
	assert.Len(t, failures.Errors, 3)
	assert.NoError(t, j.errs["Settle"])
	assert.ErrorAs(t, j.errs["Gather"], &failures)
	assert.Contains(t, j.errs["func 2"].(*taskgroup.PanicError).Value, "boom") //nolint:errorlint // itself
	assert.Equal(t, taskgroup.ErrGoexit, j.errs["func 3"])
}

// Each kind of call ends once, whatever its functions and its caller do.
func TestEveryCallEnds(t *testing.T) {
	testkit.CaptureLog(t)
	items := []int{0, 1, 2, 3}
	fail := func(_ context.Context, i int) (int, error) {
		switch i {
		case 1:
			return 0, errTrace
		case 2:
			runtime.Goexit()
		case 3:
			panic("boom")
		}
		return i, nil
	}
	fns := make([]taskgroup.Func[int], len(items))
	for i := range fns {
		fns[i] = func(ctx context.Context) (int, error) { return fail(ctx, i) }
	}
	forEach := func(ctx context.Context, i int) error { _, err := fail(ctx, i); return err }
	for name, call := range map[string]func(ctx context.Context){
		"Gather":       func(ctx context.Context) { _, _ = taskgroup.Gather(ctx, fns...) },
		"Settle":       func(ctx context.Context) { taskgroup.Settle(ctx, fns...) },
		"Race":         func(ctx context.Context) { _, _ = taskgroup.Race(ctx, fns...) },
		"FirstSuccess": func(ctx context.Context) { _, _ = taskgroup.FirstSuccess(ctx, fns[1:]...) },
		"Map":          func(ctx context.Context) { _, _ = taskgroup.Map(ctx, 2, items, fail) },
		"ForEach":      func(ctx context.Context) { _ = taskgroup.ForEach(ctx, 2, slices.Values(items), forEach) },
		"ForEach, input": func(ctx context.Context) {
			_ = taskgroup.ForEach(ctx, 2, func(func(int) bool) { panic("input") }, forEach)
		},
		"Staggered": func(ctx context.Context) { _, _ = taskgroup.Staggered(ctx, 0, nil, fns...) },
		"Staggered, discard": func(ctx context.Context) {
			_, _ = taskgroup.Staggered(ctx, 0, func(int) { runtime.Goexit() }, one, one, one)
		},
		"MapSeq": func(ctx context.Context) {
			for _, err := range taskgroup.MapSeq(ctx, 2, slices.Values(items), fail) {
				_ = err
				continue
			}
		},
		"MapUnordered, left": func(ctx context.Context) {
			for _, err := range taskgroup.MapUnordered(ctx, 2, slices.Values(items), fail) {
				_ = err
				panic("loop")
			}
		},
		"AsCompleted": func(ctx context.Context) {
			for range taskgroup.AsCompleted(ctx, fns...) {
				continue
			}
		},
		"AsCompleted, left": func(ctx context.Context) {
			for range taskgroup.AsCompleted(ctx, fns...) {
				runtime.Goexit()
			}
		},
		"Shared": func(ctx context.Context) {
			var s taskgroup.Shared[int, int]
			_, _, _ = s.Do(ctx, 1, fns[3])
		},
		"Run, main": func(ctx context.Context) {
			_ = taskgroup.Run(ctx, func(context.Context, *taskgroup.Group) error { panic("main") })
		},
	} {
		for _, tracer := range []string{"none", "harmless", "Goexit in Begin", "Goexit in end", "panic in Begin", "panic in end"} {
			t.Run(name+"/"+tracer, func(t *testing.T) {
				inner, outer := &journal{}, &journal{}
				misbehave := func(e inspect.Event) {
					if e.Kind == inspect.KindFunc {
						runtime.Goexit()
					}
				}
				switch tracer {
				case "Goexit in Begin":
					outer.begin = misbehave
				case "Goexit in end":
					inner.end = misbehave
				case "panic in Begin":
					outer.begin = func(inspect.Event) { panic("tracer") }
				case "panic in end":
					inner.end = func(inspect.Event) { panic("tracer") }
				}
				tracers := []*journal{outer, inner}
				if tracer == "none" {
					tracers = nil
				}
				traced(t, func(ctx context.Context, m *inspect.Monitor) {
					done := make(chan struct{})
					go func() {
						defer close(done)
						defer func() { _ = recover() }()
						call(ctx)
					}()
					<-done
					assert.Empty(t, m.Snapshot().Nodes)
					for _, j := range tracers { // what has misbehaved has no end
						if strings.HasSuffix(tracer, "in Begin") && j == outer {
							j.begun, j.ended = nil, nil
						}
					}
				}, tracers...)
			})
		}
	}
}

// The result of a task or a function is what it returned, whatever a tracer does
// in its goroutine.
func TestResultsInSpiteOfTracers(t *testing.T) {
	testkit.CaptureLog(t)
	for name, misbehave := range map[string]func(){"panic": func() { panic("tracer") }, "Goexit": runtime.Goexit} {
		for _, where := range []string{"begin", "end"} {
			t.Run(name+" in "+where, func(t *testing.T) {
				first, last := &journal{}, &journal{}
				in := func(e inspect.Event) {
					if e.Kind == inspect.KindTask || e.Kind == inspect.KindFunc {
						misbehave()
					}
				}
				if where == "begin" {
					first.begin = in
				} else {
					last.end = in
				}
				traced(t, func(ctx context.Context, _ *inspect.Monitor) {
					check := func(ctx context.Context) (int, error) { //nolint:unparam // a Func
						assert.NotNil(t, ctx.Value(traceKey{}), "the other tracer's")
						return 7, nil
					}
					v, err := taskgroup.Start(ctx, check).Wait(ctx)
					assert.NoError(t, err)
					assert.Equal(t, 7, v)
					var task *taskgroup.Task[int]
					err = taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
						task = taskgroup.Go(g, check)
						g.Go(func(context.Context) error { return nil })
						return nil
					}, taskgroup.WithLimit(1))
					assert.NoError(t, err)
					v, err = task.Result()
					assert.NoError(t, err)
					assert.Equal(t, 7, v)
					values, err := taskgroup.Gather(ctx, check, check, check)
					assert.NoError(t, err)
					assert.Equal(t, []int{7, 7, 7}, values)
					_, err = taskgroup.Gather(ctx, check, func(context.Context) (int, error) { return 0, errTrace })
					assert.ErrorIs(t, err, errTrace)
					v, err = taskgroup.Race(ctx, check, check)
					assert.NoError(t, err)
					assert.Equal(t, 7, v)
					v, err = taskgroup.Staggered(ctx, time.Second, nil, check, check)
					assert.NoError(t, err)
					assert.Equal(t, 7, v)
					var results []int
					for v, err := range taskgroup.MapSeq(ctx, 2, slices.Values([]int{1, 2, 3}), func(_ context.Context, i int) (int, error) { return i, nil }) {
						assert.NoError(t, err)
						results = append(results, v)
					}
					assert.Equal(t, []int{1, 2, 3}, results)
					var s taskgroup.Shared[int, int]
					v, _, err = s.Do(ctx, 1, check)
					assert.NoError(t, err)
					assert.Equal(t, 7, v)
					first.begun, first.ended = nil, nil
				}, first, last)
			})
		}
	}
}

// A Goexit of a tracer in the goroutine of a caller ends that, and what was to
// begin there; the other tracer has its end.
func TestTracerEndsTheCaller(t *testing.T) {
	testkit.CaptureLog(t)
	for name, call := range map[string]func(ctx context.Context){
		"Run": func(ctx context.Context) {
			_ = taskgroup.Run(ctx, func(context.Context, *taskgroup.Group) error { return nil })
		},
		"Gather": func(ctx context.Context) { _, _ = taskgroup.Gather(ctx, one) },
		"Shared.Do": func(ctx context.Context) {
			var s taskgroup.Shared[int, int]
			_, _, _ = s.Do(ctx, 1, func(ctx context.Context) (int, error) {
				<-ctx.Done() // no caller is left
				return 0, ctx.Err()
			})
		},
	} {
		for _, where := range []string{"begin", "end"} {
			if name == "Shared.Do" && where == "end" {
				continue // that is in the goroutine of the function
			}
			t.Run(name+" in "+where, func(t *testing.T) {
				first, last := &journal{}, &journal{}
				exit := func(e inspect.Event) {
					if e.Kind == inspect.KindGroup || e.Kind == inspect.KindCall {
						runtime.Goexit()
					}
				}
				if where == "begin" {
					last.begin = exit
				} else {
					last.end = exit
				}
				traced(t, func(ctx context.Context, _ *inspect.Monitor) {
					returned := false
					done := make(chan struct{})
					go func() {
						defer close(done)
						call(ctx)
						returned = true
					}()
					<-done
					assert.False(t, returned)
					last.begun, last.ended = nil, nil
				}, first, last)
				assert.Len(t, first.ended, len(first.begun))
				assert.NotEmpty(t, first.ended)
			})
		}
	}
}

// Several are called in order, and their ends in reverse; each gets the context
// of the one before.
func TestOrderOfTracers(t *testing.T) {
	a, b := &journal{name: "a "}, &journal{name: "b "}
	var order []string
	a.begin = func(inspect.Event) { order = append(order, "begin a") }
	b.begin = func(inspect.Event) { order = append(order, "begin b") }
	a.end = func(inspect.Event) { order = append(order, "end a") }
	b.end = func(inspect.Event) { order = append(order, "end b") }
	a.other = func(ctx context.Context) context.Context { return context.WithValue(ctx, traceKey{}, "a's") }
	b.other = func(ctx context.Context) context.Context {
		assert.Equal(t, "a's", ctx.Value(traceKey{}))
		return nil // as if it had answered ctx
	}
	traced(t, func(ctx context.Context, _ *inspect.Monitor) {
		_, err := taskgroup.Start(ctx, func(ctx context.Context) (int, error) {
			assert.Equal(t, "a's", ctx.Value(traceKey{}))
			return 0, nil
		}).Wait(ctx)
		assert.NoError(t, err)
	}, a, b)
	assert.Equal(t, []string{"begin a", "begin b", "end b", "end a"}, order)
}

// What never runs is not traced.
func TestUntraced(t *testing.T) {
	j := &journal{}
	traced(t, func(ctx context.Context, _ *inspect.Monitor) {
		done, cancel := context.WithCancel(ctx)
		cancel()
		<-taskgroup.Start(done, one, taskgroup.Named("no")).Done()
		_, _ = taskgroup.Gather(done, one)
		assert.Error(t, taskgroup.Run(done, func(context.Context, *taskgroup.Group) error { return nil }, taskgroup.WithName("no")))
		g := taskgroup.New(ctx, taskgroup.WithName("group"), taskgroup.WithLimit(1), taskgroup.WithBacklog(1))
		release := make(chan struct{})
		g.Go(func(context.Context) error { <-release; return nil }, taskgroup.Named("yes"))
		queued := taskgroup.Go(g, one, taskgroup.Named("no"))
		assert.False(t, g.TryGo(noop, taskgroup.Named("no")))
		queued.Cancel(nil)
		close(release)
		_ = g.Wait()
		assert.False(t, g.Go(noop, taskgroup.Named("no")))
	}, j)
	assert.Equal(t, map[string]int{"group": 1, "yes": 1}, j.begun)
}

// A tracer that panics is logged, once for each monitor.
func TestTracersAreLoggedOnce(t *testing.T) {
	logged := testkit.CaptureLog(t)
	for range 2 {
		j := &journal{begin: func(inspect.Event) { panic("tracer") }, end: func(inspect.Event) { panic("tracer") }}
		traced(t, func(ctx context.Context, _ *inspect.Monitor) {
			_, err := taskgroup.Gather(ctx, one, one)
			assert.NoError(t, err)
			j.begun, j.ended = nil, nil
		}, j)
	}
	assert.Equal(t, 2, strings.Count(logged.String(), "inspect: a tracer panicked"))
}

// The events say what Node says.
func TestEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var events []inspect.Event
		var mu sync.Mutex
		m := inspect.New(inspect.WithSites(), inspect.WithTracer(&journal{begin: func(e inspect.Event) {
			mu.Lock()
			defer mu.Unlock()
			events = append(events, e)
		}}))
		defer m.Close()
		var seen []*inspect.Node
		err := taskgroup.Run(m.Context(t.Context()), func(_ context.Context, g *taskgroup.Group) error {
			g.Go(func(ctx context.Context) error {
				return taskgroup.ForEach(ctx, 1, slices.Values([]int{1}), func(context.Context, int) error {
					for _, n := range m.Snapshot().All() {
						seen = append(seen, n)
					}
					return nil
				})
			}, taskgroup.Named("task"))
			return nil
		}, taskgroup.WithName("group"))
		assert.NoError(t, err)
		parents := []string{"", seen[0].ID, seen[1].ID, seen[2].ID}
		groups := []string{"", "group", "", "ForEach"}
		assert.Len(t, events, 4)
		for i, e := range events {
			n := seen[i]
			assert.Equal(t, inspect.Event{
				ID: n.ID, Parent: parents[i], Kind: n.Kind, Name: n.Name, Group: groups[i], Func: n.Func, Site: n.Site, Index: n.Index,
			}, e)
		}
		assert.Contains(t, seen[0].Site, "tracer_test.go:")
		assert.Contains(t, seen[2].Site, "tracer_test.go:")
		assert.Contains(t, seen[3].Func, "inspect_test.TestEvents", "the function that was given to ForEach")
	})
}

// A closed monitor traces no more; what it has traced ends.
func TestTracersOfAClosedMonitor(t *testing.T) {
	j := &journal{}
	traced(t, func(ctx context.Context, m *inspect.Monitor) {
		err := taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
			m.Close()
			g.Go(noop, taskgroup.Named("no"))
			return nil
		}, taskgroup.WithName("group"))
		assert.NoError(t, err)
	}, j)
	assert.Equal(t, map[string]int{"group": 1}, j.begun)
	assert.Equal(t, map[string]int{"group": 1}, j.ended)
}

// A group that Run leaves behind late is seen until its tasks have ended.
func TestLateGroup(t *testing.T) {
	j := &journal{}
	traced(t, func(ctx context.Context, m *inspect.Monitor) {
		err := taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
			g.Go(func(context.Context) error { time.Sleep(time.Minute); return nil }, taskgroup.Named("late"))
			return errTrace
		}, taskgroup.WithName("group"), taskgroup.WithGrace(time.Second))
		var late *taskgroup.LateError
		assert.ErrorAs(t, err, &late)
		assert.NotNil(t, m.Snapshot().Find("late"))
		time.Sleep(time.Hour)
		synctest.Wait()
		var failures *taskgroup.GroupError
		assert.ErrorAs(t, j.errs["group"], &failures)
		assert.ErrorIs(t, j.errs["group"], errTrace)
		assert.NotErrorAs(t, j.errs["group"], &late, "nothing is late any more")
	}, j)
}

// What outlives the node that it began under is seen as a root.
func TestOutliving(t *testing.T) {
	traced(t, func(ctx context.Context, m *inspect.Monitor) {
		release := make(chan struct{})
		var inner *taskgroup.Task[int]
		_, err := taskgroup.Start(ctx, func(ctx context.Context) (int, error) {
			inner = taskgroup.Start(ctx, func(context.Context) (int, error) { <-release; return 0, nil }, taskgroup.Named("inner"), taskgroup.Shielded())
			assert.Len(t, m.Snapshot().Nodes, 1)
			return 0, nil
		}, taskgroup.Named("outer")).Wait(ctx)
		assert.NoError(t, err)
		s := m.Snapshot()
		assert.Len(t, s.Nodes, 1)
		assert.Equal(t, "inner", s.Nodes[0].Name)
		close(release)
		<-inner.Done()
	})
}
