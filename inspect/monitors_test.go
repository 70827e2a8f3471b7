package inspect_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/taskgroup"
)

// hanging starts a task of that name under ctx; it ends with the test's bubble.
func hanging(ctx context.Context, name string) *taskgroup.Task[int] {
	task := taskgroup.Start(ctx, func(ctx context.Context) (int, error) { return 0, taskgroup.Sleep(ctx, time.Hour) }, taskgroup.Named(name))
	synctest.Wait()
	return task
}

func roots(m *inspect.Monitor) []string { return names(m.Snapshot().Nodes) }

// The innermost monitor counts, then the default one.
func TestWhichMonitor(t *testing.T) {
	withDefault(t, func(byDefault *inspect.Monitor) {
		synctest.Test(t, func(t *testing.T) {
			outer, inner := inspect.New(), inspect.New()
			defer outer.Close()
			defer inner.Close()
			ctx, cancel := context.WithCancel(t.Context())
			both := inner.Context(outer.Context(ctx))
			hanging(ctx, "default")
			hanging(outer.Context(ctx), "outer")
			hanging(both, "inner")
			assert.Equal(t, []string{"default"}, roots(byDefault))
			assert.Equal(t, []string{"outer"}, roots(outer))
			assert.Equal(t, []string{"inner"}, roots(inner))

			// Under a node of one, the context of another counts, and what begins
			// with another context is a root of the default one.
			g := taskgroup.New(outer.Context(ctx), taskgroup.WithName("group"))
			g.Go(func(ctx context.Context) error {
				hanging(inner.Context(ctx), "in between")
				hanging(context.WithoutCancel(context.Background()), "background").OnDone(func(*taskgroup.Task[int]) {})
				return hangAlone(ctx)
			}, taskgroup.Named("task"))
			time.Sleep(tick)
			synctest.Wait()
			assert.Equal(t, []string{"inner", "in between"}, roots(inner))
			assert.Equal(t, []string{"default", "background"}, roots(byDefault))
			assert.Equal(t, []string{"outer", "group"}, roots(outer))

			// A closed one counts as none: the default one sees it, not the outer.
			inner.Close()
			inner.Close()
			hanging(both, "closed")
			assert.Equal(t, []string{"default", "background", "closed"}, roots(byDefault))
			assert.Empty(t, roots(inner))
			assert.Equal(t, []string{"outer", "group"}, roots(outer))
			inspect.SetDefault(nil)
			hanging(both, "unseen")
			assert.Equal(t, []string{"default", "background", "closed"}, roots(byDefault))
			cancel()
			_ = g.Wait()
			time.Sleep(2 * time.Hour)
			synctest.Wait()
			assert.Empty(t, roots(byDefault))
		})
	})
}

// What began before the monitor is not seen; what that begins later is, as roots.
func TestMonitorOpenedLater(t *testing.T) {
	before := inspect.Default()
	inspect.SetDefault(nil)
	defer inspect.SetDefault(before)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		g := taskgroup.New(ctx, taskgroup.WithName("old"))
		next := make(chan struct{})
		g.Go(func(ctx context.Context) error {
			<-next
			_ = taskgroup.Run(ctx, mainOf, taskgroup.WithName("new"))
			return nil
		})
		m := inspect.New()
		inspect.SetDefault(m)
		close(next)
		g.Go(hangAlone)
		synctest.Wait()
		assert.Equal(t, []string{"new"}, roots(m))
		cancel()
		_ = g.Wait()
		assert.Empty(t, roots(m))
		m.Close()
	})
}

// Waits are for the node of the context that the call was given: a group's, if
// it is the group's context.
func TestClosedWhileAllRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, other := inspect.New(), inspect.New() // the switch stays on
		defer other.Close()
		ctx, cancel := context.WithCancel(m.Context(t.Context()))
		g := taskgroup.New(ctx)
		for range 3 {
			g.Go(func(ctx context.Context) error {
				for taskgroup.Sleep(ctx, second) == nil {
					_, _ = taskgroup.Gather(ctx, func(ctx context.Context) (int, error) { return 0, taskgroup.Sleep(ctx, second) })
				}
				return nil
			})
		}
		time.Sleep(2 * second)
		m.Close()
		s := m.Snapshot()
		assert.Empty(t, s.Nodes)
		assert.Empty(t, s.Resources)
		assert.NotEmpty(t, s.Totals)
		time.Sleep(time.Minute)
		assert.Empty(t, m.Check(inspect.DefaultRules()))
		cancel()
		assert.NoError(t, g.Wait())
	})
}

func TestDefault(t *testing.T) {
	before := inspect.Default()
	defer inspect.SetDefault(before)
	inspect.SetDefault(nil)
	assert.Nil(t, inspect.Default())
	m, n := inspect.New(), inspect.New()
	defer n.Close()
	inspect.SetDefault(m)
	assert.Same(t, m, inspect.Default())
	inspect.SetDefault(n) // does not close m
	assert.Same(t, n, inspect.Default())
	task := taskgroup.Start(m.Context(t.Context()), fails)
	<-task.Done()
	assert.Len(t, m.Snapshot().Unseen, 1)
	m.Close()
	assert.Same(t, n, inspect.Default(), "another one is closed")
	inspect.SetDefault(m)
	assert.Nil(t, inspect.Default(), "a closed one")
	inspect.SetDefault(n)
	n.Close()
	assert.Nil(t, inspect.Default())
}

// Misuse panics, with an error that wraps ErrMisuse.
func TestMisuse(t *testing.T) {
	m := inspect.New()
	defer m.Close()
	var none *inspect.Monitor
	zero := new(inspect.Monitor)
	for name, f := range map[string]func(){
		"a nil context":         func() { m.Context(nil) }, //nolint:staticcheck // it is what is tested
		"a nil option":          func() { inspect.New(nil) },
		"WithLimit":             func() { inspect.WithLimit(0) },
		"WithTracer":            func() { inspect.WithTracer(nil) },
		"WithTimeline":          func() { inspect.WithTimeline(0) },
		"SetDefault, zero":      func() { inspect.SetDefault(zero) },
		"Context, zero":         func() { zero.Context(context.Background()) },
		"Close, zero":           func() { zero.Close() },
		"Snapshot, zero":        func() { zero.Snapshot() },
		"SnapshotStacks, zero":  func() { zero.SnapshotStacks() },
		"Check, zero":           func() { zero.Check(inspect.Rules{}) },
		"Timeline, zero":        func() { zero.Timeline() },
		"Watch, zero":           func() { _ = zero.Watch(context.Background(), 1, inspect.Rules{}, nil) },
		"Context, nil":          func() { none.Context(context.Background()) },
		"Close, nil":            func() { none.Close() },
		"Snapshot, nil":         func() { none.Snapshot() },
		"SnapshotStacks, nil":   func() { none.SnapshotStacks() },
		"Check, nil":            func() { none.Check(inspect.Rules{}) },
		"Timeline, nil":         func() { none.Timeline() },
		"Watch, nil":            func() { _ = none.Watch(context.Background(), 1, inspect.Rules{}, nil) },
		"Watch of a nil ctx":    func() { _ = m.Watch(nil, 1, inspect.Rules{}, nil) }, //nolint:staticcheck // likewise
		"Watch of every 0":      func() { _ = m.Watch(context.Background(), 0, inspect.Rules{}, nil) },
		"Watch of every second": func() { _ = m.Watch(context.Background(), -1, inspect.Rules{}, nil) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				err, _ := recover().(error)
				assert.ErrorIs(t, err, inspect.ErrMisuse)
				assert.True(t, strings.HasPrefix(err.Error(), "inspect: "), "%v", err)
			}()
			f()
		})
	}
}

// A snapshot of its own tasks sees itself running.
func TestSnapshotWithin(t *testing.T) {
	m := inspect.New()
	defer m.Close()
	_, err := taskgroup.Start(m.Context(t.Context()), func(context.Context) (int, error) {
		s := m.Snapshot()
		assert.Equal(t, inspect.StateRunning, s.Find("self").State)
		return 0, nil
	}, taskgroup.Named("self")).Wait(t.Context())
	assert.NoError(t, err)
}

// Sites are those of the calls in the user's code.
func TestSites(t *testing.T) {
	s := see(t, func(ctx context.Context, g *taskgroup.Group) {
		taskgroup.Start(ctx, hang, taskgroup.Named("alone"))
		g.Go(hangAlone, taskgroup.Named("plain"))
		go func() {
			for range taskgroup.AsCompleted(ctx, hang) {
				continue
			}
		}()
		_ = taskgroup.Run(ctx, mainOf, taskgroup.WithName("run"))
	}, inspect.WithSites())
	for _, name := range []string{"alone", "plain", "AsCompleted", "run", "first"} {
		assert.Regexp(t, `^(monitors|groups)_test\.go:\d+$`, find(t, s, name).Site, name)
	}
	assert.Empty(t, find(t, s, "AsCompleted").Children[0].Site, "of a function")
	assert.Equal(t, "see_test.go", strings.Split(s.Nodes[0].Site, ":")[0])
	assert.Empty(t, see(t, func(ctx context.Context, _ *taskgroup.Group) { _ = hangAlone(ctx) }).Nodes[0].Site)
}

// A monitor from outside of a bubble sees into it; no age is negative.
func TestMonitorFromOutsideOfABubble(t *testing.T) {
	m := inspect.New()
	defer m.Close()
	check := func(s *inspect.Snapshot) {
		for _, n := range s.All() {
			assert.GreaterOrEqual(t, n.Age, time.Duration(0))
			for _, w := range n.Waits {
				assert.GreaterOrEqual(t, w.Age, time.Duration(0))
			}
		}
		for _, total := range s.Totals {
			assert.GreaterOrEqual(t, total.Busy, time.Duration(0))
		}
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(m.Context(t.Context()))
		task := hanging(ctx, "inside")
		assert.Equal(t, []string{"inside"}, roots(m))
		check(m.Snapshot())
		cancel()
		_, _ = task.Wait(context.Background())
	})
	check(m.Snapshot())
	assert.Empty(t, roots(m))
}
