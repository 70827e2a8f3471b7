package taskgroup_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/taskgroup"
)

// G-01, G-05: in the order of the arguments, a task given twice twice.
func TestGatherTasks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		tasks := ending(t, 3*ms, 1*ms, 2*ms)
		got, err := taskgroup.GatherTasks(t.Context(), tasks[0], tasks[1], tasks[2], tasks[0])
		assert.NoError(t, err)
		assert.Equal(t, []int{0, 1, 2, 0}, got)
		assert.Equal(t, 3*ms, time.Since(begin))
	})
}

// G-02: of nothing, empty and not nil.
func TestGatherTasksOfNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, ctx := range []context.Context{t.Context(), ctx} {
		got, err := taskgroup.GatherTasks[int](ctx)
		assert.NoError(t, err)
		assert.NotNil(t, got)
		assert.Empty(t, got)
	}
}

// G-03: it returns at the first failure in time, and cancels nothing.
func TestGatherTasksFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		late := errors.New("late")
		tasks := []*task{endsAfter(t, 3*ms, 0, late), endsAfter(t, ms, 0, nil), endsAfter(t, 2*ms, 0, errOwn), endsAfter(t, 4*ms, 4, nil)}
		got, err := taskgroup.GatherTasks(t.Context(), tasks...)
		assert.Nil(t, got)
		assert.Equal(t, 2*ms, time.Since(begin))
		group := groupError(t, err)
		assert.NoError(t, group.Cause)
		require.Len(t, group.Errors, 1)
		assert.Equal(t, 2, group.Errors[0].Index)
		assert.Equal(t, tasks[2].Name(), group.Errors[0].Name)
		assert.Same(t, errOwn, group.Errors[0].Err)
		assert.ErrorIs(t, err, errOwn)
		assert.NotErrorIs(t, err, late)
		v, err := tasks[3].Wait(t.Context())
		assert.NoError(t, err)
		assert.Equal(t, 4, v)
		assert.Same(t, late, tasks[0].Err(), "it stays with its task")

		_, err = taskgroup.GatherTasks(t.Context(), tasks...)
		assert.Equal(t, 0, groupError(t, err).Errors[0].Index, "of those that had failed before, the first")
	})
}

func TestGatherTasksNamesTheTask(t *testing.T) {
	named := taskgroup.Start(t.Context(), func(context.Context) (int, error) { return 0, errOwn }, taskgroup.Named("fetch"))
	_, err := taskgroup.GatherTasks(t.Context(), named)
	assert.Equal(t, "fetch", groupError(t, err).Errors[0].Name)
	assert.EqualError(t, err, "taskgroup: task 0 (fetch): the function's own")
}

// G-06: a task that was canceled has failed, and our context has not ended.
func TestGatherTasksCancelledTask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		why := errors.New("why")
		tasks := []*task{endsAfter(t, time.Hour, 0, nil), endsAfter(t, ms, 0, nil)}
		tasks[0].Cancel(why)
		_, err := taskgroup.GatherTasks(t.Context(), tasks...)
		group := groupError(t, err)
		assert.NoError(t, group.Cause)
		require.Len(t, group.Errors, 1)
		assert.Equal(t, 0, group.Errors[0].Index)
		assert.ErrorIs(t, err, why)
		joinAll(tasks)
	})
}

// The failure of a task is reported, and not the cancellation of a sibling that
// it causes, which may end sooner: the group has not done with the failure yet.
func TestGatherTasksFailureBeforeItsEcho(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		g := taskgroup.New(t.Context(), taskgroup.WithErrorHandler(func(context.Context, taskgroup.TaskInfo, error) {
			time.Sleep(ms)
		}))
		sibling := taskgroup.Go(g, func(ctx context.Context) (int, error) { return 0, taskgroup.Sleep(ctx, time.Hour) })
		failing := taskgroup.Go(g, func(context.Context) (int, error) { time.Sleep(ms); return 0, errOwn }, taskgroup.Named("failing"))
		_, err := taskgroup.GatherTasks(t.Context(), sibling, failing)
		assert.Equal(t, ms, time.Since(begin))
		group := groupError(t, err)
		require.Len(t, group.Errors, 1)
		assert.Equal(t, 1, group.Errors[0].Index)
		assert.Equal(t, "failing", group.Errors[0].Name)
		assert.Same(t, errOwn, group.Errors[0].Err)

		_, err = taskgroup.GatherTasks(t.Context(), sibling)
		group = groupError(t, err)
		assert.Equal(t, 0, group.Errors[0].Index, "the failing one is not among them")
		assert.ErrorIs(t, err, errOwn, "but it is the cause")
		assert.Error(t, g.Wait())

		// A task of another group is another task, whatever its number.
		other := taskgroup.New(t.Context())
		_ = taskgroup.Go(other, value(1))
		alive := taskgroup.Go(other, func(context.Context) (int, error) { time.Sleep(ms); return 0, nil })
		_, err = taskgroup.GatherTasks(t.Context(), endsAfter(t, ms, 0, nil), alive, sibling)
		assert.Equal(t, 2, groupError(t, err).Errors[0].Index)
		assert.NoError(t, other.Wait())
	})
}

// What has failed by itself is not taken for an echo.
func TestGatherTasksFailuresOfOneGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context(), taskgroup.WithKeepGoing())
		early := taskgroup.Go(g, func(context.Context) (int, error) { return 0, errors.New("early") })
		synctest.Wait()
		late := taskgroup.Go(g, func(context.Context) (int, error) { return 0, errOwn })
		assert.Error(t, g.Wait())
		_, err := taskgroup.GatherTasks(t.Context(), late, early)
		assert.Equal(t, 0, groupError(t, err).Errors[0].Index)
		assert.Same(t, errOwn, groupError(t, err).Errors[0].Err)
	})
}

// A task that was refused has no number, and is not taken for the one that has 0.
func TestGatherTasksRefusedTask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context())
		g.Go(func(ctx context.Context) error { <-ctx.Done(); return errCleanup })
		synctest.Wait()
		g.Stop()
		synctest.Wait()
		_, err := taskgroup.GatherTasks(t.Context(), taskgroup.Go(g, value(1)))
		assert.ErrorIs(t, err, taskgroup.ErrStopped)
		assert.NotErrorIs(t, err, errCleanup)
		_ = g.Wait()
	})
}

// Rule 8: a panic of a task that is waited for by its handle is an error.
func TestGatherTasksPanickedTask(t *testing.T) {
	testkit.CaptureLog(t)
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context(), taskgroup.WithPanics(taskgroup.PanicAsError))
		panicked := taskgroup.Go(g, func(context.Context) (int, error) { panic("boom") })
		_, err := taskgroup.GatherTasks(t.Context(), panicked)
		var pe *taskgroup.PanicError
		require.ErrorAs(t, err, &pe)
		assert.Equal(t, "boom", pe.Value)
		assert.Error(t, g.Wait())
	})
}

// Rule 4, in the one shape in which such calls fail; nothing is canceled.
func TestGatherTasksContextEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		why := errors.New("why")
		ctx, cancel := context.WithTimeoutCause(t.Context(), 2*ms, why)
		defer cancel()
		tasks := ending(t, ms, 3*ms)
		for range 2 { // while it waits, and before
			got, err := taskgroup.GatherTasks(ctx, tasks...)
			assert.Nil(t, got)
			group := groupError(t, err)
			assert.Empty(t, group.Errors)
			assert.ErrorIs(t, group.Cause, context.DeadlineExceeded)
			assert.ErrorIs(t, err, context.DeadlineExceeded)
			assert.ErrorIs(t, err, why)
		}
		joinAll(tasks)
		got, err := taskgroup.GatherTasks(ctx, tasks...)
		assert.NoError(t, err, "rule 2: what has happened is reported whatever the context says")
		assert.Equal(t, []int{0, 1}, got)

		tasks = append(tasks, endsAfter(t, time.Hour, 0, nil), endsAfter(t, 0, 0, errOwn))
		synctest.Wait()
		_, err = taskgroup.GatherTasks(ctx, tasks...)
		assert.ErrorIs(t, err, errOwn, "a failure has happened, too")
		tasks[2].Cancel(nil)
	})
}

// A task that waits for others by their handles, and is canceled with that, has
// not failed.
func TestGatherTasksEchoIsNoise(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		other := endsAfter(t, ms, 0, nil)
		waiting := taskgroup.Start(t.Context(), func(ctx context.Context) ([]int, error) {
			return taskgroup.GatherTasks(ctx, other)
		})
		synctest.Wait()
		waiting.Cancel(errors.New("why"))
		_, err := waiting.Wait(t.Context())
		assert.Error(t, err)
		assert.True(t, waiting.Cancelled())
		joinAll([]*task{other})
	})
}
