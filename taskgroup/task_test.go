package taskgroup_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"strings"
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

// Tasks: Start begins a task of its own.
func TestStartRunsTheFunction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		task := taskgroup.Start(t.Context(), func(ctx context.Context) (string, error) {
			return "result", sleep(ctx, time.Second)
		})
		v, err := task.Wait(t.Context())
		require.NoError(t, err)
		assert.Equal(t, "result", v)
		assert.Equal(t, time.Second, time.Since(begun))
	})
}

// Tasks: a function may have finished before the call returns, and its result
// can be read then. R5, H32-H34.
func TestTaskMayHaveEndedBeforeItsHandleIsThere(t *testing.T) {
	for range 1000 {
		task := taskgroup.Start(t.Context(), value(42))
		runtime.Gosched()
		var called atomic.Int32
		ran := make(chan struct{})
		task.OnDone(func(*taskgroup.Task[int]) {
			called.Add(1)
			close(ran)
		})
		v, err := task.Wait(context.Background())
		require.NoError(t, err)
		require.Equal(t, 42, v)
		<-ran
		require.Equal(t, int32(1), called.Load())
	}
}

// Rule 2: a done context takes nothing, so nothing is started. K-01.
func TestStartWithADoneContextNeverCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errWhy)
		task := taskgroup.Start(ctx, func(context.Context) (int, error) {
			t.Error("called")
			return 0, nil
		})
		assert.True(t, done(task.Done()), "it has failed by the time Start returns")
		assert.ErrorIs(t, task.Err(), context.Canceled)
		assert.ErrorIs(t, task.Err(), errWhy)
		assert.True(t, task.Cancelled())
	})
}

// Rule 7, K-01: canceled before it starts, it never runs. Whether it has begun
// when Start returns is not ours to say, but in the backlog of a group it has not.
func TestCancelledBeforeItBeginsItNeverRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for range 100 {
			began := false
			fn := func(context.Context) (int, error) { began = true; return 42, nil }
			own := taskgroup.Start(t.Context(), fn)
			own.Cancel(errWhy)
			_, err := own.Wait(t.Context())
			assert.Equal(t, !began, own.Cancelled())
			if !began {
				assert.ErrorIs(t, err, context.Canceled)
				assert.ErrorIs(t, err, errWhy)
			}

			began = false
			ctx, cancel := context.WithCancelCause(t.Context())
			byParent := taskgroup.Start(ctx, fn)
			cancel(errWhy)
			_, err = byParent.Wait(t.Context())
			assert.Equal(t, !began, byParent.Cancelled())
			if !began {
				assert.ErrorIs(t, err, errWhy)
			}
		}

		g := taskgroup.New(t.Context(), taskgroup.WithLimit(1), taskgroup.WithBacklog(1))
		g.Go(untilDone)
		task := taskgroup.Go(g, func(context.Context) (int, error) { panic("it runs") })
		require.True(t, task.Cancel(errWhy))
		_, err := task.Wait(t.Context())
		assert.ErrorIs(t, err, errWhy)
		assert.True(t, task.Cancelled())
		g.Stop()
		assert.NoError(t, g.Wait())
	})
}

// Tasks: Wait gives up only the waiting. R2, S-01, rule 4.
func TestWaitGivesUpOnlyTheWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		task := taskgroup.Start(t.Context(), func(ctx context.Context) (int, error) {
			return 42, sleep(ctx, 10*time.Second)
		})
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errWhy)
		defer cancel()
		for range 2 { // P-30: no wait spoils the next one, H45
			_, err := task.Wait(ctx)
			assert.ErrorIs(t, err, context.DeadlineExceeded)
			assert.ErrorIs(t, err, errWhy)
		}
		assert.Equal(t, taskgroup.ErrNotDone, task.Err())
		v, err := task.Wait(t.Context())
		assert.NoError(t, err)
		assert.Equal(t, 42, v)
	})
}

// Rule 2: what has happened is reported whatever the context says. K-06, H56.
func TestWaitOnAFinishedTaskIgnoresTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	good := taskgroup.Start(t.Context(), value(42))
	<-good.Done()
	bad := taskgroup.Start(t.Context(), func(context.Context) (int, error) { return 1, errBoom })
	<-bad.Done()
	for range 1000 {
		v, err := good.Wait(ctx)
		require.NoError(t, err)
		require.Equal(t, 42, v)
		v, err = good.WaitOrCancel(ctx)
		require.NoError(t, err)
		require.Equal(t, 42, v)
		v, err = bad.Wait(ctx)
		require.Equal(t, errBoom, err)
		require.Equal(t, 1, v)
	}
}

// Rule 3: the end of a task wins a tie with the end of a Wait's context. R8.
func TestTheEndWinsATieWithTheContextOfWait(t *testing.T) {
	t.Run("end, cancel", func(t *testing.T) {
		for range 200 {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				task := taskgroup.Start(t.Context(), func(context.Context) (int, error) {
					time.Sleep(time.Second)
					return 42, nil
				})
				task.OnDone(func(*taskgroup.Task[int]) { cancel() }) // at once, in its goroutine
				v, err := task.Wait(ctx)
				assert.NoError(t, err)
				assert.Equal(t, 42, v)
			})
		}
	})
	t.Run("cancel, end", func(t *testing.T) {
		for range 200 {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				task := taskgroup.Start(t.Context(), func(context.Context) (int, error) {
					time.Sleep(time.Second)
					cancel()
					return 42, nil
				})
				if v, err := task.Wait(ctx); err == nil {
					assert.Equal(t, 42, v)
				} else {
					assert.ErrorIs(t, err, context.Canceled)
				}
				v, err := task.Wait(t.Context())
				assert.NoError(t, err)
				assert.Equal(t, 42, v)
			})
		}
	})
}

// K-08: any number of waiters, any number of times, the same error.
func TestEveryCallerGetsTheSameResult(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		task := taskgroup.Start(t.Context(), func(context.Context) (int, error) {
			time.Sleep(time.Second)
			return 7, errBoom
		})
		var waiters sync.WaitGroup
		for i := range 20 {
			waiters.Go(func() {
				ctx := context.Background()
				if i%2 == 0 {
					ctx = t.Context()
				}
				for range 2 {
					v, err := task.Wait(ctx)
					assert.Equal(t, 7, v)
					assert.Same(t, errBoom, err)
				}
			})
		}
		waiters.Wait()
	})
}

// Tasks: Result and Err before the end. K-07.
func TestResultNeverWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		task := taskgroup.Start(t.Context(), func(context.Context) (int, error) {
			time.Sleep(time.Second)
			return 42, nil
		})
		v, err := task.Result()
		assert.Zero(t, v)
		assert.Equal(t, taskgroup.ErrNotDone, err)
		assert.Equal(t, taskgroup.ErrNotDone, task.Err())
		assert.False(t, task.Cancelled())
		time.Sleep(2 * time.Second)
		v, err = task.Result()
		assert.NoError(t, err)
		assert.Equal(t, 42, v)
		assert.NoError(t, task.Err())
	})
}

// K-07: and after a cancellation, its error.
func TestResultOfACancelledTask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		task := taskgroup.Start(t.Context(), taskgroup.NoValue(untilDone))
		synctest.Wait()
		task.Cancel(nil)
		<-task.Done()
		_, err := task.Result()
		assert.Equal(t, context.Canceled, err)
		assert.Equal(t, context.Canceled, task.Err())
		assert.True(t, task.Cancelled())
	})
}

// Tasks: WaitOrCancel is `await task`.
func TestWaitOrCancel(t *testing.T) {
	for name, c := range map[string]struct {
		end       func(ctx context.Context) (int, error) // once the context is done
		v         int
		is, isNot []error
	}{
		"the value wins":        {func(context.Context) (int, error) { return 42, nil }, 42, nil, nil},
		"a failure of its own":  {func(context.Context) (int, error) { return 1, errCleanup }, 1, []error{errCleanup}, []error{context.Canceled, errWhy}},
		"canceled, its Err":     {func(ctx context.Context) (int, error) { return 1, ctx.Err() }, 0, []error{context.Canceled, errWhy}, nil},
		"canceled, its Cause":   {func(ctx context.Context) (int, error) { return 1, context.Cause(ctx) }, 0, []error{context.Canceled, errWhy}, nil},
		"canceled, in a wrap":   {func(ctx context.Context) (int, error) { return 1, fmt.Errorf("stop: %w", ctx.Err()) }, 0, []error{context.Canceled, errWhy}, nil},
		"canceled, then Goexit": {func(context.Context) (int, error) { runtime.Goexit(); return 1, nil }, 0, []error{taskgroup.ErrGoexit}, []error{errWhy}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				task := taskgroup.Start(t.Context(), func(ctx context.Context) (int, error) {
					<-ctx.Done()
					assert.Equal(t, errWhy, context.Cause(ctx), "it gets the cause of the waiter's context")
					time.Sleep(time.Second) // it is waited for. H20
					return c.end(ctx)
				})
				ctx, cancel := context.WithCancelCause(t.Context())
				time.AfterFunc(time.Second, func() { cancel(errWhy) })
				begun := time.Now()
				v, err := task.WaitOrCancel(ctx)
				assert.Equal(t, 2*time.Second, time.Since(begun))
				assert.Equal(t, c.v, v)
				for _, want := range c.is {
					assert.ErrorIs(t, err, want)
				}
				for _, not := range c.isNot {
					assert.NotErrorIs(t, err, not)
				}
				if len(c.is) == 0 {
					assert.NoError(t, err)
				}
			})
		})
	}
}

// Tasks: without a cancellation, WaitOrCancel is Wait. K-05.
func TestWaitOrCancelOfATaskThatEndsInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		task := taskgroup.Start(t.Context(), func(ctx context.Context) (int, error) {
			return 42, sleep(ctx, time.Second)
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		v, err := task.WaitOrCancel(ctx)
		assert.NoError(t, err)
		assert.Equal(t, 42, v)
	})
}

// Tasks: Cancel is true for the call that did it. K-02.
func TestCancelReportsWhetherItDidIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var cause error
		task := taskgroup.Start(t.Context(), func(ctx context.Context) (int, error) {
			<-ctx.Done()
			cause = context.Cause(ctx)
			time.Sleep(time.Second)
			return 0, ctx.Err()
		})
		synctest.Wait()
		var did atomic.Int32
		var callers sync.WaitGroup
		for range 10 {
			callers.Go(func() {
				if task.Cancel(errWhy) {
					did.Add(1)
				}
			})
		}
		callers.Wait()
		assert.Equal(t, int32(1), did.Load())
		<-task.Done()
		assert.Equal(t, errWhy, cause)
		assert.False(t, task.Cancel(errBoom), "after the end")
		assert.ErrorIs(t, task.Err(), context.Canceled)
		assert.ErrorIs(t, task.Err(), errWhy, "though the function returned ctx.Err()")
	})
}

// Tasks: nil means [context.Canceled].
func TestCancelWithoutACause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		task := taskgroup.Start(t.Context(), func(ctx context.Context) (int, error) {
			<-ctx.Done()
			return 0, context.Cause(ctx)
		})
		synctest.Wait()
		require.True(t, task.Cancel(nil))
		_, err := task.Wait(t.Context())
		assert.Equal(t, context.Canceled, err)
	})
}

// Tasks: it did not do it if the context was done before.
func TestCancelAfterTheParentsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		task := taskgroup.Start(ctx, func(ctx context.Context) (int, error) {
			<-ctx.Done()
			time.Sleep(time.Second)
			return 42, nil
		})
		synctest.Wait()
		cancel()
		synctest.Wait()
		assert.False(t, task.Cancel(errWhy))
		v, err := task.Wait(t.Context())
		assert.NoError(t, err)
		assert.Equal(t, 42, v)
	})
}

// Rule 5, K-03, K-04, H57: a value in spite of the cancellation is a success.
func TestAValueAfterCancelIsASuccess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		task := taskgroup.Start(t.Context(), func(ctx context.Context) (int, error) {
			<-ctx.Done()
			return 42, nil
		})
		synctest.Wait()
		require.True(t, task.Cancel(errWhy))
		v, err := task.Wait(t.Context())
		assert.NoError(t, err)
		assert.Equal(t, 42, v)
		assert.False(t, task.Cancelled())
	})
}

// K-05, R2: who waits for another task does not take it along.
func TestCancellingTheWaiterLeavesTheTaskAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inner := taskgroup.Start(t.Context(), func(ctx context.Context) (int, error) {
			return 42, sleep(ctx, time.Minute)
		})
		outer := taskgroup.Start(t.Context(), func(ctx context.Context) (int, error) { return inner.Wait(ctx) })
		synctest.Wait()
		outer.Cancel(errWhy)
		_, err := outer.Wait(t.Context())
		assert.ErrorIs(t, err, errWhy)
		assert.True(t, outer.Cancelled(), "the error of its own context, through the wait error")
		v, err := inner.Wait(t.Context())
		assert.NoError(t, err)
		assert.Equal(t, 42, v)
	})
}

// R3: a task that was canceled does not make its waiter look canceled.
func TestWaitingForACancelledTask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inner := taskgroup.Start(t.Context(), taskgroup.NoValue(untilDone))
		outer := taskgroup.Start(t.Context(), func(ctx context.Context) (struct{}, error) { return inner.Wait(ctx) })
		synctest.Wait()
		inner.Cancel(nil)
		_, err := outer.Wait(t.Context())
		assert.Equal(t, context.Canceled, err)
		assert.True(t, inner.Cancelled())
		assert.False(t, outer.Cancelled())
	})
}

// Tasks: Wait on oneself. K-09.
func TestWaitForOneself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		self := make(chan *taskgroup.Task[int], 1)
		task := taskgroup.Start(t.Context(), func(ctx context.Context) (int, error) {
			me := <-self
			_, err := me.WaitOrCancel(ctx)
			assert.Equal(t, taskgroup.ErrSelfWait, err)
			assert.NoError(t, ctx.Err(), "it has not canceled itself")
			derived, cancel := context.WithCancel(ctx)
			defer cancel()
			return me.Wait(derived)
		})
		self <- task
		_, err := task.Wait(t.Context())
		assert.Equal(t, taskgroup.ErrSelfWait, err)
	})
}

// K-11: names; default ones are unique.
func TestName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		named := taskgroup.Start(t.Context(), value(0), taskgroup.Named("fetch"))
		first, second := taskgroup.Start(t.Context(), value(0)), taskgroup.Start(t.Context(), value(0))
		assert.Equal(t, "fetch", named.Name())
		assert.Regexp(t, `^task-\d+$`, first.Name())
		name := first.Name()
		assert.Equal(t, name, first.Name(), "asked again")
		assert.NotEqual(t, first.Name(), second.Name())
		assert.NotContains(t, taskgroup.Start(t.Context(), value(0), taskgroup.Named("")).Name(), "fetch")
	})
}

// Tasks: callbacks run in order, in the task's goroutine, after Done is closed
// and before the group counts the task as ended. K-10.
func TestOnDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context())
		var where string
		task := taskgroup.Go(g, func(context.Context) (int, error) {
			where = goroutine()
			time.Sleep(time.Second)
			return 42, nil
		})
		var order trace
		for i := range 5 {
			task.OnDone(func(ended *taskgroup.Task[int]) {
				assert.Same(t, task, ended)
				assert.True(t, done(task.Done()))
				v, err := task.Result()
				assert.NoError(t, err)
				assert.Equal(t, 42, v)
				assert.Equal(t, where, goroutine())
				assert.Equal(t, 1, g.Running())
				assert.Empty(t, g.Tasks(), "X-03: it is not listed once Done is closed")
				time.Sleep(time.Second)
				order.add(fmt.Sprint(i))
			})
		}
		begun := time.Now()
		assert.NoError(t, g.Wait())
		assert.Equal(t, 6*time.Second, time.Since(begun), "the group waits for the callbacks")
		assert.Equal(t, []string{"0", "1", "2", "3", "4"}, order.all())
		assert.Zero(t, g.Running())
	})
}

// Tasks: one registered later runs at once, in a goroutine of its own.
func TestOnDoneAfterTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var where string
		task := taskgroup.Start(t.Context(), func(context.Context) (int, error) {
			where = goroutine()
			return 42, nil
		})
		<-task.Done()
		ran := make(chan string)
		remove := task.OnDone(func(*taskgroup.Task[int]) {
			assert.True(t, done(task.Done()))
			ran <- goroutine() // it may block: nothing else waits for it
		})
		assert.False(t, remove())
		in := <-ran
		assert.NotEqual(t, where, in)
		assert.NotEqual(t, goroutine(), in)
	})
}

// Tasks: if the task never ran, in a fresh goroutine that the group joins.
func TestOnDoneOfATaskThatNeverRan(t *testing.T) {
	for name, end := range map[string]func(g *taskgroup.Group, task *taskgroup.Task[int]){
		"its own Cancel":    func(_ *taskgroup.Group, task *taskgroup.Task[int]) { task.Cancel(nil) },
		"the group's end":   func(g *taskgroup.Group, _ *taskgroup.Task[int]) { g.Stop() },
		"the group's cause": func(g *taskgroup.Group, _ *taskgroup.Task[int]) { g.Cancel(errWhy) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := taskgroup.New(t.Context(), taskgroup.WithLimit(1), taskgroup.WithBacklog(-1))
				g.Go(untilDone)
				task := taskgroup.Go(g, func(context.Context) (int, error) {
					t.Error("called")
					return 0, nil
				})
				me := goroutine()
				var order trace
				for i := range 3 {
					task.OnDone(func(*taskgroup.Task[int]) {
						assert.True(t, done(task.Done()))
						assert.True(t, task.Cancelled())
						assert.NotEqual(t, me, goroutine())
						time.Sleep(time.Second)
						order.add(fmt.Sprint(i))
					})
				}
				end(g, task)
				assert.True(t, done(task.Done()), "it has ended by the time the call returns")
				g.Stop()
				begun := time.Now()
				_ = g.Wait()
				assert.Equal(t, 3*time.Second, time.Since(begun))
				assert.Equal(t, []string{"0", "1", "2"}, order.all())
			})
		})
	}
}

// Tasks: a refused task has already ended: its callback runs at once.
func TestOnDoneOfARefusedTask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context())
		require.NoError(t, g.Wait())
		task := taskgroup.Go(g, value(1))
		called := false
		task.OnDone(func(*taskgroup.Task[int]) { called = true })
		synctest.Wait()
		assert.True(t, called)
	})
}

// Tasks: a panic in a callback is reported, the others still run; Goexit, too.
func TestOnDoneThatPanics(t *testing.T) {
	for name, bad := range map[string]func(*taskgroup.Task[int]){
		"panic":      func(*taskgroup.Task[int]) { panic("callback") },
		"panic(nil)": func(*taskgroup.Task[int]) { panic(nil) }, //nolint:govet // that is the point
		"Goexit":     func(*taskgroup.Task[int]) { runtime.Goexit() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				reports := testkit.CaptureLog(t)
				g := taskgroup.New(t.Context(), taskgroup.WithLimit(1), taskgroup.WithBacklog(-1))
				began := make(chan struct{})
				task := taskgroup.Go(g, func(context.Context) (int, error) { <-began; return 42, nil })
				var order trace
				task.OnDone(func(*taskgroup.Task[int]) { order.add("before") })
				task.OnDone(bad)
				task.OnDone(func(*taskgroup.Task[int]) { order.add("after") })
				after := taskgroup.Go(g, value(1))
				close(began)
				assert.NoError(t, g.Wait(), "the task succeeded")
				assert.Equal(t, []string{"before", "after"}, order.all())
				v, err := task.Result()
				assert.NoError(t, err)
				assert.Equal(t, 42, v)
				assert.NoError(t, after.Err(), "its room was given back")

				task.OnDone(bad) // and in a goroutine of its own
				synctest.Wait()
				records := reports.Take()
				if name == "Goexit" {
					assert.Empty(t, records)
					return
				}
				assert.Len(t, records, 2)
				for _, r := range records {
					assert.Contains(t, r.Message, "OnDone")
					assert.Contains(t, testkit.Attr(r, "stack"), "TestOnDoneThatPanics")
				}
			})
		})
	}
}

// OnDone's answer takes a function back.
func TestOnDoneRemove(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		task := taskgroup.Start(t.Context(), func(context.Context) (int, error) {
			time.Sleep(time.Second)
			return 0, nil
		})
		var order trace
		note := func(what string) func(*taskgroup.Task[int]) {
			return func(*taskgroup.Task[int]) { order.add(what) }
		}
		removeFirst := task.OnDone(note("first"))
		removeSecond := task.OnDone(note("second"))
		removeThird := task.OnDone(note("third"))
		assert.True(t, removeSecond())
		assert.False(t, removeSecond(), "twice")
		time.Sleep(2 * time.Second)
		assert.False(t, removeFirst())
		assert.False(t, removeThird())
		assert.Equal(t, []string{"first", "third"}, order.all())
	})
}

// Rule 12, P-33, R7: start call → function; return → Wait, Done, Err, OnDone.
// The race detector is the judge.
func TestHappensBefore(t *testing.T) {
	for range 200 {
		shared := 0
		task := taskgroup.Start(t.Context(), func(context.Context) (*int, error) {
			shared++
			return &shared, nil
		})
		called := make(chan int, 1)
		task.OnDone(func(*taskgroup.Task[*int]) { called <- shared })
		var readers sync.WaitGroup
		readers.Go(func() {
			v, _ := task.Wait(context.Background())
			assert.Equal(t, 1, *v)
		})
		readers.Go(func() {
			v, _ := task.Wait(t.Context())
			assert.Equal(t, 1, *v)
		})
		readers.Go(func() {
			<-task.Done()
			assert.Equal(t, 1, shared)
		})
		readers.Go(func() {
			for errors.Is(task.Err(), taskgroup.ErrNotDone) {
				runtime.Gosched()
			}
			assert.Equal(t, 1, shared)
		})
		readers.Go(func() { assert.Equal(t, 1, <-called) })
		readers.Wait()
	}
}

// Who has seen the end finds Done closed and the task's context done, however
// it learnt of it.
func TestTheEndIsSeenAsAWhole(t *testing.T) {
	for range times(20_000) {
		contexts := make(chan context.Context, 1)
		task := taskgroup.Start(t.Context(), func(ctx context.Context) (int, error) {
			_ = ctx.Done()
			contexts <- ctx
			return 42, nil
		})
		_, _ = task.Wait(context.Background())
		ctx := <-contexts
		if ctx.Err() == nil || !done(ctx.Done()) || !done(task.Done()) {
			require.Fail(t, "seen in part", "err %v, context done %v, task done %v", ctx.Err(), done(ctx.Done()), done(task.Done()))
		}
	}
}

// K-15, H42: a task whose handle is garbage runs to its end all the same: it is
// not canceled, and its callback gets its value.
func TestATaskLivesWithoutItsHandle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin, value := make(chan struct{}), 0
		taskgroup.Start(t.Context(), func(ctx context.Context) (int, error) {
			<-begin
			return 42, ctx.Err()
		}).OnDone(func(task *taskgroup.Task[int]) {
			v, err := task.Result()
			assert.NoError(t, err)
			value = v
		})
		synctest.Wait()
		for range 3 { // finalizers and cleanups run after a collection
			runtime.GC()
		}
		close(begin)
		synctest.Wait()
		assert.Equal(t, 42, value)
	})
}

// Rule 8: Goexit is ErrGoexit, and nothing hangs. K-13, P-42.
func TestGoexitInAStartedTask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		task := taskgroup.Start(t.Context(), func(context.Context) (int, error) {
			time.Sleep(time.Second)
			runtime.Goexit()
			return 42, nil
		})
		called := false
		task.OnDone(func(*taskgroup.Task[int]) { called = true })
		v, err := task.Wait(t.Context())
		assert.Zero(t, v)
		assert.Equal(t, taskgroup.ErrGoexit, err)
		assert.False(t, task.Cancelled())
		assert.True(t, done(task.Done()))
		synctest.Wait()
		assert.True(t, called)
	})
}

// P-18: a typed nil is an error, as everywhere in Go; that its methods panic
// does no harm.
func TestTypedNil(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		typedNil := func(context.Context) error {
			var err *fs.PathError
			return err
		}
		g := taskgroup.New(t.Context(), taskgroup.WithLimit(2), taskgroup.WithBacklog(-1))
		g.Go(func(ctx context.Context) error {
			<-ctx.Done()
			return typedNil(ctx)
		})
		g.Go(typedNil)
		never := taskgroup.Go(g, value(1))
		ge := groupError(t, g.Wait())
		require.NotEmpty(t, ge.Errors)
		_, ok := ge.Errors[0].Err.(*fs.PathError)
		assert.True(t, ok)
		assert.True(t, done(never.Done()))
	})
}

// Rule 9: misuse is loud, and changes nothing.
func TestMisuseOfTasks(t *testing.T) {
	g := taskgroup.New(t.Context())
	task := taskgroup.Start(t.Context(), value(1))
	for name, f := range map[string]func(){
		"Start":       func() { taskgroup.Start[int](t.Context(), nil) },
		"Go":          func() { taskgroup.Go[int](g, nil) },
		"g.Go":        func() { g.Go(nil) },
		"TryGo":       func() { g.TryGo(nil) },
		"Submit":      func() { _ = g.Submit(t.Context(), nil) },
		"NoValue":     func() { taskgroup.NoValue(nil) },
		"OnDone":      func() { task.OnDone(nil) },
		"GoReady":     func() { _, _ = taskgroup.GoReady[int](t.Context(), g, nil) },
		"Weighted 0":  func() { taskgroup.Weighted(0) },
		"Weighted -1": func() { taskgroup.Weighted(-1) },
		"nil option":  func() { g.Go(untilDone, nil) },
		"Start, nil option": func() {
			taskgroup.Start(t.Context(), value(1), nil)
		},
	} {
		err, ok := testkit.Raised(f).(error)
		require.True(t, ok, name)
		assert.ErrorIs(t, err, taskgroup.ErrMisuse, name)
		assert.True(t, strings.HasPrefix(err.Error(), "taskgroup: "), name)
	}
	assert.Zero(t, g.Running())
	assert.NoError(t, g.Wait())
}

func TestNoValue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, err := taskgroup.Start(t.Context(), taskgroup.NoValue(returns(errBoom))).Wait(t.Context())
		assert.Equal(t, errBoom, err)
		_, err = taskgroup.Start(t.Context(), taskgroup.NoValue(returns(nil))).Wait(t.Context())
		assert.NoError(t, err)
	})
}

// Any number of callbacks: they do not need each other's stack.
func TestManyCallbacks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		end := make(chan struct{})
		task := taskgroup.Start(t.Context(), func(context.Context) (int, error) { <-end; return 0, nil })
		called := 0
		const n = 100_000
		for range n {
			task.OnDone(func(*taskgroup.Task[int]) { called++ })
		}
		close(end)
		synctest.Wait()
		assert.Equal(t, n, called)
	})
}

// A callback and an error handler may start tasks in the group, which are joined.
func TestCallbacksStartTasks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ran atomic.Int32
		again := func(ctx context.Context) error { ran.Add(1); return sleep(ctx, time.Second) }
		var g *taskgroup.Group
		g = taskgroup.New(t.Context(), taskgroup.WithKeepGoing(), taskgroup.WithErrorHandler(
			func(context.Context, taskgroup.TaskInfo, error) { assert.True(t, g.Go(again)) }))
		task := taskgroup.Go(g, func(context.Context) (int, error) { time.Sleep(time.Second); return 0, errBoom })
		task.OnDone(func(*taskgroup.Task[int]) { assert.True(t, g.Go(again)) })
		assert.NoError(t, g.Wait())
		assert.Equal(t, int32(2), ran.Load())
	})
}

// Tasks: WaitOrCancel of a task that waits in the backlog takes it out.
func TestWaitOrCancelInTheBacklog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context(), taskgroup.WithLimit(1), taskgroup.WithBacklog(-1))
		g.Go(untilDone)
		task := taskgroup.Go(g, func(context.Context) (int, error) { panic("it runs") })
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errWhy)
		defer cancel()
		begun := time.Now()
		_, err := task.WaitOrCancel(ctx)
		assert.Equal(t, time.Second, time.Since(begun))
		assert.ErrorIs(t, err, errWhy)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		g.Stop()
		assert.NoError(t, g.Wait())
	})
}
