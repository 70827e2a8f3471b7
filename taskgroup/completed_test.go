package taskgroup_test

import (
	"context"
	"errors"
	"iter"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/taskgroup"
)

// the tasks that were given, once each, in the order of
// completion; a failure does not end the loop.
func TestCompletedOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		tasks := ending(t, 3*ms, 1*ms)
		tasks = append(tasks, endsAfter(t, 2*ms, 0, errOwn))
		var got []*task
		for task, err := range taskgroup.Completed(t.Context(), append(tasks, tasks...)...) {
			assert.NoError(t, err, "a failure of a task is its own")
			got = append(got, task)
			assert.Equal(t, time.Duration(len(got))*ms, time.Since(begin))
		}
		assertHandles(t, []*task{tasks[1], tasks[2], tasks[0]}, got)
		assert.Same(t, errOwn, got[1].Err())
	})
}

// of no handles there are no pairs.
func TestCompletedOfNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, ctx := range []context.Context{t.Context(), ctx} {
		for task, err := range taskgroup.Completed[*task](ctx) {
			assert.Fail(t, "a pair of nothing", "%v %v", task, err)
		}
	}
}

// what had ended comes first, then one pair with the context's
// error; nothing is canceled.
func TestCompletedContextEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		why := errors.New("why")
		tasks := ending(t, 9*ms, 2*ms, 1*ms, 3*ms)
		ctx, cancel := context.WithTimeoutCause(t.Context(), 4*ms, why)
		defer cancel()
		var got []*task
		var last error
		for task, err := range taskgroup.Completed(ctx, tasks...) {
			got, last = append(got, task), err
			if len(got) == 1 {
				time.Sleep(5 * ms) // others end, and then ctx
			}
			if len(got) < 4 {
				assert.NoError(t, err)
			}
		}
		assertHandles(t, []*task{tasks[2], tasks[1], tasks[3], nil}, got)
		assert.ErrorIs(t, last, context.DeadlineExceeded)
		assert.ErrorIs(t, last, why)
		assert.Same(t, taskgroup.ErrNotDone, tasks[0].Err())
		joinAll(tasks)

		got = nil
		for task, err := range taskgroup.Completed(ctx, tasks...) {
			assert.NoError(t, err, "all had ended")
			got = append(got, task)
		}
		assertHandles(t, tasks, got)
	})
}

// leaving the loop leaves the tasks alone; each range runs anew.
func TestCompletedBreakAndResume(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tasks := ending(t, 2*ms, 1*ms)
		all := taskgroup.Completed(t.Context(), tasks...)
		for task, err := range all {
			assert.NoError(t, err)
			assert.Same(t, tasks[1], task)
			break
		}
		assert.Same(t, taskgroup.ErrNotDone, tasks[0].Err())
		var got []*task
		for task, err := range all {
			assert.NoError(t, err)
			got = append(got, task)
		}
		assertHandles(t, []*task{tasks[1], tasks[0]}, got)
	})
}

// The sequence is of the handles that were given, whatever becomes of the slice.
func TestCompletedKeepsItsHandles(t *testing.T) {
	f := taskgroup.NewFuture[int]()
	f.Resolve(1)
	args := []*future{f}
	all := taskgroup.Completed(t.Context(), args...)
	args[0] = nil
	for got, err := range all {
		assert.NoError(t, err)
		assert.Same(t, f, got)
	}
}

// by pulling, too.
func TestCompletedPulled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tasks := ending(t, 2*ms, 1*ms, 3*ms)
		next, stop := iter.Pull2(taskgroup.Completed(t.Context(), tasks...))
		for _, want := range []int{1, 0} {
			task, err, ok := next()
			assert.True(t, ok)
			assert.NoError(t, err)
			assert.Same(t, tasks[want], task)
		}
		stop()
		joinAll(tasks)
	})
}

// Foreign handles are watched while the loop lasts, and no longer.
func TestCompletedForeign(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first, stop := context.WithTimeout(t.Context(), ms)
		defer stop()
		never := &hostile{done: make(chan struct{})}
		inner := endsAfter(t, 2*ms, 0, nil)
		want := []taskgroup.Awaitable{first, wrapped{inner, nil}}
		var got []taskgroup.Awaitable
		for a, err := range taskgroup.Completed[taskgroup.Awaitable](t.Context(), want[1], never, first, context.Background()) {
			assert.NoError(t, err)
			got = append(got, a)
			if len(got) == 2 {
				break
			}
		}
		assertHandles(t, want, got)
		// The bubble cannot end while a watcher waits for never.
	})
}

// P-50, rule 8: leaving the loop by a panic or a Goexit.
func TestCompletedLoopBodyPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended, never := taskgroup.NewFuture[int](), taskgroup.NewFuture[int]()
		ended.Resolve(1)
		foreign := &hostile{done: make(chan struct{})}
		assertPassesThrough(t, func(body func()) {
			for _, err := range taskgroup.Completed[taskgroup.Awaitable](t.Context(), ended, never, foreign) {
				assert.NoError(t, err)
				body()
			}
		})
	})
}

// W-09: nothing stays registered after break.
func TestCompletedLeavesNothing(t *testing.T) {
	ended, never := taskgroup.NewFuture[int](), taskgroup.NewFuture[int]()
	ended.Resolve(1)
	before := testkit.HeapInUse()
	for range 10_000 {
		for _, err := range taskgroup.Completed(t.Context(), never, ended) {
			assert.NoError(t, err)
			break
		}
	}
	assert.Less(t, testkit.HeapInUse()-before, int64(500_000))
	runtime.KeepAlive(never)
}
