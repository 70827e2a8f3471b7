package inspect_test

import (
	"context"
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/queue"
	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

const second = time.Second

// sleeper starts a task of g that sleeps for long.
func sleeper(g *taskgroup.Group, name string) *taskgroup.Task[int] {
	return taskgroup.Go(g, func(ctx context.Context) (int, error) { return 0, taskgroup.Sleep(ctx, time.Hour) }, taskgroup.Named(name))
}

// full is a limit of one that is taken.
func full(name string) *semaphore.Semaphore {
	s := semaphore.New(1).Named(name)
	s.TryAcquire()
	return s
}

// locked is a lock "l" that is locked.
func locked() *semaphore.Lock {
	l := new(semaphore.Lock).Named("l")
	l.TryLock()
	return l
}

// Every call of the module that blocks, as its task shows it a second later.
func TestWaits(t *testing.T) {
	longSleep := func(ctx context.Context) (int, error) { return 0, taskgroup.Sleep(ctx, time.Hour) }
	for name, test := range map[string]struct {
		program func(ctx context.Context, g *taskgroup.Group)
		want    inspect.Wait
	}{
		"Sleep": {
			func(ctx context.Context, _ *taskgroup.Group) { _ = taskgroup.Sleep(ctx, 3*second) },
			inspect.Wait{What: inspect.WaitSleep, Left: 2 * second},
		},
		"Sleep without an end": {
			func(ctx context.Context, _ *taskgroup.Group) { _ = taskgroup.Sleep(ctx, taskgroup.NoTimeout) },
			inspect.Wait{What: inspect.WaitSleep},
		},
		"Task.Wait": {
			func(ctx context.Context, g *taskgroup.Group) { _, _ = sleeper(g, "s").Wait(ctx) },
			inspect.Wait{What: inspect.WaitTask, Name: "s", Node: "1/1"},
		},
		"Task.Wait of a task without a name": {
			func(ctx context.Context, g *taskgroup.Group) { _, _ = taskgroup.Go(g, longSleep).Wait(ctx) },
			inspect.Wait{What: inspect.WaitTask, Node: "1/1"},
		},
		"Task.Wait of a task of Start": {
			func(ctx context.Context, _ *taskgroup.Group) { _, _ = taskgroup.Start(ctx, longSleep).Wait(ctx) },
			inspect.Wait{What: inspect.WaitTask, Node: "2"},
		},
		"Task.Wait, a second wait": {
			func(ctx context.Context, g *taskgroup.Group) {
				s := sleeper(g, "s")
				g.Go(func(context.Context) error { _, err := s.Wait(context.Background()); return err }) // no trace
				_, _ = s.Wait(ctx)
			},
			inspect.Wait{What: inspect.WaitTask, Name: "s", Node: "1/1"},
		},
		"Task.WaitOrCancel": {
			func(ctx context.Context, g *taskgroup.Group) { _, _ = sleeper(g, "s").WaitOrCancel(ctx) },
			inspect.Wait{What: inspect.WaitTask, Name: "s", Node: "1/1"},
		},
		"Task.WaitOrCancel of a task that ignores it": {
			func(ctx context.Context, g *taskgroup.Group) {
				s := taskgroup.Go(g, func(context.Context) (int, error) { time.Sleep(2 * second); return 0, nil }, taskgroup.Named("s"))
				short, cancel := context.WithTimeout(ctx, second/2)
				defer cancel()
				_, _ = s.WaitOrCancel(short)
			},
			inspect.Wait{What: inspect.WaitTask, Name: "s", Node: "1/1"},
		},
		"Future.Wait": {
			func(ctx context.Context, _ *taskgroup.Group) { _, _ = taskgroup.NewFuture[int]().Wait(ctx) },
			inspect.Wait{What: inspect.WaitFuture},
		},
		"Wait": {
			func(ctx context.Context, g *taskgroup.Group) {
				s := sleeper(g, "s")
				_, _, _ = taskgroup.Wait(ctx, taskgroup.AllCompleted, s, s, sleeper(g, "t"))
			},
			inspect.Wait{What: inspect.WaitAny, N: 2},
		},
		"Completed": {
			func(ctx context.Context, g *taskgroup.Group) {
				for _, err := range taskgroup.Completed(ctx, sleeper(g, "s"), sleeper(g, "t")) {
					_ = err
				}
			},
			inspect.Wait{What: inspect.WaitAny, N: 2},
		},
		"Set.Next": {
			func(ctx context.Context, g *taskgroup.Group) { _, _ = taskgroup.NewSet(sleeper(g, "s")).Next(ctx) },
			inspect.Wait{What: inspect.WaitAny, N: 1},
		},
		"GatherTasks": {
			func(ctx context.Context, g *taskgroup.Group) {
				_, _ = taskgroup.GatherTasks(ctx, sleeper(g, "s"), sleeper(g, "t"))
			},
			inspect.Wait{What: inspect.WaitAny, N: 2},
		},
		"Group.Submit": {
			func(ctx context.Context, _ *taskgroup.Group) {
				g := taskgroup.New(ctx, taskgroup.WithName("full"), taskgroup.WithLimit(1))
				defer func() { _ = g.Wait() }()
				sleeper(g, "s")
				_ = g.Submit(ctx, func(context.Context) error { return nil })
			},
			inspect.Wait{What: inspect.WaitRoom, Name: "full", Node: "2"},
		},
		"SubmitTask": {
			func(ctx context.Context, _ *taskgroup.Group) {
				g := taskgroup.New(ctx, taskgroup.WithLimit(1))
				defer func() { _ = g.Wait() }()
				sleeper(g, "s")
				_, _ = taskgroup.SubmitTask(ctx, g, longSleep)
			},
			inspect.Wait{What: inspect.WaitRoom, Node: "2"},
		},
		"GoReady, for room": {
			func(ctx context.Context, _ *taskgroup.Group) {
				g := taskgroup.New(ctx, taskgroup.WithName("full"), taskgroup.WithLimit(1))
				defer func() { _ = g.Wait() }()
				sleeper(g, "s")
				_, _ = taskgroup.GoReady(ctx, g, func(context.Context, func(int)) error { return nil })
			},
			inspect.Wait{What: inspect.WaitRoom, Name: "full", Node: "2"},
		},
		"GoReady": {
			func(ctx context.Context, g *taskgroup.Group) {
				_, _ = taskgroup.GoReady(ctx, g, func(ctx context.Context, _ func(int)) error { return taskgroup.Sleep(ctx, time.Hour) }, taskgroup.Named("r"))
			},
			inspect.Wait{What: inspect.WaitReady, Name: "r", Node: "1/1"},
		},
		"GoReady, left by its context": {
			func(ctx context.Context, g *taskgroup.Group) {
				short, cancel := context.WithTimeout(ctx, second/2)
				defer cancel()
				_, _ = taskgroup.GoReady(short, g, func(context.Context, func(int)) error { time.Sleep(2 * second); return nil })
			},
			inspect.Wait{What: inspect.WaitReady, Node: "1/1"},
		},
		"Blocking": {
			func(ctx context.Context, _ *taskgroup.Group) {
				_, _ = taskgroup.Blocking(ctx, func() (int, error) { time.Sleep(2 * second); return 0, nil })
			},
			inspect.Wait{What: inspect.WaitBlocking},
		},
		"BlockingIn": {
			func(ctx context.Context, _ *taskgroup.Group) {
				_, _ = taskgroup.BlockingIn(ctx, semaphore.New(1), func() (int, error) { time.Sleep(2 * second); return 0, nil })
			},
			inspect.Wait{What: inspect.WaitBlocking},
		},
		"BlockingIn, for its limit": {
			func(ctx context.Context, _ *taskgroup.Group) {
				_, _ = taskgroup.BlockingIn(ctx, full("cpu"), func() (int, error) { return 0, nil })
			},
			inspect.Wait{What: inspect.WaitSemaphore, Name: "cpu", N: 1},
		},
		"Shared.Do": {
			func(ctx context.Context, g *taskgroup.Group) {
				var s taskgroup.Shared[string, int]
				g.Go(func(ctx context.Context) error { _, _, err := s.Do(ctx, "k", longSleep); return err })
				time.Sleep(tick)
				_, _, _ = s.Do(ctx, "k", longSleep)
			},
			inspect.Wait{What: inspect.WaitShared, Key: "k", Node: "2", Age: second - 1},
		},
		"Shared.Do, the last caller and left by its context": {
			func(ctx context.Context, g *taskgroup.Group) {
				var s taskgroup.Shared[int, int]
				first, leave := context.WithCancel(ctx)
				g.Go(func(context.Context) error {
					_, _, err := s.Do(first, 7, func(context.Context) (int, error) { time.Sleep(2 * second); return 0, nil })
					return err
				})
				time.Sleep(tick)
				second, cancel := context.WithTimeout(ctx, second/2)
				defer cancel()
				leave()
				_, _, _ = s.Do(second, 7, longSleep)
			},
			inspect.Wait{What: inspect.WaitShared, Key: "7", Node: "2", Age: second - 1},
		},
		"Semaphore.Acquire": {
			func(ctx context.Context, _ *taskgroup.Group) { _ = full("db").Acquire(ctx) },
			inspect.Wait{What: inspect.WaitSemaphore, Name: "db", N: 1},
		},
		"Semaphore.AcquireN": {
			func(ctx context.Context, _ *taskgroup.Group) {
				s := semaphore.New(3)
				s.TryAcquire()
				_ = s.AcquireN(ctx, 3)
			},
			inspect.Wait{What: inspect.WaitSemaphore, N: 3},
		},
		"Semaphore.Do": {
			func(ctx context.Context, _ *taskgroup.Group) {
				_ = full("db").Do(ctx, func(context.Context) error { return nil })
			},
			inspect.Wait{What: inspect.WaitSemaphore, Name: "db", N: 1},
		},
		"Use": {
			func(ctx context.Context, _ *taskgroup.Group) { _, _ = semaphore.Use(ctx, full("db"), longSleep) },
			inspect.Wait{What: inspect.WaitSemaphore, Name: "db", N: 1},
		},
		"Semaphore, counting": {
			func(ctx context.Context, _ *taskgroup.Group) {
				_ = semaphore.NewCounting(0).Named("items").Acquire(ctx)
			},
			inspect.Wait{What: inspect.WaitSemaphore, Name: "items", N: 1},
		},
		"Keyed.Acquire": {
			func(ctx context.Context, _ *taskgroup.Group) {
				k := semaphore.NewKeyed[string](1).Named("hosts")
				k.TryAcquire("a")
				_ = k.Acquire(ctx, "a")
			},
			inspect.Wait{What: inspect.WaitKeyed, Name: "hosts", Key: "a", N: 1},
		},
		"Keyed.Do": {
			func(ctx context.Context, _ *taskgroup.Group) {
				k := semaphore.NewKeyed[int](1)
				k.TryAcquire(7)
				_ = k.Do(ctx, 7, func(context.Context) error { return nil })
			},
			inspect.Wait{What: inspect.WaitKeyed, Key: "7", N: 1},
		},
		"Lock.Lock": {
			func(ctx context.Context, _ *taskgroup.Group) { _ = locked().Lock(ctx) },
			inspect.Wait{What: inspect.WaitLock, Name: "l"},
		},
		"Lock.Lock without a name": {
			func(ctx context.Context, _ *taskgroup.Group) {
				var l semaphore.Lock
				l.TryLock()
				_ = l.Lock(ctx)
			},
			inspect.Wait{What: inspect.WaitLock},
		},
		"Lock.Do": {
			func(ctx context.Context, _ *taskgroup.Group) {
				_ = locked().Do(ctx, func(context.Context) error { return nil })
			},
			inspect.Wait{What: inspect.WaitLock, Name: "l"},
		},
		"RWLock.Lock": {
			func(ctx context.Context, _ *taskgroup.Group) {
				l := new(semaphore.RWLock).Named("rw")
				l.TryRLock()
				_ = l.Lock(ctx)
			},
			inspect.Wait{What: inspect.WaitLock, Name: "rw"},
		},
		"RWLock.Do": {
			func(ctx context.Context, _ *taskgroup.Group) {
				var l semaphore.RWLock
				l.TryRLock()
				_ = l.Do(ctx, func(context.Context) error { return nil })
			},
			inspect.Wait{What: inspect.WaitLock},
		},
		"RWLock.RLock": {
			func(ctx context.Context, _ *taskgroup.Group) {
				l := new(semaphore.RWLock).Named("rw")
				l.TryLock()
				_ = l.RLock(ctx)
			},
			inspect.Wait{What: inspect.WaitRLock, Name: "rw"},
		},
		"RWLock.RDo": {
			func(ctx context.Context, _ *taskgroup.Group) {
				l := new(semaphore.RWLock).Named("rw")
				l.TryLock()
				_ = l.RDo(ctx, func(context.Context) error { return nil })
			},
			inspect.Wait{What: inspect.WaitRLock, Name: "rw"},
		},
		"Event.Wait": {
			func(ctx context.Context, _ *taskgroup.Group) { _ = new(semaphore.Event).Named("ready").Wait(ctx) },
			inspect.Wait{What: inspect.WaitEvent, Name: "ready"},
		},
		"Event.Wait without an end": {
			func(ctx context.Context, _ *taskgroup.Group) {
				e := new(semaphore.Event).Named("ready")
				time.AfterFunc(2*second, e.Set)
				_ = e.Wait(context.WithoutCancel(ctx))
			},
			inspect.Wait{What: inspect.WaitEvent, Name: "ready"},
		},
		"Cond.Wait": {
			func(ctx context.Context, _ *taskgroup.Group) {
				var l semaphore.Lock
				l.TryLock()
				_ = semaphore.NewCond(&l).Named("changed").Wait(ctx)
			},
			inspect.Wait{What: inspect.WaitCond, Name: "changed"},
		},
		"Cond.WaitFor": {
			func(ctx context.Context, _ *taskgroup.Group) {
				var l semaphore.Lock
				l.TryLock()
				_ = semaphore.NewCond(&l).WaitFor(ctx, func() bool { return false })
			},
			inspect.Wait{What: inspect.WaitCond},
		},
		"Cond.Wait, notified, for its lock": {
			func(ctx context.Context, _ *taskgroup.Group) {
				l := new(semaphore.Lock).Named("l")
				c := semaphore.NewCond(l).Named("changed")
				l.TryLock()
				time.AfterFunc(second/2, func() {
					l.TryLock()
					c.NotifyAll()
					time.AfterFunc(2*second, l.Unlock)
				})
				_ = c.Wait(ctx)
			},
			inspect.Wait{What: inspect.WaitCond, Name: "changed"},
		},
		"Barrier.Wait": {
			func(ctx context.Context, _ *taskgroup.Group) {
				_, _ = semaphore.NewBarrier(2).Named("phase").Wait(ctx)
			},
			inspect.Wait{What: inspect.WaitBarrier, Name: "phase"},
		},
		"Barrier.Wait without an end": {
			func(ctx context.Context, _ *taskgroup.Group) {
				b := semaphore.NewBarrier(2)
				time.AfterFunc(2*second, b.Abort)
				_, _ = b.Wait(context.WithoutCancel(ctx))
			},
			inspect.Wait{What: inspect.WaitBarrier},
		},
		"Queue.Put": {
			func(ctx context.Context, _ *taskgroup.Group) {
				q := queue.New[int](1).Named("jobs")
				_ = q.TryPut(1)
				_ = q.Put(ctx, 2)
			},
			inspect.Wait{What: inspect.WaitPut, Name: "jobs"},
		},
		"Queue.Get": {
			func(ctx context.Context, _ *taskgroup.Group) { _, _ = queue.NewLIFO[int](0).Named("jobs").Get(ctx) },
			inspect.Wait{What: inspect.WaitGet, Name: "jobs"},
		},
		"Queue.GetBatch": {
			func(ctx context.Context, _ *taskgroup.Group) {
				_, _ = queue.New[int](0).GetBatch(ctx, make([]int, 2))
			},
			inspect.Wait{What: inspect.WaitGet},
		},
		"Queue.GetBatchWithin, for more": {
			func(ctx context.Context, _ *taskgroup.Group) {
				q := queue.New[int](0).Named("jobs")
				_ = q.TryPut(1)
				_, _ = q.GetBatchWithin(ctx, 2*second, make([]int, 2))
			},
			inspect.Wait{What: inspect.WaitGet, Name: "jobs"},
		},
		"Queue.Items": {
			func(ctx context.Context, _ *taskgroup.Group) {
				for range queue.New[int](0).Named("jobs").Items(ctx) {
					continue
				}
			},
			inspect.Wait{What: inspect.WaitGet, Name: "jobs"},
		},
		"Queue.All": {
			func(ctx context.Context, _ *taskgroup.Group) {
				for _, err := range queue.NewPriority(0, func(a, b int) int { return a - b }).Named("jobs").All(ctx) {
					_ = err
				}
			},
			inspect.Wait{What: inspect.WaitGet, Name: "jobs"},
		},
		"Queue.Join": {
			func(ctx context.Context, _ *taskgroup.Group) {
				q := queue.New[int](0).Named("jobs")
				_ = q.TryPut(1)
				_ = q.Join(ctx)
			},
			inspect.Wait{What: inspect.WaitUnfinished, Name: "jobs"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if test.want.Age == 0 {
				test.want.Age = second
			}
			s := see(t, test.program)
			n := find(t, s, "program")
			assert.Equal(t, inspect.StateWaiting, n.State, s.String())
			assert.Equal(t, []inspect.Wait{test.want}, n.Waits)
		})
	}
}

// What does not block leaves no trace, and neither does what is given a context
// without a node. A wait that has ended is gone.
func TestNoWaits(t *testing.T) {
	s := see(t, func(ctx context.Context, g *taskgroup.Group) {
		q := queue.New[int](2)
		_ = q.Put(ctx, 1)
		_, _ = q.Get(ctx)
		_ = semaphore.New(1).Acquire(ctx)
		_ = new(semaphore.Lock).Lock(ctx)
		_ = taskgroup.Sleep(ctx, 0)
		_ = taskgroup.Sleep(ctx, second/2)
		short, cancel := context.WithTimeout(ctx, second/4)
		defer cancel()
		_ = full("x").Acquire(short)
		_, _ = q.Get(short)
		_, _ = sleeper(g, "s").Wait(short)
		_ = taskgroup.Sleep(context.Background(), second)
	})
	n := find(t, s, "program")
	assert.Empty(t, n.Waits)
	assert.Equal(t, inspect.StateRunning, n.State)
}

// Goroutines of the function's own wait side by side, the longest first.
func TestSeveralWaits(t *testing.T) {
	s := see(t, func(ctx context.Context, _ *taskgroup.Group) {
		e := new(semaphore.Event).Named("e")
		go func() { _ = e.Wait(ctx) }()
		time.Sleep(second / 4)
		go func() { _, _ = queue.New[int](0).Named("q").Get(ctx) }()
		time.Sleep(second / 4)
		_ = taskgroup.Sleep(ctx, time.Hour)
	})
	assert.Equal(t, []inspect.Wait{
		{What: inspect.WaitEvent, Name: "e", Age: second},
		{What: inspect.WaitGet, Name: "q", Age: second * 3 / 4},
		{What: inspect.WaitSleep, Age: second / 2, Left: time.Hour - second/2},
	}, find(t, s, "program").Waits)
}

// Go has no context: its wait for room is the group's.
func TestRoomOfGo(t *testing.T) {
	s := see(t, func(ctx context.Context, _ *taskgroup.Group) {
		_ = taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
			sleeper(g, "s")
			sleeper(g, "t")
			return nil
		}, taskgroup.WithName("full"), taskgroup.WithLimit(1))
	})
	n := find(t, s, "full")
	assert.Equal(t, inspect.StateWaiting, n.State)
	assert.Equal(t, []inspect.Wait{{What: inspect.WaitRoom, Name: "full", Node: n.ID, Age: second}}, n.Waits)
	assert.Equal(t, &inspect.Counts{Limit: 1, Running: 1, Blocked: 1, Begun: 1, Total: 1}, n.Counts)
	assert.Equal(t, inspect.StateCalling, find(t, s, "program").State)
}

// With a limiter, the wait for it is at that.
func TestRoomOfALimiter(t *testing.T) {
	s := see(t, func(ctx context.Context, _ *taskgroup.Group) {
		_ = taskgroup.Run(ctx, func(ctx context.Context, g *taskgroup.Group) error {
			return g.Submit(ctx, func(context.Context) error { return nil })
		}, taskgroup.WithName("shared"), taskgroup.WithLimiter(full("cpu")))
	})
	n := find(t, s, "shared")
	assert.Equal(t, []inspect.Wait{{What: inspect.WaitSemaphore, Name: "cpu", N: 1, Age: second}}, n.Waits)
	assert.Equal(t, 1, n.Counts.Blocked)
}

// The joins of a group are its own waits.
func TestJoins(t *testing.T) {
	for name, join := range map[string]func(g *taskgroup.Group){
		"Wait":     func(g *taskgroup.Group) { _ = g.Wait() },
		"Shutdown": func(g *taskgroup.Group) { _ = g.Shutdown(context.Background()) },
	} {
		t.Run(name, func(t *testing.T) {
			s := see(t, func(ctx context.Context, _ *taskgroup.Group) {
				g := taskgroup.New(ctx, taskgroup.WithName("joined"))
				sleeper(g, "s")
				join(g)
			})
			n := find(t, s, "joined")
			assert.Equal(t, inspect.StateJoining, n.State)
			assert.Equal(t, []inspect.Wait{{What: inspect.WaitJoin, Name: "joined", Node: n.ID, Age: second}}, n.Waits)
			assert.Equal(t, inspect.StateCalling, find(t, s, "program").State)
		})
	}
}

// A wait for a task of another monitor has no Node.
func TestWaitForATaskOfAnotherMonitor(t *testing.T) {
	s := see(t, func(ctx context.Context, _ *taskgroup.Group) {
		other := inspect.New()
		defer other.Close()
		task := taskgroup.Start(other.Context(ctx), func(ctx context.Context) (int, error) { return 0, taskgroup.Sleep(ctx, time.Hour) }, taskgroup.Named("theirs"))
		_, _ = task.WaitOrCancel(ctx)
	})
	assert.Equal(t, []inspect.Wait{{What: inspect.WaitTask, Name: "theirs", Age: second}}, find(t, s, "program").Waits)
}

// A wait of an input is the call's own: it is given the call's context.
func TestWaitOfAnInput(t *testing.T) {
	s := see(t, func(ctx context.Context, _ *taskgroup.Group) {
		for _, err := range taskgroup.MapSource(ctx, 2, func(ctx context.Context) iter.Seq2[int, error] {
			return queue.New[int](0).Named("in").All(ctx)
		}, func(context.Context, int) (int, error) { return 0, nil }) {
			_ = err
		}
	})
	n := find(t, s, "MapSource")
	assert.Equal(t, []inspect.Wait{{What: inspect.WaitGet, Name: "in", Age: second}}, n.Waits)
	assert.Equal(t, inspect.StateWaiting, n.State)
}
