package taskgroup_test

import (
	"context"
	"errors"
	"fmt"
	"math"
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

// gauge counts what runs at once.
type gauge struct{ now, most atomic.Int64 }

func (c *gauge) enter(n int) {
	now := c.now.Add(int64(n))
	for {
		most := c.most.Load()
		if now <= most || c.most.CompareAndSwap(most, now) {
			return
		}
	}
}

func (c *gauge) leave(n int) { c.now.Add(int64(-n)) }

// working returns a task that takes n units of the gauge for a second.
func (c *gauge) working(n int) func(context.Context) error {
	return func(context.Context) error {
		c.enter(n)
		defer c.leave(n)
		time.Sleep(time.Second)
		return nil
	}
}

// Limits: at most n run at once. TG-22.
func TestLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c gauge
		g := taskgroup.New(t.Context(), taskgroup.WithLimit(3))
		assert.Equal(t, 3, g.Limit())
		begun := time.Now()
		for range 10 {
			assert.True(t, g.Go(c.working(1)))
		}
		assert.NoError(t, g.Wait())
		assert.Equal(t, int64(3), c.most.Load())
		assert.Equal(t, 4*time.Second, time.Since(begun))
	})
}

// Limits: Go waits for room, first come, first served, whatever it is that came.
// G-15.
func TestFirstComeFirstServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context(), taskgroup.WithLimit(1))
		end := make(chan struct{})
		g.Go(func(context.Context) error { <-end; return nil })
		var order trace
		note := func(what string) func(context.Context) error {
			return func(context.Context) error { order.add(what); return nil }
		}
		var callers sync.WaitGroup
		for i := range 12 {
			callers.Go(func() {
				name := fmt.Sprint(i)
				switch i % 4 {
				case 0:
					assert.True(t, g.Go(note(name)))
				case 1:
					assert.NoError(t, g.Submit(t.Context(), note(name)))
				case 2:
					taskgroup.Go(g, taskgroup.NoValue(note(name)))
				case 3:
					_, err := taskgroup.GoReady(t.Context(), g, func(ctx context.Context, ready func(int)) error {
						ready(i)
						return note(name)(ctx)
					})
					assert.NoError(t, err)
				}
			})
			synctest.Wait()
			assert.False(t, g.TryGo(note("overtook")))
		}
		close(end)
		callers.Wait()
		assert.NoError(t, g.Wait())
		assert.Equal(t, []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"}, order.all())
	})
}

// Limits: a Go that waits gives up when the group is canceled. P-1, P-21.
func TestGoGivesUpWhenTheGroupIsCancelled(t *testing.T) {
	for name, cancel := range map[string]func(g *taskgroup.Group, parent context.CancelCauseFunc){
		"Cancel": func(g *taskgroup.Group, _ context.CancelCauseFunc) { g.Cancel(errWhy) },
		"parent": func(_ *taskgroup.Group, parent context.CancelCauseFunc) { parent(errWhy) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, parent := context.WithCancelCause(t.Context())
				g := taskgroup.New(ctx, taskgroup.WithLimit(1))
				g.Go(func(ctx context.Context) error { <-ctx.Done(); time.Sleep(time.Hour); return nil })
				never := func(context.Context) error { panic("it runs") }
				begun := time.Now()
				var callers sync.WaitGroup
				for range 3 {
					callers.Go(func() { assert.False(t, g.Go(never)) })
					callers.Go(func() { assert.ErrorIs(t, g.Submit(t.Context(), never), errWhy) })
					callers.Go(func() { assert.ErrorIs(t, taskgroup.Go(g, taskgroup.NoValue(never)).Err(), errWhy) })
				}
				synctest.Wait()
				cancel(g, parent)
				callers.Wait()
				assert.Zero(t, time.Since(begun), "at once")
				assert.ErrorIs(t, g.Wait(), errWhy)
			})
		})
	}
}

// P-2: the failure of the task that has the room: none of those that wait runs.
func TestNoTaskStartsAfterTheFailure(t *testing.T) {
	for _, backlog := range []int{0, 3, -1} {
		synctest.Test(t, func(t *testing.T) {
			g := taskgroup.New(t.Context(), taskgroup.WithLimit(1), taskgroup.WithBacklog(backlog))
			g.Go(func(context.Context) error { time.Sleep(time.Second); return errBoom })
			var callers sync.WaitGroup
			for range 10 {
				callers.Go(func() {
					task := taskgroup.Go(g, func(context.Context) (int, error) { panic("it runs") })
					_, err := task.Wait(t.Context())
					assert.ErrorIs(t, err, errBoom)
					assert.True(t, task.Cancelled())
				})
				if backlog == 0 {
					callers.Go(func() { assert.False(t, g.Go(func(context.Context) error { panic("it runs") })) })
				}
			}
			callers.Wait()
			indexes, errs := failed(g.Wait())
			assert.Equal(t, []int{0}, indexes)
			assert.Equal(t, []error{errBoom}, errs)
		})
	}
}

// Limits: negative is none; Limit says NoLimit. P-9.
func TestNoLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, option := range [][]taskgroup.Option{nil, {taskgroup.WithLimit(taskgroup.NoLimit)}, {taskgroup.WithLimit(-7)}} {
			g := taskgroup.New(t.Context(), option...)
			assert.Equal(t, taskgroup.NoLimit, g.Limit())
			var c gauge
			for range 50 {
				require.True(t, g.TryGo(c.working(1)))
			}
			assert.NoError(t, g.Wait())
			assert.Equal(t, int64(50), c.most.Load())
		}
	})
}

// Limits: SetLimit while tasks run: lower as they end, higher at once, in order.
// P-7, P-8.
func TestSetLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context(), taskgroup.WithLimit(4), taskgroup.WithBacklog(-1))
		var order trace
		for i := range 12 {
			g.Go(func(context.Context) error {
				order.add(fmt.Sprint(i))
				time.Sleep(time.Second)
				return nil
			})
		}
		synctest.Wait()
		assert.Len(t, order.all(), 4)

		g.SetLimit(1) // nothing starts until less than one runs
		assert.Equal(t, 1, g.Limit())
		time.Sleep(1500 * time.Millisecond)
		assert.Len(t, order.all(), 5)
		assert.Equal(t, 1, g.Running())

		g.SetLimit(4) // three more at once
		synctest.Wait()
		assert.Len(t, order.all(), 8)
		assert.Equal(t, 4, g.Running())

		g.SetLimit(taskgroup.NoLimit)
		synctest.Wait()
		assert.Len(t, order.all(), 12)
		assert.Equal(t, taskgroup.NoLimit, g.Limit())

		g.SetLimit(2) // a limit set while more run
		assert.Equal(t, 8, g.Running())
		g.Go(func(context.Context) error { order.add("last"); assert.LessOrEqual(t, g.Running(), 2); return nil })
		assert.NoError(t, g.Wait())
		all := order.all()
		assert.Equal(t, "last", all[12])
	})
}

// P-8: shrink then grow while busy never lets more than the larger limit run.
func TestShrinkThenGrow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c gauge
		g := taskgroup.New(t.Context(), taskgroup.WithLimit(4), taskgroup.WithBacklog(-1))
		for range 40 {
			g.Go(c.working(1))
		}
		for range 20 {
			g.SetLimit(1)
			g.SetLimit(4)
			time.Sleep(300 * time.Millisecond)
		}
		assert.NoError(t, g.Wait())
		assert.Equal(t, int64(4), c.most.Load())
	})
}

// SetLimit wakes calls that wait, too.
func TestSetLimitWakesCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context(), taskgroup.WithLimit(1))
		end := make(chan struct{})
		g.Go(func(context.Context) error { <-end; return nil })
		var accepted atomic.Int32
		var callers sync.WaitGroup
		for range 3 {
			callers.Go(func() { g.Go(func(context.Context) error { <-end; return nil }); accepted.Add(1) })
			synctest.Wait()
		}
		g.SetLimit(3)
		synctest.Wait()
		assert.Equal(t, int32(2), accepted.Load())
		assert.Equal(t, 3, g.Running())
		close(end)
		callers.Wait()
		assert.NoError(t, g.Wait())
	})
}

// Limits: Weighted takes n units.
func TestWeighted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c gauge
		g := taskgroup.New(t.Context(), taskgroup.WithLimit(5), taskgroup.WithBacklog(-1))
		for i := range 20 {
			weight := 1 + i%4
			g.Go(c.working(weight), taskgroup.Weighted(weight))
		}
		assert.NoError(t, g.Wait())
		assert.LessOrEqual(t, c.most.Load(), int64(5))
		assert.GreaterOrEqual(t, c.most.Load(), int64(4))
	})
}

// Limits: more than the limit counts as the limit: it runs alone.
func TestWeightedMoreThanTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context(), taskgroup.WithLimit(3), taskgroup.WithBacklog(-1))
		alone := func(context.Context) error {
			assert.Equal(t, 1, g.Running())
			time.Sleep(time.Second)
			assert.Equal(t, 1, g.Running())
			return nil
		}
		g.Go(func(context.Context) error { time.Sleep(time.Second); return nil })
		g.Go(alone, taskgroup.Weighted(100))
		g.Go(func(context.Context) error { time.Sleep(time.Second); return nil })
		g.Go(alone, taskgroup.Weighted(math.MaxInt))
		begun := time.Now()
		assert.NoError(t, g.Wait())
		assert.Equal(t, 4*time.Second, time.Since(begun))
	})
}

// Rule 6: a heavy task is not starved by light ones that come later.
func TestAHeavyTaskIsNotStarved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context(), taskgroup.WithLimit(2), taskgroup.WithBacklog(-1))
		begun := time.Now()
		var started time.Duration
		light := func(context.Context) error { time.Sleep(time.Second); return nil }
		g.Go(light)
		g.Go(func(context.Context) error { started = time.Since(begun); return nil }, taskgroup.Weighted(2))
		for range 10 {
			g.Go(light)
		}
		assert.NoError(t, g.Wait())
		assert.Equal(t, time.Second, started)
	})
}

// A heavy call that gives up lets those behind it through. P-62.
func TestAHeavyCallThatGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context(), taskgroup.WithLimit(2))
		g.Go(untilDone)
		ctx, cancel := context.WithCancel(t.Context())
		var callers sync.WaitGroup
		callers.Go(func() { assert.Error(t, g.Submit(ctx, untilDone, taskgroup.Weighted(2))) })
		synctest.Wait()
		through := false
		callers.Go(func() { through = g.Go(untilDone) })
		synctest.Wait()
		assert.False(t, through)
		cancel()
		synctest.Wait()
		assert.True(t, through)
		callers.Wait()
		g.Stop()
		assert.NoError(t, g.Wait())
	})
}

// Limits: the weights of tasks in a group without a limit cannot overflow.
func TestHugeWeights(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context())
		end := make(chan struct{})
		for range 2 {
			require.True(t, g.Go(func(context.Context) error { <-end; return nil }, taskgroup.Weighted(math.MaxInt)))
		}
		g.SetLimit(1)
		assert.False(t, g.TryGo(returns(nil)), "those before it take more than there is")
		close(end)
		synctest.Wait()
		assert.True(t, g.TryGo(returns(nil)))
		assert.NoError(t, g.Wait())
	})
}

// Limits: up to m accepted tasks wait without a goroutine, so Go returns at
// once; the next call waits.
func TestBacklog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context(), taskgroup.WithLimit(1), taskgroup.WithBacklog(2))
		var order trace
		task := func(name string) func(context.Context) error {
			return func(context.Context) error { order.add(name); time.Sleep(time.Second); return nil }
		}
		before := runtime.NumGoroutine()
		begun := time.Now()
		assert.True(t, g.Go(task("0")))
		assert.True(t, g.Go(task("1")))
		assert.True(t, g.TryGo(task("2")), "TryGo accepts into the backlog too")
		assert.False(t, g.TryGo(task("never")))
		assert.Zero(t, time.Since(begun))
		synctest.Wait()
		assert.LessOrEqual(t, runtime.NumGoroutine(), before+1, "P-20")
		assert.Equal(t, 1, g.Running())
		assert.True(t, g.Go(task("3")), "waits for a place")
		assert.Equal(t, time.Second, time.Since(begun))
		assert.NoError(t, g.Wait())
		assert.Equal(t, []string{"0", "1", "2", "3"}, order.all())
	})
}

// Limits: with an unlimited backlog a task may start tasks in its own full
// group. P-10.
func TestATaskStartsTasksInItsOwnFullGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context(), taskgroup.WithLimit(1), taskgroup.WithBacklog(-1))
		ran := 0
		g.Go(func(context.Context) error {
			for range 5 {
				assert.True(t, g.Go(func(context.Context) error { ran++; return nil }))
			}
			return nil
		})
		assert.NoError(t, g.Wait())
		assert.Equal(t, 5, ran)
	})
}

// Tasks: Cancel takes a task out of the backlog at once, and its place is free.
// P-54.
func TestCancelInTheBacklog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context(), taskgroup.WithLimit(1), taskgroup.WithBacklog(1))
		g.Go(untilDone)
		task := taskgroup.Go(g, func(context.Context) (int, error) { panic("it runs") })
		require.False(t, g.TryGo(untilDone))
		assert.True(t, task.Cancel(errWhy))
		assert.True(t, done(task.Done()))
		assert.ErrorIs(t, task.Err(), errWhy)
		assert.ErrorIs(t, task.Err(), context.Canceled)
		assert.True(t, task.Cancelled())
		assert.False(t, task.Cancel(errBoom))
		assert.True(t, g.TryGo(returns(nil)))
		g.Stop()
		assert.NoError(t, g.Wait())
	})
}

// The same for a call that waits for the place.
func TestCancelInTheBacklogLetsACallIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context(), taskgroup.WithLimit(1), taskgroup.WithBacklog(1))
		g.Go(untilDone)
		task := taskgroup.Go(g, value(1))
		in := false
		go func() { in = g.Go(returns(nil)) }()
		synctest.Wait()
		require.False(t, in)
		task.Cancel(nil)
		synctest.Wait()
		assert.True(t, in)
		g.Stop()
		assert.NoError(t, g.Wait())
	})
}

// A heavy task that leaves the backlog lets those behind it through.
func TestCancelAHeavyTaskInTheBacklog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context(), taskgroup.WithLimit(2), taskgroup.WithBacklog(-1))
		g.Go(untilDone)
		heavy := taskgroup.Go(g, value(1), taskgroup.Weighted(2))
		light := taskgroup.Go(g, value(2))
		synctest.Wait()
		require.Equal(t, taskgroup.ErrNotDone, light.Err())
		heavy.Cancel(nil)
		synctest.Wait()
		assert.NoError(t, light.Err())
		g.Stop()
		assert.NoError(t, g.Wait())
	})
}

// Rule 7: the backlog of a canceled group never runs, and ends at once.
func TestTheBacklogOfACancelledGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		g := taskgroup.New(ctx, taskgroup.WithLimit(1), taskgroup.WithBacklog(-1))
		g.Go(func(ctx context.Context) error { <-ctx.Done(); time.Sleep(time.Hour); return nil })
		tasks := make([]*taskgroup.Task[int], 10)
		for i := range tasks {
			tasks[i] = taskgroup.Go(g, func(context.Context) (int, error) { panic("it runs") })
		}
		synctest.Wait()
		cancel(errWhy)
		synctest.Wait() // the parent's end comes by itself
		for _, task := range tasks {
			assert.True(t, done(task.Done()))
			assert.ErrorIs(t, task.Err(), errWhy)
			assert.ErrorIs(t, task.Err(), context.Canceled)
			assert.True(t, task.Cancelled())
		}
		assert.ErrorIs(t, g.Wait(), errWhy)
	})
}

// Rule 7: what is shielded in the backlog runs although the group is canceled,
// and at once where what stood before it did not fit.
func TestShieldedInTheBacklogMovesUpWhenTheGroupIsCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context(), taskgroup.WithLimit(2), taskgroup.WithBacklog(-1))
		ran := make(chan struct{})
		g.Go(func(context.Context) error { <-ran; return nil }, taskgroup.Shielded())
		g.Go(untilDone, taskgroup.Weighted(2))
		g.Go(func(context.Context) error { close(ran); return nil }, taskgroup.Shielded())
		g.Stop()
		assert.NoError(t, g.Wait())
	})
}

// Limits: TryGo never waits.
func TestTryGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context(), taskgroup.WithLimit(2))
		end := make(chan struct{})
		wait := func(context.Context) error { <-end; return nil }
		assert.True(t, g.TryGo(wait))
		assert.True(t, g.TryGo(wait))
		assert.False(t, g.TryGo(wait))
		assert.False(t, g.TryGo(wait, taskgroup.Weighted(2)))
		close(end)
		synctest.Wait()
		assert.True(t, g.TryGo(returns(nil)))
		assert.NoError(t, g.Wait())
	})
}

// Groups: Submit returns why: rule 4's error when ctx ended while it waited.
func TestSubmitGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context(), taskgroup.WithLimit(1))
		g.Go(untilDone)
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errWhy)
		defer cancel()
		begun := time.Now()
		err := g.Submit(ctx, func(context.Context) error { panic("it runs") })
		assert.Equal(t, time.Second, time.Since(begun))
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.ErrorIs(t, err, errWhy)
		assert.NoError(t, g.Context().Err(), "that is nothing to the group")
		g.Stop()
		assert.NoError(t, g.Wait())
	})
}

// Rule 2: with a done context nothing is taken, though there is room.
func TestSubmitWithADoneContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context(), taskgroup.WithLimit(1))
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errWhy)
		for range 100 {
			err := g.Submit(ctx, func(context.Context) error { panic("it runs") })
			require.ErrorIs(t, err, context.Canceled)
			require.ErrorIs(t, err, errWhy)
		}
		assert.True(t, g.TryGo(returns(nil)), "the room is free")
		assert.NoError(t, g.Wait())
	})
}

// The task of a Submit does not end with the context that bounded the wait.
func TestTheContextOfSubmitIsNotTheTasks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context())
		ctx, cancel := context.WithCancel(t.Context())
		ended := false
		require.NoError(t, g.Submit(ctx, func(ctx context.Context) error {
			err := sleep(ctx, time.Second)
			ended = true
			return err
		}))
		cancel()
		assert.NoError(t, g.Wait())
		assert.True(t, ended)
	})
}

// Rule 3: a tie of room with the end of Submit's context: what came first wins,
// the error is nil if and only if the function runs, and the room is not lost.
func TestRoomAndTheContextOfSubmitAtOnce(t *testing.T) {
	for name, tie := range map[string]func(g *taskgroup.Group, cancel func(), end chan struct{}){
		"SetLimit, cancel": func(g *taskgroup.Group, cancel func(), _ chan struct{}) { g.SetLimit(2); cancel() },
		"cancel, SetLimit": func(g *taskgroup.Group, cancel func(), _ chan struct{}) { cancel(); g.SetLimit(2) },
		"end, cancel":      func(_ *taskgroup.Group, cancel func(), end chan struct{}) { close(end); cancel() },
		"cancel, end":      func(_ *taskgroup.Group, cancel func(), end chan struct{}) { cancel(); close(end) },
	} {
		for _, limiter := range []bool{false, true} {
			t.Run(fmt.Sprint(name, ", limiter ", limiter), func(t *testing.T) {
				for range 100 {
					synctest.Test(t, func(t *testing.T) {
						options := []taskgroup.Option{taskgroup.WithLimit(1)}
						shared := &units{free: 2}
						if limiter {
							options = append(options, taskgroup.WithLimiter(shared))
						}
						g := taskgroup.New(t.Context(), options...)
						end := make(chan struct{})
						g.Go(func(context.Context) error { <-end; return nil })
						ctx, cancel := context.WithCancel(t.Context())
						ran := false
						answer := make(chan error, 1)
						go func() {
							answer <- g.Submit(ctx, func(context.Context) error { ran = true; return nil })
						}()
						synctest.Wait()
						tie(g, cancel, end)
						err := <-answer
						synctest.Wait()
						assert.Equal(t, err == nil, ran)
						if err != nil {
							assert.ErrorIs(t, err, context.Canceled)
						}
						switch { // on several processors a task may end at any time after end is closed
						case name == "cancel, SetLimit" || name == "cancel, end":
							assert.Error(t, err)
						case name == "SetLimit, cancel" && !limiter:
							assert.NoError(t, err)
						}
						if !done(end) {
							close(end)
							synctest.Wait()
						}
						for range g.Limit() {
							assert.True(t, g.TryGo(untilDone), "all room is there")
						}
						assert.False(t, g.TryGo(untilDone))
						g.Stop()
						assert.NoError(t, g.Wait())
						assert.Equal(t, 2, shared.available())
					})
				}
			})
		}
	}
}

// Rule 1: what a limiter is given ends with the call, so nothing stays
// registered with the context of a Submit.
func TestTheContextOfALimiterEnds(t *testing.T) {
	var given func() error
	shared := &units{free: 1, acquire: func(ctx context.Context, _ int) error { given = ctx.Err; return nil }}
	g := taskgroup.New(t.Context(), taskgroup.WithLimiter(shared))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	require.NoError(t, g.Submit(ctx, returns(nil)))
	assert.Equal(t, context.Canceled, given())
	assert.NoError(t, g.Wait())
}

// Groups: the parent's end is reported when a task was refused because of it,
// and not because a Submit gave up before.
func TestSubmitGivesUpBeforeTheParentEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		parent, end := context.WithCancel(t.Context())
		g := taskgroup.New(parent, taskgroup.WithLimit(1))
		g.Go(func(ctx context.Context) error { <-ctx.Done(); return nil })
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		assert.Error(t, g.Submit(ctx, returns(nil)))
		synctest.Wait() // the task runs
		end()
		assert.NoError(t, g.Wait())
	})
}

// Rule 12: the end of a task → the task that gets its room. The race detector
// is the judge.
func TestRoomIsHandedOverWithTheMemory(t *testing.T) {
	for _, backlog := range []int{0, -1} {
		shared := 0
		g := taskgroup.New(t.Context(), taskgroup.WithLimit(1), taskgroup.WithBacklog(backlog))
		for range 500 {
			g.Go(func(context.Context) error { shared++; return nil })
		}
		assert.NoError(t, g.Wait())
		assert.Equal(t, 500, shared)
	}
}

// Limits: WithLimiter shares one limit between groups; own limit first, then the
// shared one.
func TestLimiter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shared := &units{free: 4}
		var c, a, b gauge
		groupA := taskgroup.New(t.Context(), taskgroup.WithLimiter(shared), taskgroup.WithLimit(3))
		groupB := taskgroup.New(t.Context(), taskgroup.WithLimiter(shared))
		var submitters sync.WaitGroup
		for _, each := range []struct {
			g   *taskgroup.Group
			own *gauge
		}{{groupA, &a}, {groupB, &b}} {
			submitters.Go(func() {
				for i := range 12 {
					weight := 1 + i%2
					assert.True(t, each.g.Go(func(ctx context.Context) error {
						each.own.enter(weight)
						defer each.own.leave(weight)
						return c.working(weight)(ctx)
					}, taskgroup.Weighted(weight)))
				}
			})
		}
		submitters.Wait()
		assert.NoError(t, groupA.Wait())
		assert.NoError(t, groupB.Wait())
		assert.LessOrEqual(t, c.most.Load(), int64(4))
		assert.LessOrEqual(t, a.most.Load(), int64(3))
		assert.Equal(t, 4, shared.available())
	})
}

// Own limit first: what waits for that takes nothing of the shared one.
func TestLimiterComesAfterTheOwnLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shared := &units{free: 10}
		g := taskgroup.New(t.Context(), taskgroup.WithLimiter(shared), taskgroup.WithLimit(1))
		g.Go(untilDone)
		go g.Go(untilDone)
		synctest.Wait()
		assert.Equal(t, 9, shared.available())
		g.Stop()
		assert.NoError(t, g.Wait())
		assert.Equal(t, 10, shared.available())
	})
}

// A call that waits for the shared limit gives up with its group, its context
// and Shutdown, and takes nothing.
func TestWaitingForTheLimiter(t *testing.T) {
	for name, c := range map[string]struct {
		end func(g *taskgroup.Group, cancel context.CancelCauseFunc)
		is  error
	}{
		"ctx":      {func(_ *taskgroup.Group, cancel context.CancelCauseFunc) { cancel(errWhy) }, errWhy},
		"Cancel":   {func(g *taskgroup.Group, _ context.CancelCauseFunc) { g.Cancel(errBoom) }, errBoom},
		"Stop":     {func(g *taskgroup.Group, _ context.CancelCauseFunc) { g.Stop() }, taskgroup.ErrStopped},
		"Shutdown": {func(g *taskgroup.Group, _ context.CancelCauseFunc) { _ = g.Shutdown(context.Background()) }, taskgroup.ErrGroupClosed},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				shared := &units{}
				g := taskgroup.New(t.Context(), taskgroup.WithLimiter(shared), taskgroup.WithLimit(2))
				ctx, cancel := context.WithCancelCause(t.Context())
				never := func(context.Context) error { panic("it runs") }
				var callers sync.WaitGroup
				for range 3 { // two wait for the limiter, and one for room in the group
					callers.Go(func() { assert.ErrorIs(t, g.Submit(ctx, never), c.is) })
				}
				synctest.Wait()
				c.end(g, cancel)
				callers.Wait()
				_ = g.Wait()
				shared.ReleaseN(5)
				assert.Equal(t, 5, shared.available())
			})
		})
	}
}

// Groups: Wait waits for the calls that wait for room, of either limit, too: also
// if their task is the only one.
func TestWaitForWhoWaitsForTheLimiter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shared := &units{}
		g := taskgroup.New(t.Context(), taskgroup.WithLimiter(shared), taskgroup.WithLimit(2))
		var ran atomic.Int64
		for range 3 { // two wait for the limiter, and one for room in the group
			go func() {
				assert.True(t, g.Go(func(context.Context) error { ran.Add(1); return nil }))
			}()
		}
		synctest.Wait()
		time.AfterFunc(time.Minute, func() { shared.ReleaseN(1) })
		assert.NoError(t, g.Wait())
		assert.EqualValues(t, 3, ran.Load())
		assert.Equal(t, 1, shared.available())
	})
}

// Rule 6: no call overtakes one that has been granted a slot of the group and has
// not come to the shared limit yet; once that has, there is none to overtake.
func TestNoneOvertakesOnTheWayToTheLimiter(t *testing.T) {
	for _, past := range []bool{false, true} {
		for waiting := 1; waiting <= 2; waiting++ {
			synctest.Test(t, func(t *testing.T) {
				hold := func(context.Context) error { time.Sleep(time.Minute); return nil }
				g := taskgroup.New(t.Context(), taskgroup.WithLimiter(&units{free: 4}), taskgroup.WithLimit(1))
				assert.True(t, g.Go(hold))
				goOn := make(chan struct{})
				for range waiting {
					calls := 0
					ctx := &testkit.Context{Parent: t.Context()}
					ctx.OnDone = func() <-chan struct{} {
						if calls++; calls == 2 { // it has been granted a slot
							<-goOn
						}
						return ctx.Parent.Done()
					}
					go func() { assert.NoError(t, g.Submit(ctx, hold)) }()
					synctest.Wait()
				}
				g.SetLimit(10)
				synctest.Wait()
				if past {
					close(goOn)
					synctest.Wait()
				}
				assert.Equal(t, past, g.TryGo(hold))
				if !past {
					close(goOn)
				}
				assert.NoError(t, g.Wait())
			})
		}
	}
}

// The limiter's answer and the group's end at once: nothing of the shared limit
// is lost.
func TestLimiterGrantsWhileTheGroupEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shared := &units{free: 1}
		g := taskgroup.New(t.Context(), taskgroup.WithLimiter(shared))
		shared.acquire = func(context.Context, int) error { g.Cancel(errWhy); return nil }
		assert.False(t, g.Go(func(context.Context) error { panic("it runs") }))
		assert.Equal(t, 1, shared.available())
		shared.acquire = nil
		assert.ErrorIs(t, g.Wait(), errWhy)

		// Also if it does not look at the context.
		g = taskgroup.New(t.Context(), taskgroup.WithLimiter(deaf{shared}))
		ended := make(chan struct{})
		shared.acquire = func(context.Context, int) error { <-ended; return nil }
		accepted := true
		go func() { accepted = g.Go(func(context.Context) error { panic("it runs") }) }()
		synctest.Wait()
		assert.NoError(t, g.Shutdown(t.Context()), "it does not wait for what is not accepted")
		close(ended)
		synctest.Wait()
		assert.False(t, accepted)
		assert.Equal(t, 1, shared.available())
	})
}

// deaf is a limiter that does not look at the context.
type deaf struct{ *units }

func (d deaf) AcquireN(_ context.Context, n int) error {
	return d.units.AcquireN(context.Background(), n)
}

// Limits: an error of the limiter that is not the context's is that task's
// failure.
func TestLimiterThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shared := &units{free: 1, acquire: func(context.Context, int) error { return errBoom }}
		g := taskgroup.New(t.Context(), taskgroup.WithLimiter(shared), taskgroup.WithLimit(1), taskgroup.WithKeepGoing())
		never := func(context.Context) (int, error) { panic("it runs") }
		task := taskgroup.Go(g, never)
		_, err := task.Wait(t.Context())
		assert.Equal(t, errBoom, err)
		assert.False(t, task.Cancelled())
		assert.Equal(t, errBoom, g.Submit(t.Context(), returns(nil)), "refused, and the answer says so")
		assert.False(t, g.Go(returns(nil)))
		submitted, err := taskgroup.SubmitTask(t.Context(), g, never)
		assert.Nil(t, submitted)
		assert.Equal(t, errBoom, err)
		_, err = taskgroup.GoReady(t.Context(), g, func(context.Context, func(int)) error { panic("it runs") })
		assert.Equal(t, errBoom, err, "the caller's alone")
		shared.acquire = nil
		assert.True(t, g.Go(returns(nil)))
		indexes, errs := failed(g.Wait())
		assert.Equal(t, []int{0, 1, 2, 3}, indexes, "and it is the task's failure")
		assert.Equal(t, []error{errBoom, errBoom, errBoom, errBoom}, errs)
		assert.Equal(t, 1, shared.available())
	})
}

// Also if the context has ended meanwhile.
func TestLimiterThatFailsWhileTheContextEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	shared := &units{acquire: func(context.Context, int) error { cancel(); return errBoom }}
	g := taskgroup.New(t.Context(), taskgroup.WithLimiter(shared))
	assert.Equal(t, errBoom, g.Submit(ctx, returns(nil)))
	_, errs := failed(g.Wait())
	assert.Equal(t, []error{errBoom}, errs)
}

// The context's errors in whatever dress: they refuse the task.
func TestLimiterThatReturnsTheContextsError(t *testing.T) {
	for name, dress := range map[string]func(ctx context.Context) error{
		"Err":     func(ctx context.Context) error { return ctx.Err() },
		"Cause":   context.Cause,
		"wrapped": func(ctx context.Context) error { return fmt.Errorf("limiter: %w", ctx.Err()) },
		"joined":  func(ctx context.Context) error { return errors.Join(ctx.Err(), context.Cause(ctx)) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				shared := &units{acquire: func(ctx context.Context, _ int) error { <-ctx.Done(); return dress(ctx) }}
				parent, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				g := taskgroup.New(parent, taskgroup.WithLimiter(shared))
				ctx, cancelOne := context.WithTimeoutCause(t.Context(), time.Second, errWhy)
				defer cancelOne()
				err := g.Submit(ctx, returns(nil))
				assert.ErrorIs(t, err, errWhy)
				assert.ErrorIs(t, err, context.DeadlineExceeded)
				assert.ErrorIs(t, g.Submit(t.Context(), returns(nil)), context.DeadlineExceeded, "the group's end")
				assert.False(t, g.Go(returns(nil)))
				ge := groupError(t, g.Wait())
				assert.Empty(t, ge.Errors)
				assert.ErrorIs(t, ge.Cause, context.DeadlineExceeded)
			})
		})
	}
}

// Limits: TryGo with a limiter.
func TestTryGoWithALimiter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shared := &units{free: 1}
		g := taskgroup.New(t.Context(), taskgroup.WithLimiter(shared), taskgroup.WithLimit(2))
		assert.True(t, g.TryGo(untilDone))
		assert.False(t, g.TryGo(untilDone))
		shared.ReleaseN(1)
		assert.True(t, g.TryGo(untilDone), "its room in the group was given back")
		g.Stop()
		assert.NoError(t, g.Wait())
		assert.Equal(t, 2, shared.available())
	})
}

// Limits: Running counts what has started and not ended.
func TestRunning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context(), taskgroup.WithLimit(2), taskgroup.WithBacklog(-1))
		assert.Zero(t, g.Running())
		for range 5 {
			g.Go(func(context.Context) error { time.Sleep(time.Second); return nil })
		}
		assert.Equal(t, 2, g.Running(), "those that wait have not started")
		time.Sleep(2500 * time.Millisecond)
		assert.Equal(t, 1, g.Running())
		assert.NoError(t, g.Wait())
		assert.Zero(t, g.Running())
	})
}

// Canceling the group itself ends its backlog before the call returns.
func TestCancelEndsTheBacklogBeforeItReturns(t *testing.T) {
	for range times(2000) {
		g := taskgroup.New(t.Context(), taskgroup.WithLimit(1), taskgroup.WithBacklog(-1))
		g.Go(untilDone)
		tasks := make([]*taskgroup.Task[int], 10)
		for i := range tasks {
			tasks[i] = taskgroup.Go(g, value(i))
		}
		g.Stop()
		for _, task := range tasks {
			require.True(t, task.Cancelled())
		}
		require.NoError(t, g.Wait())
	}
}

// A call that gives up the wait for the shared limit passes its room in the group
// on.
func TestRoomOfACallThatGivesUpTheSharedLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shared := &units{}
		g := taskgroup.New(t.Context(), taskgroup.WithLimiter(shared), taskgroup.WithLimit(1))
		ctx, cancel := context.WithCancel(t.Context())
		var callers sync.WaitGroup
		callers.Go(func() { assert.ErrorIs(t, g.Submit(ctx, returns(nil)), context.Canceled) })
		synctest.Wait()
		callers.Go(func() { assert.True(t, g.Go(returns(nil))) })
		synctest.Wait()
		cancel()
		synctest.Wait()
		shared.ReleaseN(1)
		callers.Wait()
		assert.NoError(t, g.Wait())
		assert.Equal(t, 1, shared.available())
	})
}

// Rule 3: room that comes after the end of a call's context goes to the next in
// line, be it in the limit or in the backlog.
func TestRoomPassesByWhoHasGivenUp(t *testing.T) {
	for name, options := range map[string][]taskgroup.Option{
		"limit":   {taskgroup.WithLimit(1)},
		"backlog": {taskgroup.WithLimit(1), taskgroup.WithBacklog(1)},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := taskgroup.New(t.Context(), options...)
				end := make(chan struct{})
				g.Go(func(context.Context) error { <-end; return nil })
				if name == "backlog" {
					g.Go(func(context.Context) error { <-end; return nil })
				}
				ctx, cancel := context.WithCancel(t.Context())
				var given, taken error
				go func() { given = g.Submit(ctx, func(context.Context) error { panic("it runs") }) }()
				synctest.Wait()
				go func() { taken = g.Submit(t.Context(), func(context.Context) error { <-end; return nil }) }()
				synctest.Wait()
				cancel()
				g.SetLimit(2)
				assert.Equal(t, 2, g.Running())
				synctest.Wait()
				assert.ErrorIs(t, given, context.Canceled)
				assert.NoError(t, taken)
				close(end)
				assert.NoError(t, g.Wait())
			})
		})
	}
}
