package inspect_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/taskgroup"
)

func mainOf(ctx context.Context, g *taskgroup.Group) error {
	g.Go(hangAlone, taskgroup.Named("first"))
	g.Go(hangAlone)
	return hangAlone(ctx)
}

func hangAlone(ctx context.Context) error { return taskgroup.Sleep(ctx, time.Hour) }

// A group of Run and its tasks: what each shows.
func TestRunAndItsTasks(t *testing.T) {
	var deadline time.Time
	s := see(t, func(ctx context.Context, _ *taskgroup.Group) {
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		deadline, _ = ctx.Deadline()
		time.Sleep(second / 4)
		_ = taskgroup.Run(ctx, mainOf, taskgroup.WithName("inner"))
	})
	age := second * 3 / 4
	asleep := []inspect.Wait{{What: inspect.WaitSleep, Age: age, Left: time.Hour - age}}
	task := func(id, name string, index int) *inspect.Node {
		return &inspect.Node{
			ID: id, Kind: inspect.KindTask, Name: name, Index: index, Func: pkg + "hangAlone",
			State: inspect.StateWaiting, Age: age, Waits: asleep, Deadline: deadline,
		}
	}
	assert.Equal(t, plain(t, &inspect.Node{
		ID: "2", Kind: inspect.KindGroup, Name: "inner", Index: -1, Func: pkg + "mainOf",
		State: inspect.StateWaiting, Age: age, Waits: asleep, Deadline: deadline,
		Counts:   &inspect.Counts{Running: 2, Begun: 2, Total: 2},
		Children: []*inspect.Node{task("2/0", "first", 0), task("2/1", "", 1)},
	}), plain(t, find(t, s, "inner")))
}

// Queued tasks have no age and no function yet; the others are counted.
func TestQueuedTasks(t *testing.T) {
	s := see(t, func(ctx context.Context, _ *taskgroup.Group) {
		g := taskgroup.New(ctx, taskgroup.WithName("narrow"), taskgroup.WithLimit(1), taskgroup.WithBacklog(-1))
		g.Go(func(context.Context) error { return nil })
		for range 3 {
			g.Go(hangAlone)
		}
		canceled := taskgroup.Go(g, hang)
		canceled.Cancel(nil)
		_ = hangAlone(ctx)
		_ = g.Wait()
	})
	n := find(t, s, "narrow")
	assert.Equal(t, &inspect.Counts{Limit: 1, Running: 1, Queued: 2, Begun: 2, Ended: 2, Cancelled: 1, Total: 5}, n.Counts)
	assert.Empty(t, n.Func, "of New")
	var states []string
	for _, task := range n.Children {
		states = append(states, fmt.Sprint(task.Index, task.State, task.Age))
	}
	assert.Equal(t, []string{"1waiting1s", "2queued0s", "3queued0s"}, states)
}

// What failed first, and how many; noise is none.
func TestFailuresOfAGroup(t *testing.T) {
	s := see(t, func(ctx context.Context, _ *taskgroup.Group) {
		quiet(t)
		g := taskgroup.New(ctx, taskgroup.WithName("failing"), taskgroup.WithKeepGoing(), taskgroup.WithPanics(taskgroup.PanicAsError))
		g.Go(func(context.Context) error { return errBoom }, taskgroup.Named("a"))
		g.Go(func(context.Context) error { time.Sleep(tick); panic("later") })
		g.Go(func(context.Context) error { time.Sleep(2 * tick); goexit(); return nil })
		canceled := taskgroup.Go(g, hang)
		time.Sleep(3 * tick)
		canceled.Cancel(nil)
		_ = hangAlone(ctx)
		_ = g.Wait()
	})
	n := find(t, s, "failing")
	assert.Equal(t, &inspect.Counts{Begun: 4, Ended: 4, Failed: 3, Cancelled: 1, Total: 4}, n.Counts)
	assert.Contains(t, n.Error, "boom")
	assert.Empty(t, n.Cause)
	for _, total := range s.Totals {
		if total.Name == "failing" {
			assert.Equal(t, &inspect.Total{
				Kind: inspect.KindGroup, Name: "failing", Opened: 1, Open: 1,
				Begun: 4, Ended: 4, Failed: 3, Cancelled: 1, Panicked: 1, Busy: 6,
			}, total)
		}
	}
}

// With an error handler that takes the failures they are counted all the same.
func TestFailuresThatAHandlerTakes(t *testing.T) {
	s := see(t, func(ctx context.Context, _ *taskgroup.Group) {
		g := taskgroup.New(ctx, taskgroup.WithName("handled"), taskgroup.WithKeepGoing(), taskgroup.WithErrorHandler(func(context.Context, taskgroup.TaskInfo, error) {}))
		g.Go(func(context.Context) error { return errBoom })
		_ = hangAlone(ctx)
		_ = g.Wait()
	})
	n := find(t, s, "handled")
	assert.Equal(t, 1, n.Counts.Failed)
	assert.Empty(t, n.Error)
}

// A canceled group has the cause, and so have its tasks.
func TestCauses(t *testing.T) {
	s := see(t, func(ctx context.Context, _ *taskgroup.Group) {
		g := taskgroup.New(ctx, taskgroup.WithName("canceled"))
		g.Go(func(context.Context) error { time.Sleep(2 * second); return nil }, taskgroup.Named("stubborn"))
		g.Go(func(context.Context) error { time.Sleep(2 * second); return nil }, taskgroup.Named("shielded"), taskgroup.Shielded())
		g.Cancel(errBoom)
		_ = g.Wait()
	})
	assert.Equal(t, "boom", find(t, s, "canceled").Cause)
	stubborn, shielded := find(t, s, "stubborn"), find(t, s, "shielded")
	assert.Equal(t, "boom", stubborn.Cause)
	assert.False(t, stubborn.Shielded)
	assert.Empty(t, shielded.Cause)
	assert.True(t, shielded.Shielded)
	assert.Equal(t, inspect.StateRunning, stubborn.State, "as far as the library can tell")
}

func TestDaemons(t *testing.T) {
	s := see(t, func(ctx context.Context, g *taskgroup.Group) {
		g.Go(hangAlone, taskgroup.Named("daemon"), taskgroup.Daemon())
		taskgroup.Start(ctx, hang, taskgroup.Named("ignored"), taskgroup.Daemon())
		_ = hangAlone(ctx)
	})
	assert.True(t, find(t, s, "daemon").Daemon)
	assert.False(t, find(t, s, "ignored").Daemon)
}

// A snapshot gives no default name; one that has been made by a call that shows
// it is there.
func TestDefaultNames(t *testing.T) {
	var info taskgroup.TaskInfo
	s := see(t, func(ctx context.Context, g *taskgroup.Group) {
		g.Go(hangAlone)
		g.Go(func(ctx context.Context) error {
			info, _ = taskgroup.Current(ctx)
			return hangAlone(ctx)
		})
		_ = hangAlone(ctx)
	})
	silent, known := s.Nodes[0].Children[1], s.Nodes[0].Children[2]
	assert.Empty(t, silent.Name)
	assert.Zero(t, silent.TaskID)
	assert.Equal(t, info.Name, known.Name)
	assert.Equal(t, info.ID, known.TaskID)
	assert.NotZero(t, info.ID)
}

// Tasks of Start are nodes of their own, and so is what GoReady starts one of
// its group.
func TestOtherTasks(t *testing.T) {
	s := see(t, func(ctx context.Context, g *taskgroup.Group) {
		task := taskgroup.Start(ctx, hang, taskgroup.Named("alone"))
		_, err := taskgroup.GoReady(ctx, g, func(ctx context.Context, ready func(int)) error {
			ready(1)
			return hangAlone(ctx)
		}, taskgroup.Named("server"))
		assert.NoError(t, err)
		_, err = taskgroup.SubmitTask(ctx, g, hang, taskgroup.Named("submitted"))
		assert.NoError(t, err)
		_, err = taskgroup.TryTask(g, hang, taskgroup.Named("tried"))
		assert.NoError(t, err)
		assert.NoError(t, g.Submit(ctx, hangAlone, taskgroup.Named("plain")))
		assert.True(t, g.TryGo(hangAlone, taskgroup.Named("try")))
		_, _ = task.Wait(ctx)
	})
	alone := find(t, s, "alone")
	assert.Equal(t, inspect.KindTask, alone.Kind)
	assert.Equal(t, -1, alone.Index)
	assert.Equal(t, "2", alone.ID)
	assert.Equal(t, second, alone.Age)
	assert.Equal(t, pkg+"hang", alone.Func)
	assert.Equal(t, []string{"alone"}, names(find(t, s, "program").Children))
	assert.Equal(t, []string{"program", "server", "submitted", "tried", "plain", "try"}, names(s.Nodes[0].Children))
	for i, n := range s.Nodes[0].Children {
		assert.Equal(t, i, n.Index)
		assert.Equal(t, fmt.Sprint("1/", i), n.ID)
	}
}

// Refused tasks are never counted.
func TestRefusedTasks(t *testing.T) {
	s := see(t, func(ctx context.Context, _ *taskgroup.Group) {
		g := taskgroup.New(ctx, taskgroup.WithName("refusing"), taskgroup.WithLimit(1))
		g.Go(hangAlone)
		assert.False(t, g.TryGo(hangAlone))
		_, err := taskgroup.TryTask(g, hang)
		assert.ErrorIs(t, err, taskgroup.ErrFull)
		short, cancel := context.WithTimeout(ctx, second/2)
		defer cancel()
		assert.Error(t, g.Submit(short, hangAlone))
		go func() {
			time.Sleep(second / 10)
			_ = g.Shutdown(context.Background())
		}()
		time.Sleep(second / 5)
		assert.False(t, g.Go(hangAlone))
		assert.ErrorIs(t, taskgroup.Go(g, hang).Err(), taskgroup.ErrGroupClosed)
		_ = hangAlone(ctx)
	})
	n := find(t, s, "refusing")
	assert.Equal(t, &inspect.Counts{Limit: 1, Running: 1, Begun: 1, Total: 1}, n.Counts)
	assert.Len(t, n.Children, 1)
	assert.Empty(t, s.Unseen)
}

// A task that an error of the limiter fails is counted, and has not begun.
func TestTaskFailedByItsLimiter(t *testing.T) {
	s := see(t, func(ctx context.Context, _ *taskgroup.Group) {
		g := taskgroup.New(ctx, taskgroup.WithName("limited"), taskgroup.WithLimiter(brokenLimiter{}))
		g.Go(hangAlone)
		_ = hangAlone(ctx)
		_ = g.Wait()
	})
	assert.Equal(t, &inspect.Counts{Ended: 1, Failed: 1, Total: 1}, find(t, s, "limited").Counts)
}

type brokenLimiter struct{}

func (brokenLimiter) AcquireN(context.Context, int) error { return errBoom }
func (brokenLimiter) TryAcquireN(int) bool                { return false }
func (brokenLimiter) ReleaseN(int)                        {}

// A task that was canceled before it began is Ended and Cancelled, not Begun;
// also while its callback still runs.
func TestTasksCanceledInTheBacklog(t *testing.T) {
	s := see(t, func(ctx context.Context, _ *taskgroup.Group) {
		g := taskgroup.New(ctx, taskgroup.WithName("backlog"), taskgroup.WithLimit(1), taskgroup.WithBacklog(-1))
		g.Go(func(context.Context) error { time.Sleep(2 * second); return nil })
		for range 3 {
			taskgroup.Go(g, hang)
		}
		taskgroup.Go(g, hang, taskgroup.Named("calls back")).OnDone(func(*taskgroup.Task[int]) { time.Sleep(2 * second) })
		g.Cancel(nil)
		_ = g.Wait()
	})
	n := find(t, s, "backlog")
	assert.Equal(t, &inspect.Counts{Limit: 1, Running: 1, Queued: 1, Begun: 1, Ended: 3, Cancelled: 4, Total: 5}, n.Counts)
	assert.Equal(t, inspect.StateQueued, find(t, s, "calls back").State)
}

// A group is joining while a call is in its join, whatever main of a Run waits
// for elsewhere, and calling is for tasks and functions.
func TestStates(t *testing.T) {
	s := see(t, func(ctx context.Context, _ *taskgroup.Group) {
		g := taskgroup.New(ctx, taskgroup.WithName("both"))
		g.Go(hangAlone)
		go func() { _ = taskgroup.Sleep(g.Context(), time.Minute) }()
		go func() { _, _ = taskgroup.Gather(g.Context(), hang) }()
		time.Sleep(tick)
		_ = g.Wait()
	})
	n := find(t, s, "both")
	assert.Equal(t, inspect.StateJoining, n.State)
	assert.Equal(t, []inspect.What{inspect.WaitSleep, inspect.WaitJoin}, whats(n.Waits))

	s = see(t, func(ctx context.Context, _ *taskgroup.Group) {
		g := taskgroup.New(ctx, taskgroup.WithName("idle"))
		_, _ = taskgroup.Gather(g.Context(), hang)
		_ = g.Wait()
	})
	assert.Equal(t, inspect.StateRunning, find(t, s, "idle").State, "a group does not call")
	assert.Equal(t, inspect.StateCalling, find(t, s, "program").State)
}

func whats(waits []inspect.Wait) (all []inspect.What) {
	for _, w := range waits {
		all = append(all, w.What)
	}
	return all
}

// Children: tasks in order of submission, then groups and calls in order of their
// beginning.
func TestOrderOfChildren(t *testing.T) {
	s := see(t, func(ctx context.Context, _ *taskgroup.Group) {
		g := taskgroup.New(ctx, taskgroup.WithName("parent"))
		inner := g.Context()
		go func() { _, _ = taskgroup.Gather(inner, hang) }()
		synctest.Wait()
		taskgroup.Start(inner, hang, taskgroup.Named("s1"))
		g.Go(hangAlone, taskgroup.Named("t1"))
		nested := taskgroup.New(inner, taskgroup.WithName("nested"))
		g.Go(hangAlone, taskgroup.Named("t2"))
		taskgroup.Start(inner, hang, taskgroup.Named("s2"))
		_ = g.Wait()
		_ = nested.Wait()
	})
	assert.Equal(t, []string{"t1", "t2", "s1", "s2", "Gather", "nested"}, names(find(t, s, "parent").Children))
}

// At most so many children are listed, running ones before queued ones; all are
// counted.
func TestLimit(t *testing.T) {
	s := see(t, func(ctx context.Context, _ *taskgroup.Group) {
		g := taskgroup.New(ctx, taskgroup.WithName("wide"), taskgroup.WithLimit(2), taskgroup.WithBacklog(-1))
		for range 10 {
			g.Go(hangAlone)
		}
		go func() { _, _ = taskgroup.Gather(g.Context(), hang, hang, hang, hang, hang) }()
		_ = g.Wait()
	}, inspect.WithLimit(3))
	wide := find(t, s, "wide")
	assert.Len(t, wide.Children, 3)
	assert.Equal(t, 8, wide.Hidden)
	assert.Equal(t, &inspect.Counts{Limit: 2, Running: 2, Queued: 8, Begun: 2, Total: 10}, wide.Counts)
	assert.Equal(t, []inspect.State{inspect.StateWaiting, inspect.StateWaiting, inspect.StateQueued},
		[]inspect.State{wide.Children[0].State, wide.Children[1].State, wide.Children[2].State})

	s = see(t, func(ctx context.Context, _ *taskgroup.Group) {
		_, _ = taskgroup.Gather(ctx, hang, hang, hang, hang, hang)
	}, inspect.WithLimit(3))
	call := find(t, s, "Gather")
	assert.Len(t, call.Children, 3)
	assert.Equal(t, 2, call.Hidden)
	assert.Equal(t, 5, call.Counts.Running)
}

// What outlasts the task that it was begun under is a child of the next one up:
// its context derives from that one's, too.
func TestOrphans(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := inspect.New()
		defer m.Close()
		ctx, cancel := context.WithCancel(m.Context(t.Context()))
		g := taskgroup.New(ctx, taskgroup.WithName("g"))
		var late context.Context
		g.Go(func(ctx context.Context) error {
			late = context.WithoutCancel(ctx) //nolint:fatcontext // once
			taskgroup.Start(ctx, hang, taskgroup.Named("first"), taskgroup.Shielded())
			taskgroup.Start(ctx, func(ctx context.Context) (int, error) {
				taskgroup.Start(context.WithoutCancel(ctx), func(context.Context) (int, error) { time.Sleep(2 * time.Hour); return 0, nil }, taskgroup.Named("grandchild"))
				time.Sleep(2 * second)
				return 0, nil
			}, taskgroup.Named("child"), taskgroup.Shielded())
			return taskgroup.Sleep(ctx, second)
		}, taskgroup.Named("program"))
		at := func(d time.Duration, want ...string) {
			time.Sleep(d)
			synctest.Wait()
			s := m.Snapshot()
			var all []string
			for depth, n := range s.All() {
				all = append(all, fmt.Sprint(depth, n.Name))
			}
			assert.Equal(t, want, all)
		}
		at(second/2, "0g", "1program", "2first", "2child", "3grandchild")
		at(second, "0g", "1first", "1child", "2grandchild")
		at(second, "0g", "1first", "1grandchild")
		taskgroup.Start(late, hang, taskgroup.Named("late")) // under a task that has ended
		at(second, "0g", "1first", "1grandchild", "1late")
		cancel()
		assert.NoError(t, g.Wait())
		at(second, "0first", "0grandchild", "0late")
		at(time.Hour, "0grandchild")
		at(2 * time.Hour)
	})
}

// A group whose join has been given up leaves the tree when its tasks have
// ended, and a later join still answers.
func TestLateGroups(t *testing.T) {
	stubborn := func(context.Context) error { time.Sleep(10 * second); return nil }
	for name, program := range map[string]func(ctx context.Context) (join func() error){
		"Run": func(ctx context.Context) func() error {
			var late *taskgroup.LateError
			err := taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
				g.Go(stubborn)
				return errBoom
			}, taskgroup.WithGrace(second), taskgroup.WithName("late"))
			assert.ErrorAs(t, err, &late)
			return nil
		},
		"Run, a panic": func(ctx context.Context) func() error {
			defer func() { assert.NotNil(t, recover()) }()
			_ = taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
				g.Go(stubborn)
				panic("main")
			}, taskgroup.WithGrace(second), taskgroup.WithName("late"))
			return nil
		},
		"Run, a task panics": func(ctx context.Context) func() error {
			defer func() { assert.NotNil(t, recover()) }()
			_ = taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
				g.Go(stubborn)
				g.Go(func(context.Context) error { panic("task") })
				return nil
			}, taskgroup.WithGrace(second), taskgroup.WithName("late"))
			return nil
		},
		"Wait": func(ctx context.Context) func() error {
			g := taskgroup.New(ctx, taskgroup.WithGrace(second), taskgroup.WithName("late"))
			g.Go(stubborn)
			g.Stop()
			var late *taskgroup.LateError
			assert.ErrorAs(t, g.Wait(), &late)
			return g.Wait
		},
		"Shutdown": func(ctx context.Context) func() error {
			g := taskgroup.New(ctx, taskgroup.WithName("late"))
			g.Go(stubborn)
			short, cancel := context.WithTimeout(ctx, second)
			defer cancel()
			var late *taskgroup.LateError
			assert.ErrorAs(t, g.Shutdown(short), &late)
			return func() error {
				assert.ErrorIs(t, g.Wait(), context.DeadlineExceeded)
				return nil
			}
		},
	} {
		for _, joins := range []bool{false, true} {
			t.Run(fmt.Sprint(name, joins), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					quiet(t)
					m := inspect.New()
					defer m.Close()
					join := program(m.Context(t.Context()))
					n := find(t, m.Snapshot(), "late")
					assert.Equal(t, 1, n.Counts.Running)
					assert.Equal(t, inspect.StateRunning, n.State)
					if join == nil || !joins {
						time.Sleep(10 * second)
						synctest.Wait()
						assert.Empty(t, m.Snapshot().Nodes)
					}
					if join != nil {
						assert.NoError(t, join())
						assert.Empty(t, m.Snapshot().Nodes)
					}
					assert.Zero(t, m.Snapshot().Totals[0].Open)
					assert.Equal(t, 10*second, m.Snapshot().Totals[0].Busy)
				})
			})
		}
	}
}

// The group of a Run that main has joined itself has been answered.
func TestRunThatMainJoins(t *testing.T) {
	s := see(t, func(ctx context.Context, _ *taskgroup.Group) {
		_ = taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
			_ = g.Wait()
			_, _ = taskgroup.Gather(context.WithoutCancel(ctx), func(context.Context) (int, error) { time.Sleep(2 * second); return 0, nil })
			return nil
		}, taskgroup.WithName("joined"))
	})
	assert.Nil(t, s.Find("joined"))
	assert.Equal(t, []string{"Gather"}, names(find(t, s, "program").Children))
}
