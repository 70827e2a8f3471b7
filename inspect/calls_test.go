package inspect_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/queue"
	"example.com/asyncgo/taskgroup"
)

var errBoom = errors.New("boom")

// The functions that the calls are given: their names are what Func says.
func hang(ctx context.Context) (int, error)          { return 0, taskgroup.Sleep(ctx, time.Hour) }
func hangToo(ctx context.Context) (string, error)    { return "", taskgroup.Sleep(ctx, time.Hour) }
func hangOn(ctx context.Context, _ int) (int, error) { return hang(ctx) }
func hangFor(ctx context.Context, _ int) error       { _, err := hang(ctx); return err }

const pkg = "example.com/asyncgo/inspect_test."

// Every call that owns functions: its name, its function, its counts, and its
// functions.
func TestCalls(t *testing.T) {
	items := []int{10, 20, 30}
	for _, test := range []struct {
		name   string
		call   func(ctx context.Context)
		of     string // the call's Func
		funcs  []string
		counts inspect.Counts
	}{
		{
			"Gather", func(ctx context.Context) { _, _ = taskgroup.Gather(ctx, hang, hang) },
			"",
			[]string{"hang", "hang"},
			inspect.Counts{Running: 2, Begun: 2, Total: 2},
		},
		{
			"Gather2", func(ctx context.Context) { _, _, _ = taskgroup.Gather2(ctx, hang, hangToo) },
			"",
			[]string{"hang", "hangToo"},
			inspect.Counts{Running: 2, Begun: 2, Total: 2},
		},
		{
			"Gather3", func(ctx context.Context) { _, _, _, _ = taskgroup.Gather3(ctx, hang, hangToo, hang) },
			"",
			[]string{"hang", "hangToo", "hang"},
			inspect.Counts{Running: 3, Begun: 3, Total: 3},
		},
		{
			"Settle", func(ctx context.Context) { _ = taskgroup.Settle(ctx, hang, hang) },
			"",
			[]string{"hang", "hang"},
			inspect.Counts{Running: 2, Begun: 2, Total: 2},
		},
		{
			"Race", func(ctx context.Context) { _, _ = taskgroup.Race(ctx, hang, hang) },
			"",
			[]string{"hang", "hang"},
			inspect.Counts{Running: 2, Begun: 2, Total: 2},
		},
		{
			"FirstSuccess", func(ctx context.Context) { _, _ = taskgroup.FirstSuccess(ctx, hang) },
			"",
			[]string{"hang"},
			inspect.Counts{Running: 1, Begun: 1, Total: 1},
		},
		{
			"Staggered", func(ctx context.Context) { _, _ = taskgroup.Staggered(ctx, time.Minute, nil, hang, hang) },
			"",
			[]string{"hang"},
			inspect.Counts{Running: 1, Queued: 1, Begun: 1, Total: 2},
		},
		{
			"AsCompleted", func(ctx context.Context) {
				for range taskgroup.AsCompleted(ctx, hang, hang) {
					continue
				}
			},
			"",
			[]string{"hang", "hang"},
			inspect.Counts{Running: 2, Begun: 2, Total: 2},
		},
		{
			"Map", func(ctx context.Context) { _, _ = taskgroup.Map(ctx, 2, items, hangOn) },
			"hangOn",
			[]string{"hangOn", "hangOn"},
			inspect.Counts{Limit: 2, Running: 2, Queued: 1, Begun: 2, Total: 3},
		},
		{
			"SettleMap", func(ctx context.Context) { _ = taskgroup.SettleMap(ctx, taskgroup.NoLimit, items, hangOn) },
			"hangOn",
			[]string{"hangOn", "hangOn", "hangOn"},
			inspect.Counts{Running: 3, Begun: 3, Total: 3},
		},
		{
			"ForEach", func(ctx context.Context) { _ = taskgroup.ForEach(ctx, 2, slices.Values(items), hangFor) },
			"hangFor",
			[]string{"hangFor", "hangFor"},
			inspect.Counts{Limit: 2, Running: 2, Begun: 2, Total: 2},
		},
		{
			"Consume", func(ctx context.Context) {
				q := queue.New[int](0)
				_ = q.TryPut(1)
				_ = q.TryPut(2)
				_ = taskgroup.Consume(ctx, 2, q.Items, hangFor)
			},
			"hangFor",
			[]string{"hangFor", "hangFor"},
			inspect.Counts{Limit: 2, Running: 2, Begun: 2, Total: 2},
		},
		{
			"MapSeq", func(ctx context.Context) {
				for _, err := range taskgroup.MapSeq(ctx, 2, slices.Values(items), hangOn) {
					_ = err
				}
			},
			"hangOn",
			[]string{"hangOn", "hangOn"},
			inspect.Counts{Limit: 2, Running: 2, Begun: 2, Total: 2},
		},
		{
			"MapUnordered", func(ctx context.Context) {
				for _, err := range taskgroup.MapUnordered(ctx, 2, slices.Values(items), hangOn) {
					_ = err
				}
			},
			"hangOn",
			[]string{"hangOn", "hangOn"},
			inspect.Counts{Limit: 2, Running: 2, Begun: 2, Total: 2},
		},
		{
			"MapSource", func(ctx context.Context) {
				q := queue.New[int](0)
				_ = q.TryPut(1)
				for _, err := range taskgroup.MapSource(ctx, 1, q.All, hangOn) {
					_ = err
				}
			},
			"hangOn",
			[]string{"hangOn"},
			inspect.Counts{Limit: 1, Running: 1, Begun: 1, Total: 1},
		},
		{
			"MapSourceUnordered", func(ctx context.Context) {
				q := queue.New[int](0)
				_ = q.TryPut(1)
				for _, err := range taskgroup.MapSourceUnordered(ctx, 1, q.All, hangOn) {
					_ = err
				}
			},
			"hangOn",
			[]string{"hangOn"},
			inspect.Counts{Limit: 1, Running: 1, Begun: 1, Total: 1},
		},
		{
			"Shared.Do", func(ctx context.Context) { _, _, _ = new(taskgroup.Shared[string, int]).Do(ctx, "k", hang) },
			"hang",
			[]string{"hang"},
			inspect.Counts{Running: 1, Begun: 1, Total: 1},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := see(t, func(ctx context.Context, _ *taskgroup.Group) { test.call(ctx) })
			program := find(t, s, "program")
			assert.Equal(t, inspect.StateCalling, program.State)
			assert.Len(t, program.Children, 1)
			n := find(t, s, test.name)
			assert.Equal(t, inspect.KindCall, n.Kind)
			assert.Equal(t, -1, n.Index)
			assert.Equal(t, second, n.Age)
			if test.of != "" {
				test.of = pkg + test.of
			}
			assert.Equal(t, test.of, n.Func)
			assert.Equal(t, inspect.StateRunning, n.State)
			assert.Equal(t, &test.counts, n.Counts)
			assert.Len(t, n.Children, len(test.funcs))
			for i, f := range n.Children {
				assert.Equal(t, inspect.KindFunc, f.Kind)
				assert.Equal(t, i, f.Index)
				assert.Equal(t, n.ID+"/"+string(rune('0'+i)), f.ID)
				assert.Equal(t, pkg+test.funcs[i], f.Func)
				assert.Empty(t, f.Name)
				assert.Equal(t, inspect.StateWaiting, f.State)
				assert.Equal(t, []inspect.Wait{{What: inspect.WaitSleep, Age: second, Left: time.Hour - second}}, f.Waits)
			}
			assert.Contains(t, totalNames(s, inspect.KindCall), test.name)
		})
	}
}

func totalNames(s *inspect.Snapshot, kind inspect.Kind) (all []string) {
	for _, total := range s.Totals {
		if total.Kind == kind {
			all = append(all, total.Name)
		}
	}
	return all
}

// What runs in its caller's goroutine, or owns no function, is no node.
func TestNoCalls(t *testing.T) {
	for name, call := range map[string]func(ctx context.Context, g *taskgroup.Group){
		"WaitFor": func(ctx context.Context, _ *taskgroup.Group) { _, _ = taskgroup.WaitFor(ctx, time.Minute, hang) },
		"Timeout": func(ctx context.Context, _ *taskgroup.Group) {
			_ = taskgroup.Timeout(ctx, time.Minute, func(ctx context.Context, _ *taskgroup.Deadline) error { return hangFor(ctx, 0) })
		},
		"MoveOnAfter": func(ctx context.Context, _ *taskgroup.Group) {
			_, _ = taskgroup.MoveOnAfter(ctx, time.Minute, func(ctx context.Context) error { return hangFor(ctx, 0) })
		},
		"Shield":      func(ctx context.Context, _ *taskgroup.Group) { _, _ = taskgroup.Shield(ctx, time.Minute, hang) },
		"GatherTasks": func(ctx context.Context, g *taskgroup.Group) { _, _ = taskgroup.GatherTasks(ctx, sleeper(g, "s")) },
		"Blocking": func(ctx context.Context, _ *taskgroup.Group) {
			_, _ = taskgroup.Blocking(ctx, func() (int, error) { time.Sleep(2 * second); return 0, nil })
		},
		"an empty Gather": func(ctx context.Context, _ *taskgroup.Group) {
			_, _ = taskgroup.Gather[int](ctx)
			time.Sleep(2 * second)
		},
		"an iterator": func(ctx context.Context, _ *taskgroup.Group) {
			_ = taskgroup.AsCompleted(ctx, hang)
			time.Sleep(2 * second)
		},
		"an ended Gather": func(ctx context.Context, _ *taskgroup.Group) {
			_, _ = taskgroup.Gather(ctx, func(context.Context) (int, error) { return 0, nil })
			time.Sleep(2 * second)
		},
		"a loop that is left": func(ctx context.Context, _ *taskgroup.Group) {
			for range taskgroup.AsCompleted(ctx, func(context.Context) (int, error) { return 0, nil }, hang) {
				break
			}
			for _, err := range taskgroup.MapSeq(ctx, 2, slices.Values([]int{1, 2}), func(context.Context, int) (int, error) { return 0, nil }) {
				_ = err
				break
			}
			time.Sleep(2 * second)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := see(t, call)
			assert.Empty(t, find(t, s, "program").Children)
		})
	}
}

// However a call ends, nothing is left of it: by a panic of a function, of the
// loop, of the code that takes losers, by Goexit, or by its context.
func TestCallsLeaveNothing(t *testing.T) {
	panics := func(context.Context) (int, error) { panic("boom") }
	exits := func(context.Context) (int, error) { goexit(); return 0, nil }
	fails := func(context.Context) (int, error) { return 0, errBoom }
	one := func(context.Context) (int, error) { return 1, nil }
	item := func(fn taskgroup.Func[int]) func(context.Context, int) (int, error) {
		return func(ctx context.Context, _ int) (int, error) { return fn(ctx) }
	}
	three := []int{1, 2, 3}
	for name, fn := range map[string]taskgroup.Func[int]{"panic": panics, "goexit": exits, "failure": fails, "success": one} {
		for call, do := range map[string]func(ctx context.Context){
			"Gather":       func(ctx context.Context) { _, _ = taskgroup.Gather(ctx, fn, hang) },
			"Settle":       func(ctx context.Context) { _ = taskgroup.Settle(ctx, fn, one) },
			"Map":          func(ctx context.Context) { _, _ = taskgroup.Map(ctx, 2, three, item(fn)) },
			"SettleMap":    func(ctx context.Context) { _ = taskgroup.SettleMap(ctx, 2, three, item(fn)) },
			"Race":         func(ctx context.Context) { _, _ = taskgroup.Race(ctx, fn, hang) },
			"FirstSuccess": func(ctx context.Context) { _, _ = taskgroup.FirstSuccess(ctx, fn, one) },
			"Staggered":    func(ctx context.Context) { _, _ = taskgroup.Staggered(ctx, time.Second, nil, fn, one) },
			"discard": func(ctx context.Context) {
				_, _ = taskgroup.Staggered(ctx, 0, func(int) { panic("boom") }, fn, one, one)
			},
			"AsCompleted": func(ctx context.Context) {
				for range taskgroup.AsCompleted(ctx, fn, hang) {
					panic("loop")
				}
			},
			"AsCompleted, Goexit": func(ctx context.Context) {
				for range taskgroup.AsCompleted(ctx, fn, hang) {
					goexit()
				}
			},
			"ForEach": func(ctx context.Context) {
				_ = taskgroup.ForEach(ctx, 2, slices.Values(three), func(ctx context.Context, _ int) error { _, err := fn(ctx); return err })
			},
			"ForEach, input": func(ctx context.Context) {
				_ = taskgroup.ForEach(ctx, 2, func(func(int) bool) { panic("input") }, func(context.Context, int) error { return nil })
			},
			"MapSeq": func(ctx context.Context) {
				for _, err := range taskgroup.MapSeq(ctx, 2, slices.Values(three), item(fn)) {
					_ = err
					panic("loop")
				}
			},
			"MapUnordered": func(ctx context.Context) {
				for _, err := range taskgroup.MapUnordered(ctx, 2, slices.Values(three), item(fn)) {
					_ = err
					goexit()
				}
			},
			"Shared.Do": func(ctx context.Context) { _, _, _ = new(taskgroup.Shared[int, int]).Do(ctx, 1, fn) },
			"Run": func(ctx context.Context) {
				_ = taskgroup.Run(ctx, func(ctx context.Context, g *taskgroup.Group) error {
					taskgroup.Go(g, fn)
					taskgroup.Go(g, hang)
					_, err := fn(ctx)
					g.Stop()
					return err
				})
			},
			"Run, joined by main": func(ctx context.Context) {
				_ = taskgroup.Run(ctx, func(ctx context.Context, g *taskgroup.Group) error {
					taskgroup.Go(g, fn)
					_ = g.Wait()
					_, err := fn(ctx)
					return err
				})
			},
			"OnDone": func(ctx context.Context) {
				_ = taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
					taskgroup.Go(g, fn).OnDone(func(*taskgroup.Task[int]) { panic("callback") })
					return nil
				})
			},
		} {
			t.Run(call+"/"+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					quiet(t)
					m := inspect.New()
					defer m.Close()
					end := make(chan struct{})
					go func() { // which a Goexit may end
						defer close(end)
						defer func() { _ = recover() }()
						do(m.Context(t.Context()))
					}()
					<-end
					synctest.Wait()
					s := m.Snapshot()
					assert.Empty(t, s.Nodes)
					for _, total := range s.Totals {
						assert.Zero(t, total.Open, "%+v", total)
						assert.GreaterOrEqual(t, total.Ended, total.Begun, "%+v", total)
						assert.Equal(t, uint64(1), total.Opened, "%+v", total)
					}
				})
			})
		}
	}
}
