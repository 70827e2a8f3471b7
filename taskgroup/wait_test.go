package taskgroup_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
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

type (
	task   = taskgroup.Task[int]
	future = taskgroup.Future[int]
)

// endsAfter starts a task that takes d and then ends with v and err, unless it
// is canceled before.
func endsAfter(t *testing.T, d time.Duration, v int, err error) *task {
	t.Helper()
	return taskgroup.Start(t.Context(), func(ctx context.Context) (int, error) {
		if err := taskgroup.Sleep(ctx, d); err != nil {
			return 0, err
		}
		return v, err
	})
}

// ending starts a task for each duration, which it takes.
func ending(t *testing.T, after ...time.Duration) []*task {
	t.Helper()
	tasks := make([]*task, len(after))
	for i, d := range after {
		tasks[i] = endsAfter(t, d, i, nil)
	}
	return tasks
}

// results returns the results of tasks that have ended well.
func results(t *testing.T, tasks []*task) []int {
	t.Helper()
	all := []int{}
	for _, task := range tasks {
		v, err := task.Result()
		assert.NoError(t, err)
		all = append(all, v)
	}
	return all
}

func joinAll(tasks []*task) {
	for _, task := range tasks {
		_, _ = task.Wait(context.Background())
	}
}

// W-01: the order of the arguments, and nothing is canceled.
func TestWaitAllCompleted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		tasks := ending(t, 3*ms, 1*ms, 2*ms)
		done, pending, err := taskgroup.Wait(t.Context(), taskgroup.AllCompleted, tasks...)
		assert.NoError(t, err)
		assertHandles(t, tasks, done)
		assert.Empty(t, pending)
		assert.Equal(t, 3*ms, time.Since(begin))
		assertHandles(t, []int{0, 1, 2}, results(t, done))
	})
}

// W-04: everything that has ended by then, at least one.
func TestWaitFirstCompleted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		tasks := ending(t, 3*ms, 1*ms, 2*ms, 1*ms)
		done, pending, err := taskgroup.Wait(t.Context(), taskgroup.FirstCompleted, tasks...)
		assert.NoError(t, err)
		assert.Equal(t, ms, time.Since(begin))
		assert.NotEmpty(t, done)
		assert.NotContains(t, results(t, done), 0)
		assert.NotContains(t, results(t, done), 2)
		assert.Len(t, pending, len(tasks)-len(done))
		synctest.Wait()
		done, pending, err = taskgroup.Wait(t.Context(), taskgroup.FirstCompleted, tasks...)
		assert.NoError(t, err)
		assertHandles(t, []*task{tasks[1], tasks[3]}, done)
		assertHandles(t, []*task{tasks[0], tasks[2]}, pending)
		assert.Equal(t, ms, time.Since(begin), "at once")
		joinAll(tasks)
	})
}

// W-05, P-52: a failure ends the wait; if there is none, all have to end.
func TestWaitFirstError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		tasks := []*task{endsAfter(t, 3*ms, 0, nil), endsAfter(t, 2*ms, 0, errOwn), endsAfter(t, ms, 0, nil)}
		done, pending, err := taskgroup.Wait(t.Context(), taskgroup.FirstError, tasks...)
		assert.NoError(t, err)
		assert.Equal(t, 2*ms, time.Since(begin))
		assertHandles(t, tasks[1:], done)
		assertHandles(t, tasks[:1], pending)

		tasks = ending(t, 3*ms, ms)
		done, pending, err = taskgroup.Wait(t.Context(), taskgroup.FirstError, tasks...)
		assert.NoError(t, err)
		assertHandles(t, tasks, done)
		assert.Empty(t, pending)
		assert.Equal(t, 5*ms, time.Since(begin))
	})
}

// W-06: a task that has failed already makes Wait return at once.
func TestWaitFirstErrorHasFailedAlready(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		failed := endsAfter(t, 0, 0, errOwn)
		synctest.Wait()
		tasks := []*task{endsAfter(t, ms, 0, nil), failed}
		done, pending, err := taskgroup.Wait(t.Context(), taskgroup.FirstError, tasks...)
		assert.NoError(t, err)
		assertHandles(t, tasks[1:], done)
		assertHandles(t, tasks[:1], pending)
		joinAll(tasks)
	})
}

// W-05: one that was canceled does not count, whatever it was canceled with;
// one that only looks as if does.
func TestWaitFirstErrorIgnoresTheCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		canceled := endsAfter(t, time.Hour, 0, nil)
		before := endsAfter(t, time.Hour, 0, nil)
		before.Cancel(errors.New("before"))
		synctest.Wait()
		tasks := []*task{endsAfter(t, 3*ms, 0, nil), canceled, before}
		time.AfterFunc(ms, func() { canceled.Cancel(errors.New("why")) })
		done, _, err := taskgroup.Wait(t.Context(), taskgroup.FirstError, tasks...)
		assert.NoError(t, err)
		assertHandles(t, tasks, done)
		assert.Equal(t, 3*ms, time.Since(begin))

		begin = time.Now()
		tasks = []*task{endsAfter(t, 3*ms, 0, nil), endsAfter(t, ms, 0, context.Canceled)}
		done, _, err = taskgroup.Wait(t.Context(), taskgroup.FirstError, tasks...)
		assert.NoError(t, err)
		assertHandles(t, tasks[1:], done, "R3: it was not canceled, so it has failed")
		assert.Equal(t, ms, time.Since(begin))
		joinAll(tasks)
	})
}

// A foreign handle was canceled if its error leads to [context.Canceled]; so was
// a future, which nothing else can cancel.
func TestWaitFirstErrorForeign(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		canceled, cancel := context.WithCancel(t.Context())
		time.AfterFunc(ms, cancel)
		expired, stop := context.WithTimeout(t.Context(), 2*ms)
		defer stop()
		rejected := taskgroup.NewFuture[int]()
		rejected.Reject(fmt.Errorf("given up: %w", context.Canceled))
		last := taskgroup.NewFuture[int]()
		all := []taskgroup.Awaitable{last, canceled, expired, rejected, wrapped{endsAfter(t, 0, 0, nil), context.Canceled}}
		done, pending, err := taskgroup.Wait(t.Context(), taskgroup.FirstError, all...)
		assert.NoError(t, err)
		assertHandles(t, all[1:], done)
		assertHandles(t, all[:1], pending)
		assert.Equal(t, 2*ms, time.Since(begin))

		time.AfterFunc(ms, func() { last.Reject(fmt.Errorf("given up: %w", context.Canceled)) })
		all[2] = taskgroup.NewFuture[int]()
		time.AfterFunc(2*ms, func() { all[2].(*future).Reject(errOwn) })
		done, _, err = taskgroup.Wait(t.Context(), taskgroup.FirstError, all...)
		assert.NoError(t, err)
		assertHandles(t, all, done)
		assert.Equal(t, 4*ms, time.Since(begin))
	})
}

// A join that holds anything else than cancellation is a failure, of a task as of
// anything else.
func TestWaitFirstErrorOfAJoin(t *testing.T) {
	why, cancel := context.WithCancelCause(t.Context())
	cancel(errOwn)
	for name, c := range map[string]struct {
		err      error
		canceled bool
	}{
		"a join":                       {errors.Join(errOwn, context.Canceled), false},
		"a group's failure":            {&taskgroup.GroupError{Cause: context.Canceled, Errors: []*taskgroup.TaskError{{Err: errOwn}}}, false},
		"a group's end":                {&taskgroup.GroupError{Cause: context.Canceled}, true},
		"a join of nothing else":       {errors.Join(context.Canceled, context.Canceled), true},
		"a wait that a cause ended":    {taskgroup.Sleep(why, ms), true},
		"a wait that its time ran out": {context.DeadlineExceeded, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rejected, last := taskgroup.NewFuture[int](), taskgroup.NewFuture[int]()
				rejected.Reject(c.err)
				time.AfterFunc(ms, func() { last.Resolve(1) })
				for _, h := range []taskgroup.Awaitable{rejected, wrapped{endsAfter(t, 0, 0, nil), c.err}} {
					done, _, err := taskgroup.Wait[taskgroup.Awaitable](t.Context(), taskgroup.FirstError, last, h)
					assert.NoError(t, err)
					assert.Equal(t, c.canceled, len(done) == 2)
					last = taskgroup.NewFuture[int]()
					time.AfterFunc(ms, func() { last.Resolve(1) })
				}
			})
		})
	}
}

// P-18: an error whose own methods panic, as those of a typed nil do, is a
// failure like another.
func TestWaitFirstErrorTypedNil(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var typedNil *fs.PathError
		f := taskgroup.NewFuture[int]()
		f.Reject(typedNil)
		for _, failed := range []taskgroup.Awaitable{f, wrapped{endsAfter(t, 0, 0, nil), typedNil}, endsAfter(t, 0, 0, typedNil)} {
			done, _, err := taskgroup.Wait[taskgroup.Awaitable](t.Context(), taskgroup.FirstError, taskgroup.NewFuture[int](), failed)
			assert.NoError(t, err)
			assert.Len(t, done, 1)
		}
	})
}

// wrapped is a task with an error of its own: a foreign Awaitable.
type wrapped struct {
	*task
	err error
}

func (w wrapped) Err() error { return w.err }

// What embeds a handle is another handle: its own Done and Err count.
func TestWaitForWhatEmbedsATask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inner := endsAfter(t, ms, 0, nil)
		never := taskgroup.NewFuture[int]()
		a, b := wrapped{inner, nil}, wrapped{inner, errOwn}
		all := []taskgroup.Awaitable{a, never, b, inner, a}
		done, pending, err := taskgroup.Wait(t.Context(), taskgroup.FirstError, all...)
		assert.NoError(t, err)
		assertHandles(t, []taskgroup.Awaitable{a, b, inner}, done)
		assertHandles(t, []taskgroup.Awaitable{never}, pending)

		// A task that was canceled with a cause of its own stays canceled.
		canceled := endsAfter(t, time.Hour, 0, nil)
		canceled.Cancel(errOwn)
		done, pending, err = taskgroup.Wait(t.Context(), taskgroup.FirstError,
			taskgroup.Awaitable(wrapped{canceled, errOwn}), taskgroup.Awaitable(endsAfter(t, ms, 0, nil)))
		assert.NoError(t, err)
		assert.Len(t, done, 2)
		assert.Empty(t, pending)
	})
}

// W-02, rule 4: ctx ends the wait with both slices.
func TestWaitContextEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		why := errors.New("why")
		tasks := ending(t, ms, 5*ms)
		for _, until := range []taskgroup.Until{taskgroup.AllCompleted, taskgroup.FirstError} {
			ctx, cancel := context.WithTimeoutCause(t.Context(), 2*ms, why)
			defer cancel()
			done, pending, err := taskgroup.Wait(ctx, until, tasks...)
			assert.ErrorIs(t, err, context.DeadlineExceeded)
			assert.ErrorIs(t, err, why)
			assertHandles(t, tasks[:1], done)
			assertHandles(t, tasks[1:], pending)
		}
		assert.ErrorIs(t, tasks[1].Err(), taskgroup.ErrNotDone, "nothing was canceled")
		joinAll(tasks)
	})
}

// Rule 2: a done context ends a wait that would have to wait, and no other.
func TestWaitDoneContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended, never := taskgroup.NewFuture[int](), taskgroup.NewFuture[int]()
		ended.Resolve(1)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for _, foreign := range []taskgroup.Awaitable{ended, ctx, wrappedFuture{ended}} {
			all := []taskgroup.Awaitable{never, foreign}
			for until, want := range map[taskgroup.Until]error{
				taskgroup.AllCompleted: context.Canceled, taskgroup.FirstCompleted: nil, taskgroup.FirstError: context.Canceled,
			} {
				done, pending, err := taskgroup.Wait(ctx, until, all...)
				assert.ErrorIs(t, err, want)
				assertHandles(t, all[1:], done)
				assertHandles(t, all[:1], pending)
			}
			done, pending, err := taskgroup.Wait(ctx, taskgroup.AllCompleted, foreign)
			assert.NoError(t, err)
			assert.Len(t, done, 1)
			assert.Empty(t, pending)
		}
	})
}

type wrappedFuture struct{ *future }

// W-03: a wait for nothing is an error.
func TestWaitNoTasks(t *testing.T) {
	done, cancel := context.WithCancel(t.Context())
	cancel()
	for _, ctx := range []context.Context{t.Context(), done} {
		for _, until := range []taskgroup.Until{taskgroup.AllCompleted, taskgroup.FirstCompleted, taskgroup.FirstError} {
			_, _, err := taskgroup.Wait[*task](ctx, until)
			assert.Same(t, taskgroup.ErrNoTasks, err)
		}
	}
}

// W-07: a handle given twice counts once.
func TestWaitDuplicates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tasks := ending(t, 2*ms, ms)
		a, b := tasks[0], tasks[1]
		done, pending, err := taskgroup.Wait(t.Context(), taskgroup.FirstCompleted, a, b, a, b, b)
		assert.NoError(t, err)
		assertHandles(t, []*task{b}, done)
		assertHandles(t, []*task{a}, pending)
		done, _, err = taskgroup.Wait(t.Context(), taskgroup.AllCompleted, b, a, b, a)
		assert.NoError(t, err)
		assertHandles(t, []*task{b, a}, done)

		ctx, cancel := context.WithTimeout(t.Context(), ms)
		defer cancel()
		contexts, _, err := taskgroup.Wait(context.Background(), taskgroup.AllCompleted, ctx, ctx)
		assert.NoError(t, err)
		assertHandles(t, []context.Context{ctx}, contexts)
	})
}

// Many duplicates, among handles whose hashes collide in a small table.
func TestWaitManyDuplicates(t *testing.T) {
	for range 20 {
		all := make([]*future, 1+rand.IntN(300))
		for i := range all {
			all[i] = taskgroup.NewFuture[int]()
		}
		args := append(slices.Clone(all), all...)
		rand.Shuffle(len(args), func(i, j int) { args[i], args[j] = args[j], args[i] })
		var want []*future
		for _, f := range args {
			if !slices.Contains(want, f) {
				want = append(want, f)
			}
		}
		all[rand.IntN(len(all))].Resolve(1)
		done, pending, err := taskgroup.Wait(t.Context(), taskgroup.FirstCompleted, args...)
		require.NoError(t, err)
		require.Len(t, done, 1)
		want = slices.DeleteFunc(want, func(f *future) bool { return f == done[0] })
		assertHandles(t, want, pending)
	}
}

// The slices do not share room.
func TestWaitSlicesAreApart(t *testing.T) {
	ended, never := taskgroup.NewFuture[int](), taskgroup.NewFuture[int]()
	ended.Resolve(1)
	done, pending, _ := taskgroup.Wait(t.Context(), taskgroup.FirstCompleted, never, ended)
	_ = append(done, ended)
	assert.Same(t, never, pending[0])
}

// A context is an Awaitable, and so is whatever has Done and Err.
func TestWaitForContexts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first, stop := context.WithTimeout(t.Context(), ms)
		defer stop()
		second, cancel := context.WithCancel(t.Context())
		defer cancel()
		done, pending, err := taskgroup.Wait(t.Context(), taskgroup.FirstCompleted, second, first, context.Background())
		assert.NoError(t, err)
		assertHandles(t, []context.Context{first}, done)
		assertHandles(t, []context.Context{second, context.Background()}, pending)
	})
}

// Rule 3: what has ended before the context has ended counts, whatever is notified
// first; so it is with a foreign handle, whose watcher may be late.
func TestWaitTie(t *testing.T) {
	for _, endFirst := range []bool{true, false} {
		for range 100 {
			synctest.Test(t, func(t *testing.T) {
				f := taskgroup.NewFuture[int]()
				foreign, end := context.WithCancel(t.Context())
				for _, test := range []struct {
					handle taskgroup.Awaitable
					end    func()
				}{{f, func() { f.Resolve(1) }}, {foreign, end}} {
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					go func() {
						done, pending, err := taskgroup.Wait(ctx, taskgroup.AllCompleted, test.handle)
						if !endFirst && err != nil {
							assert.ErrorIs(t, err, context.Canceled)
							assert.Empty(t, done)
							assert.Len(t, pending, 1)
							return
						}
						assert.NoError(t, err)
						assert.Len(t, done, 1)
						assert.Empty(t, pending)
					}()
					synctest.Wait()
					if endFirst {
						test.end()
						cancel()
					} else {
						cancel()
						test.end()
					}
					synctest.Wait()
				}
			})
		}
	}
}

// Rule 9, and nothing is left registered.
func TestWaitMisuse(t *testing.T) {
	f := taskgroup.NewFuture[int]()
	for _, bad := range []taskgroup.Awaitable{nil, (*task)(nil), (*future)(nil), uncomparable{nil, f}, notItself{math.NaN(), f}} {
		assertMisuse(t, func() { _, _, _ = taskgroup.Wait(t.Context(), taskgroup.FirstCompleted, taskgroup.Awaitable(f), bad) })
		assertMisuse(t, func() { taskgroup.NewSet[taskgroup.Awaitable](f, bad) })
		assertMisuse(t, func() { taskgroup.Completed[taskgroup.Awaitable](t.Context(), f, bad) })
		var s taskgroup.Set[taskgroup.Awaitable]
		assertMisuse(t, func() { s.Add(f, bad) })
		assert.Zero(t, s.Len(), "it was left as it was")
	}
	assertMisuse(t, func() { _, _ = taskgroup.GatherTasks(t.Context(), (*task)(nil)) })
	assertMisuse(t, func() { _, _, _ = taskgroup.Wait(t.Context(), -1, f) })
	assertMisuse(t, func() { _, _, _ = taskgroup.Wait(t.Context(), 3, f) })
}

type uncomparable struct {
	parts []int
	*future
}

type notItself struct {
	weight float64
	*future
}

// hostile is a foreign Awaitable that misbehaves when called.
type hostile struct {
	done chan struct{}
	body func()
}

func (h *hostile) Done() <-chan struct{} { return h.done }
func (h *hostile) Err() error            { h.body(); return nil }

type moreHostile struct{ *hostile }

func (h moreHostile) Done() <-chan struct{} { h.body(); return h.done }

// Rule 8, for the methods of a user's Awaitable: they run in the goroutine that
// waits, and whatever they do nothing stays behind.
func TestWaitHostileAwaitable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := taskgroup.NewFuture[int]()
		assertPassesThrough(t, func(body func()) { // ends while waiting
			h := &hostile{make(chan struct{}), body}
			time.AfterFunc(ms, func() { close(h.done) })
			_, _, _ = taskgroup.Wait(t.Context(), taskgroup.FirstError, taskgroup.Awaitable(f), taskgroup.Awaitable(h))
		})
		assertPassesThrough(t, func(body func()) { // has ended
			h := &hostile{make(chan struct{}), body}
			close(h.done)
			_, _, _ = taskgroup.Wait(t.Context(), taskgroup.FirstError, taskgroup.Awaitable(f), taskgroup.Awaitable(h))
		})
		for _, call := range []func(a taskgroup.Awaitable){
			func(a taskgroup.Awaitable) {
				_, _, _ = taskgroup.Wait(t.Context(), taskgroup.FirstError, taskgroup.Awaitable(f), a)
			},
			func(a taskgroup.Awaitable) { taskgroup.NewSet(taskgroup.Awaitable(f), a) },
			func(a taskgroup.Awaitable) {
				for _, err := range taskgroup.Completed(t.Context(), taskgroup.Awaitable(f), a) {
					assert.Fail(t, "nothing has ended", err)
				}
			},
		} {
			assertPassesThrough(t, func(body func()) {
				call(moreHostile{&hostile{make(chan struct{}), body}})
			})
		}
		f.Resolve(1)
	})
}

// Rule 10: tasks from outside a bubble may be waited for in one, in another, and
// outside again.
func TestWaitAcrossBubbles(t *testing.T) {
	futures := []*future{taskgroup.NewFuture[int](), taskgroup.NewFuture[int]()}
	wait := func(t *testing.T) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), ms)
		defer cancel()
		_, pending, err := taskgroup.Wait(ctx, taskgroup.FirstCompleted, futures...)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assertHandles(t, futures, pending)
		for f, err := range taskgroup.Completed(ctx, futures...) {
			assert.Nil(t, f)
			assert.ErrorIs(t, err, context.DeadlineExceeded)
		}
	}
	synctest.Test(t, wait)
	wait(t)
	synctest.Test(t, wait)
}

// W-09, H45: a wait leaves nothing behind, whatever ended it.
func TestWaitLeavesNothing(t *testing.T) {
	f, g := taskgroup.NewFuture[int](), taskgroup.NewFuture[int]()
	ended := taskgroup.NewFuture[int]()
	ended.Resolve(1)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	goroutines := runtime.NumGoroutine()
	before := testkit.HeapInUse()
	for i := range 20_000 {
		one := taskgroup.NewFuture[int]()
		go one.Resolve(1)
		_, _, _ = taskgroup.Wait(ctx, taskgroup.FirstCompleted, f, one, g)
		if i%10 == 0 {
			for _, err := range taskgroup.Completed(ctx, f, ended, g) {
				assert.NoError(t, err)
				break
			}
		}
	}
	assert.Less(t, testkit.HeapInUse()-before, int64(500_000))
	assert.InDelta(t, goroutines, runtime.NumGoroutine(), 20)
	runtime.KeepAlive(f)
	runtime.KeepAlive(g)
}

// At most three allocations for any number of handles, also for handles that
// no call has waited for yet.
func TestWaitAllocations(t *testing.T) {
	if testkit.Race {
		t.Skip("the race detector allocates")
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	start := make(chan *future)
	go func() {
		for f := range start {
			f.Resolve(1)
		}
	}()
	defer close(start)
	futures := make([]*future, 100)
	assert.LessOrEqual(t, allocations(func() {
		for i := range futures {
			futures[i] = taskgroup.NewFuture[int]()
		}
		start <- futures[7]
		_, _, _ = taskgroup.Wait(ctx, taskgroup.FirstCompleted, futures...)
	}), len(futures)+3)
	futures[7].Resolve(1)
	assert.Equal(t, 1, allocations(func() {
		_, _, _ = taskgroup.Wait(ctx, taskgroup.FirstCompleted, futures...)
	}))
}

// Under stress every wait gets what it was for, and the slices hold each handle
// exactly once.
func TestWaitStress(t *testing.T) {
	for range 200 {
		futures := make([]*future, 16)
		for i := range futures {
			futures[i] = taskgroup.NewFuture[int]()
		}
		ctx, cancel := context.WithCancel(t.Context())
		var all sync.WaitGroup
		for i, f := range futures {
			all.Go(func() {
				switch i % 5 {
				case 0:
					f.Reject(errOwn)
				case 1:
					f.Reject(context.Canceled)
				default:
					f.Resolve(i)
				}
			})
		}
		if rand.IntN(2) == 0 {
			all.Go(cancel)
		}
		for _, until := range []taskgroup.Until{taskgroup.AllCompleted, taskgroup.FirstCompleted, taskgroup.FirstError} {
			all.Go(func() {
				done, pending, err := taskgroup.Wait(ctx, until, futures...)
				assert.Len(t, futures, len(done)+len(pending))
				assertHandles(t, futures, slices.DeleteFunc(slices.Clone(futures), func(f *future) bool {
					return slices.Contains(done, f) == slices.Contains(pending, f)
				}))
				satisfied := len(pending) == 0
				for _, f := range done {
					assert.NotErrorIs(t, f.Err(), taskgroup.ErrNotDone)
					satisfied = satisfied || until == taskgroup.FirstCompleted || until == taskgroup.FirstError && errors.Is(f.Err(), errOwn)
				}
				if !assert.Equal(t, satisfied, err == nil) {
					t.Log(until, err, len(done))
				}
			})
		}
		all.Wait()
		cancel()
	}
}

// W-05, whatever the caller sees first of tasks that are all canceled at once.
func TestWaitFirstErrorOfTheCancelledAtOnce(t *testing.T) {
	for range 300 {
		ctx, cancel := context.WithCancelCause(t.Context())
		tasks := make([]*task, 16)
		for i := range tasks {
			tasks[i] = taskgroup.Start(ctx, func(ctx context.Context) (int, error) {
				<-ctx.Done()
				return 0, context.Cause(ctx)
			})
		}
		go cancel(errOwn)
		done, pending, err := taskgroup.Wait(t.Context(), taskgroup.FirstError, tasks...)
		assert.NoError(t, err)
		assertHandles(t, tasks, done)
		assert.Empty(t, pending)
	}
}

// P-33, rule 12: the end of a task happens before the return of the Wait that
// reports it.
func TestWaitHappensBefore(t *testing.T) {
	for range 200 {
		var plain [4]int
		tasks := make([]*task, len(plain))
		for i := range tasks {
			tasks[i] = taskgroup.Start(t.Context(), func(context.Context) (int, error) {
				plain[i] = i
				return i, nil
			})
		}
		done, _, err := taskgroup.Wait(t.Context(), taskgroup.AllCompleted, tasks...)
		require.NoError(t, err)
		for i := range done {
			assert.Equal(t, i, plain[i])
		}
	}
}

// A canceled wait on a task that is needed later does not poison it.
func TestWaitGivenUpThenAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tasks := ending(t, 5*ms)
		var gaveUp atomic.Int32
		for range 10 {
			go func() {
				ctx, cancel := context.WithTimeout(t.Context(), 2*ms)
				defer cancel()
				if _, _, err := taskgroup.Wait(ctx, taskgroup.AllCompleted, tasks...); err != nil {
					gaveUp.Add(1)
				}
			}()
		}
		done, _, err := taskgroup.Wait(t.Context(), taskgroup.AllCompleted, tasks...)
		assert.NoError(t, err)
		assertHandles(t, tasks, done)
		assert.EqualValues(t, 10, gaveUp.Load())
	})
}

// counting is an Awaitable that counts the calls of Done.
type counting struct {
	done  chan struct{}
	calls int
}

func (c *counting) Done() <-chan struct{} { c.calls++; return c.done }
func (c *counting) Err() error            { return nil }

// One call calls Done at most once for each handle, however often it is given.
func TestDoneIsCalledOnceForEachHandle(t *testing.T) {
	for name, call := range map[string]func(t *testing.T, twice ...taskgroup.Awaitable){
		"Wait": func(t *testing.T, twice ...taskgroup.Awaitable) {
			t.Helper()
			done, _, err := taskgroup.Wait(t.Context(), taskgroup.AllCompleted, twice...)
			assert.NoError(t, err)
			assert.Len(t, done, 2)
		},
		"Completed": func(t *testing.T, twice ...taskgroup.Awaitable) {
			t.Helper()
			n := 0
			for _, err := range taskgroup.Completed(t.Context(), twice...) {
				assert.NoError(t, err)
				n++
			}
			assert.Equal(t, 2, n)
		},
		"NewSet": func(t *testing.T, twice ...taskgroup.Awaitable) {
			t.Helper()
			assert.Equal(t, 2, taskgroup.NewSet(twice...).Len())
		},
		"Set.Add": func(t *testing.T, twice ...taskgroup.Awaitable) {
			t.Helper()
			var s taskgroup.Set[taskgroup.Awaitable]
			s.Add(twice...)
			assert.Equal(t, 2, s.Len())
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, b := &counting{done: make(chan struct{})}, &counting{done: make(chan struct{})}
				time.AfterFunc(ms, func() { close(a.done) })
				time.AfterFunc(2*ms, func() { close(b.done) })
				call(t, a, b, a, b, b)
				assert.Equal(t, 1, a.calls)
				assert.Equal(t, 1, b.calls)
				time.Sleep(3 * ms) // the watchers of the sets end
			})
		})
	}
}

// doneless returns a context whose Done panics when it is called for the nth time,
// and that has ended otherwise, although its Err does not say so yet.
func doneless(n int) context.Context {
	closed := make(chan struct{})
	close(closed)
	return &testkit.Context{OnErr: testkit.Never, OnDone: func() <-chan struct{} {
		if n--; n == 0 {
			panic("no Done")
		}
		return closed
	}}
}

// A context is used before anything is registered, so if its Done panics nothing
// stays behind with a handle that lives on.
func TestWaitWithAContextWhoseDonePanics(t *testing.T) {
	f := taskgroup.NewFuture[int]()
	task := taskgroup.Start(t.Context(), func(ctx context.Context) (int, error) { return f.Wait(ctx) })
	s := taskgroup.NewSet(f)
	for name, call := range map[string]func(ctx context.Context) error{
		"Task.Wait":   func(ctx context.Context) error { _, err := task.Wait(ctx); return err },
		"Future.Wait": func(ctx context.Context) error { _, err := f.Wait(ctx); return err },
		"GatherTasks": func(ctx context.Context) error { _, err := taskgroup.GatherTasks(ctx, task); return err },
		"Set.Next":    func(ctx context.Context) error { _, err := s.Next(ctx); return err },
		"Wait": func(ctx context.Context) error {
			_, _, err := taskgroup.Wait(ctx, taskgroup.AllCompleted, f)
			return err
		},
		"Completed": func(ctx context.Context) (err error) {
			for _, err = range taskgroup.Completed(ctx, f) { //nolint:revive // the last pair has it
			}
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			for n := range 4 {
				call := func() {
					defer func() {
						if v := recover(); v != nil {
							assert.Equal(t, "no Done", v)
						}
					}()
					assert.ErrorIs(t, call(doneless(n)), context.Canceled)
					assert.NotEqual(t, 1, n, "Done has not been called")
				}
				call()
				before := testkit.HeapInUse()
				for range 5000 {
					call()
				}
				assert.Less(t, testkit.HeapInUse()-before, int64(200_000))
			}
		})
	}
	f.Resolve(1)
	got, err := s.Next(t.Context())
	assert.NoError(t, err)
	assert.Same(t, f, got, "it has not gone to a call that panicked")
}

// Rule 4: the text says what was waited for.
func TestErrorsSayWhatWasWaitedFor(t *testing.T) {
	f := taskgroup.NewFuture[int]()
	task := taskgroup.Start(t.Context(), func(ctx context.Context) (int, error) { return f.Wait(ctx) }, taskgroup.Named(`a "task"`))
	ended, cancel := context.WithCancelCause(t.Context())
	cancel(errOwn)
	expiring, stop := context.WithTimeout(t.Context(), ms)
	defer stop()
	s := taskgroup.NewSet(f)
	for want, call := range map[string]func(ctx context.Context) error{
		`taskgroup: Wait for task "a \"task\""`: func(ctx context.Context) error { _, err := task.Wait(ctx); return err },
		"taskgroup: Future.Wait":                func(ctx context.Context) error { _, err := f.Wait(ctx); return err },
		"taskgroup: Set.Next":                   func(ctx context.Context) error { _, err := s.Next(ctx); return err },
		"taskgroup: GatherTasks":                func(ctx context.Context) error { _, err := taskgroup.GatherTasks(ctx, task); return err },
		"taskgroup: Wait": func(ctx context.Context) error {
			_, _, err := taskgroup.Wait(ctx, taskgroup.FirstCompleted, f)
			return err
		},
		"taskgroup: Completed": func(ctx context.Context) (err error) {
			for _, err = range taskgroup.Completed(ctx, f) { //nolint:revive // the last pair has it
			}
			return err
		},
	} {
		err := call(ended)
		assert.EqualError(t, err, want+": context canceled: the function's own")
		assert.ErrorIs(t, err, context.Canceled)
		assert.ErrorIs(t, err, errOwn)
		err = call(expiring)
		assert.EqualError(t, err, want+": context deadline exceeded")
		assert.ErrorIs(t, err, context.DeadlineExceeded)
	}
	f.Resolve(1)
}

// A default name is not made for an error that is not printed.
func TestErrorOfAWaitMakesNoName(t *testing.T) {
	f := taskgroup.NewFuture[int]()
	wait := func() (*task, error) {
		started := taskgroup.Start(t.Context(), func(context.Context) (int, error) { return f.Wait(t.Context()) })
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := started.Wait(ctx)
		return started, err
	}
	_, err := wait()
	other, _ := wait()
	var first, second int
	_, scanErr := fmt.Sscanf(other.Name(), "task-%d", &first)
	assert.NoError(t, scanErr)
	_, scanErr = fmt.Sscanf(err.Error(), `taskgroup: Wait for task "task-%d": context canceled`, &second)
	assert.NoError(t, scanErr)
	assert.Greater(t, second, first, "it is named when it is printed")
	f.Resolve(1)
}
