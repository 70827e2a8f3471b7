package taskgroup_test

import (
	"context"
	"iter"
	"math"
	"math/bits"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"weak"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/taskgroup"
)

// big is something that a function captures.
type big struct{ _ [1 << 16]byte }

// holding returns a function that keeps a big alive, and a way to see whether
// it still does.
func holding() (taskgroup.Func[int], weak.Pointer[big]) {
	b := new(big)
	return func(context.Context) (int, error) {
		runtime.KeepAlive(b)
		return 0, nil
	}, weak.Make(b)
}

func collected(p weak.Pointer[big]) bool {
	runtime.GC()
	return p.Value() == nil
}

// Rule 11: a handle does not keep what its function captured, whether that ran
// or will never run.
func TestFunctionsAreForgotten(t *testing.T) {
	for name, begin := range map[string]func(ctx context.Context, fn taskgroup.Func[int]) *taskgroup.Task[int]{
		"ran": func(ctx context.Context, fn taskgroup.Func[int]) *taskgroup.Task[int] {
			return taskgroup.Start(ctx, fn)
		},
		"done context": func(_ context.Context, fn taskgroup.Func[int]) *taskgroup.Task[int] {
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			return taskgroup.Start(ctx, fn)
		},
		"canceled before it began": func(ctx context.Context, fn taskgroup.Func[int]) *taskgroup.Task[int] {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
			task := taskgroup.Start(ctx, fn)
			task.Cancel(nil)
			return task
		},
		"refused": func(ctx context.Context, fn taskgroup.Func[int]) *taskgroup.Task[int] {
			g := taskgroup.New(ctx)
			_ = g.Wait()
			return taskgroup.Go(g, fn)
		},
		"canceled in the backlog": func(ctx context.Context, fn taskgroup.Func[int]) *taskgroup.Task[int] {
			g := taskgroup.New(ctx, taskgroup.WithLimit(1), taskgroup.WithBacklog(-1))
			g.Go(untilDone)
			task := taskgroup.Go(g, fn)
			task.Cancel(nil)
			g.Stop()
			_ = g.Wait()
			return task
		},
		"drained with the backlog": func(ctx context.Context, fn taskgroup.Func[int]) *taskgroup.Task[int] {
			g := taskgroup.New(ctx, taskgroup.WithLimit(1), taskgroup.WithBacklog(-1))
			g.Go(untilDone)
			task := taskgroup.Go(g, fn)
			g.Stop()
			_ = g.Wait()
			return task
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				fn, captured := holding()
				require.NotNil(t, captured.Value())
				task := begin(t.Context(), fn)
				<-task.Done()
				synctest.Wait()
				assert.True(t, collected(captured))
				runtime.KeepAlive(task)
			})
		})
	}
}

// grows returns by how many bytes the heap has grown when f is over.
func grows(f func()) int64 {
	before := testkit.HeapInUse()
	f()
	return testkit.HeapInUse() - before
}

const little = 200 << 10 // what the runtime itself may keep

// Rule 11: a group that runs a million tasks holds no more than at the start.
func TestAMillionTasks(t *testing.T) {
	for name, options := range map[string][]taskgroup.Option{
		"limit":          {taskgroup.WithLimit(8)},
		"small backlog":  {taskgroup.WithLimit(8), taskgroup.WithBacklog(100)},
		"handled errors": {taskgroup.WithLimit(8), taskgroup.WithKeepGoing(), taskgroup.WithErrorHandler(func(context.Context, taskgroup.TaskInfo, error) {})},
	} {
		t.Run(name, func(t *testing.T) {
			g := taskgroup.New(t.Context(), options...)
			end := taskgroup.Go(g, taskgroup.NoValue(untilDone)) // a long-lived one beside them
			fails := returns(errBoom)
			if name != "handled errors" {
				fails = returns(nil)
			}
			run := func() {
				for i := range times(1_000_000 / 3) {
					if i%10 == 0 {
						taskgroup.Go(g, func(ctx context.Context) (int, error) { _ = ctx.Done(); return i, nil })
					} else {
						g.Go(fails)
					}
				}
				for g.Running() > 1 {
					runtime.Gosched()
				}
			}
			assert.Less(t, grows(run), int64(little))
			end.Cancel(nil)
			assert.NoError(t, g.Wait())
		})
	}
}

// Rule 11: what a sequence has yielded is forgotten, though it goes on.
func TestYieldedItemsAreForgotten(t *testing.T) {
	result := func(context.Context, int) (*big, error) { return new(big), nil }
	for _, values := range []iter.Seq2[*big, error]{
		taskgroup.MapSeq(t.Context(), 100, slices.Values(upTo(3)), result),
		taskgroup.MapUnordered(t.Context(), 100, slices.Values(upTo(3)), result),
	} {
		var yielded []weak.Pointer[big]
		for v, err := range values {
			require.NoError(t, err)
			yielded = append(yielded, weak.Make(v))
			if len(yielded) == 3 {
				assert.True(t, collected(yielded[0]))
			}
		}
	}
}

// Rule 11: tasks that end their goroutine leave nothing either.
func TestGoroutinesThatEndAreForgotten(t *testing.T) {
	g := taskgroup.New(t.Context(), taskgroup.WithLimit(1), taskgroup.WithKeepGoing(),
		taskgroup.WithErrorHandler(func(context.Context, taskgroup.TaskInfo, error) {}))
	assert.Less(t, grows(func() {
		for range times(10_000) {
			g.Go(func(context.Context) error { runtime.Goexit(); return nil })
		}
		for g.Running() > 0 {
			runtime.Gosched()
		}
	}), int64(little))
	assert.NoError(t, g.Wait())
}

// Rule 11: a wave of tasks that are all there at once leaves nothing.
func TestAWaveOfTasks(t *testing.T) {
	wave := func(g *taskgroup.Group) {
		end := make(chan struct{})
		var there sync.WaitGroup
		there.Add(10_000)
		for range 10_000 {
			g.Go(func(context.Context) error { there.Done(); <-end; return nil })
		}
		there.Wait()
		close(end)
		for g.Running() > 1 {
			runtime.Gosched()
		}
	}
	// While a collection frees the stacks of ended goroutines, new ones cannot take
	// their place, and the runtime keeps what it makes for these for ever.
	least := int64(math.MaxInt64)
	for range 4 {
		g := taskgroup.New(t.Context())
		stays := taskgroup.Go(g, taskgroup.NoValue(untilDone))
		least = min(least, grows(func() { wave(g) }))
		stays.Cancel(nil)
		assert.NoError(t, g.Wait())
	}
	assert.Less(t, least, int64(little))
}

// A task in the backlog costs its entry, 24 bytes, and itself. When all of them
// are granted slots at once, and have run, the group holds no more than before.
func TestABacklogOfAMillion(t *testing.T) {
	n := 1 << bits.Len(uint(times(1<<20)-1)) // a ring of this length is full
	refusing := taskgroup.New(t.Context())
	require.NoError(t, refusing.Wait())
	g := taskgroup.New(t.Context(), taskgroup.WithLimit(1), taskgroup.WithBacklog(-1))
	stays := taskgroup.Go(g, taskgroup.NoValue(untilDone))
	none := taskgroup.Func[int](func(context.Context) (int, error) { return 0, nil })
	tasks := make([]*taskgroup.Task[int], n)
	submit := func(g *taskgroup.Group) {
		for i := range tasks {
			tasks[i] = taskgroup.Go(g, none)
		}
	}

	alone := grows(func() { submit(refusing) })
	clear(tasks)
	before := testkit.HeapInUse()
	queued := grows(func() { submit(g) })
	const entry = 3 * strconv.IntSize / 8 // an index and an interface
	assert.InDelta(t, entry*n, queued-alone, little, "bytes in the backlog")

	g.SetLimit(taskgroup.NoLimit)
	for g.Running() > 1 {
		runtime.Gosched()
	}
	clear(tasks)
	assert.Less(t, testkit.HeapInUse()-before, int64(little))
	stays.Cancel(nil)
	assert.NoError(t, g.Wait())
}

// Rule 11: a canceled backlog of 100 000 leaves nothing, whatever cancels it.
func TestACancelledBacklog(t *testing.T) {
	g := taskgroup.New(t.Context(), taskgroup.WithLimit(1), taskgroup.WithBacklog(-1))
	g.Go(untilDone)
	assert.Less(t, grows(func() {
		tasks := make([]*taskgroup.Task[int], 100_000)
		for i := range tasks {
			tasks[i] = taskgroup.Go(g, value(i))
		}
		for i := range tasks {
			tasks[(i+50_000)%len(tasks)].Cancel(nil)
		}
	}), int64(little))
	assert.Less(t, grows(func() {
		for range 100_000 {
			g.Go(returns(nil))
		}
		g.Stop()
		assert.NoError(t, g.Wait())
	}), int64(little))
}

// Rule 11: 100 000 calls that gave up leave nothing.
func TestCancelledSubmits(t *testing.T) {
	g := taskgroup.New(t.Context(), taskgroup.WithLimit(1))
	g.Go(untilDone)
	go g.Go(untilDone) // it stands in front of them, and stays
	assert.Less(t, grows(func() {
		for range times(100_000) {
			ctx, cancel := context.WithCancel(t.Context())
			go cancel()
			_ = g.Submit(ctx, returns(nil))
		}
	}), int64(little))
	g.Stop()
	assert.NoError(t, g.Wait())
}

// Rule 11, P-30, H45: 100 000 waits that gave up leave nothing on a task.
func TestCancelledWaits(t *testing.T) {
	task := taskgroup.Start(t.Context(), taskgroup.NoValue(untilDone))
	assert.Less(t, grows(func() {
		for i := range times(100_000) {
			ctx, cancel := context.WithCancel(t.Context())
			go cancel()
			if i%2 == 0 {
				_, _ = task.Wait(ctx)
			} else {
				_, _ = taskgroup.GatherTasks(ctx, task)
			}
		}
	}), int64(little))
	task.Cancel(nil)
}

// Rule 11: a callback that was taken back is forgotten.
func TestRemovedCallbacks(t *testing.T) {
	task := taskgroup.Start(t.Context(), taskgroup.NoValue(untilDone))
	assert.Less(t, grows(func() {
		for range 100_000 {
			task.OnDone(func(*taskgroup.Task[struct{}]) {})()
		}
	}), int64(little))
	task.Cancel(nil)
}

// A task that has ended is gone, with its result and its context, although its
// group lives on.
func TestFinishedTasksAreForgotten(t *testing.T) {
	g := taskgroup.New(t.Context(), taskgroup.WithKeepGoing(), taskgroup.WithErrorHandler(func(context.Context, taskgroup.TaskInfo, error) {}))
	stays := taskgroup.Go(g, taskgroup.NoValue(untilDone))
	results := make([]weak.Pointer[big], 5)
	for i := range results {
		task := taskgroup.Go(g, func(ctx context.Context) (*big, error) { _ = ctx.Done(); return new(big), nil })
		result, err := task.Wait(t.Context())
		require.NoError(t, err)
		results[i] = weak.Make(result)
	}
	for g.Running() > 1 {
		runtime.Gosched()
	}
	for _, result := range results {
		assert.True(t, collected(result))
	}
	exits := func() weak.Pointer[taskgroup.Task[int]] {
		task := taskgroup.Go(g, func(context.Context) (int, error) { runtime.Goexit(); return 0, nil })
		_, err := task.Wait(t.Context())
		require.Equal(t, taskgroup.ErrGoexit, err)
		return weak.Make(task)
	}
	exited := exits()
	for g.Running() > 1 {
		runtime.Gosched()
	}
	runtime.GC()
	assert.Nil(t, exited.Value())
	stays.Cancel(nil)
	assert.NoError(t, g.Wait())
}
