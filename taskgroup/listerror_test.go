package taskgroup_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/taskgroup"
)

// listError is an error that cannot be compared, as [go/scanner.ErrorList]. What
// is otherwise compared with ==, as the cause of a context is, may be one.
type listError []string

func (listError) Error() string { return "a list of errors" }

var errList = listError{"a", "b"}

// Tasks: a sibling that returns it again is noise.
func TestListErrorIsNoise(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context())
		g.Go(untilCause)
		synctest.Wait()
		g.Go(returns(errList))
		indexes, _ := failed(g.Wait())
		assert.Equal(t, []int{1}, indexes)
	})
}

// Groups: if main returns it again, it is listed once.
func TestListErrorIsListedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		indexes, _ := failed(taskgroup.Run(t.Context(), func(_ context.Context, g *taskgroup.Group) error {
			g.Go(returns(errList))
			synctest.Wait()
			return errList
		}))
		assert.Equal(t, []int{0}, indexes)
	})
}

// Tasks: one that is canceled with it has not failed.
func TestListErrorCancelsATask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context())
		task := taskgroup.Go(g, taskgroup.NoValue(untilCause))
		synctest.Wait()
		task.Cancel(errList)
		assert.NoError(t, g.Wait())
		assert.True(t, task.Cancelled())
	})
}

// Groups: a task is refused because the parent ended with it.
func TestListErrorEndsTheParent(t *testing.T) {
	parent, cancel := context.WithCancelCause(t.Context())
	g := taskgroup.New(parent)
	cancel(errList)
	assert.ErrorIs(t, g.Submit(context.Background(), returns(nil)), context.Canceled)
	assert.ErrorIs(t, g.Wait(), context.Canceled)
}

// Items: the loop ends with it, though the item before has only been canceled.
func TestListErrorEndsMapSeq(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var last error
		for _, err := range taskgroup.MapSeq(t.Context(), 4, slices.Values([]int{0, 1}), func(ctx context.Context, i int) (int, error) {
			if i == 1 {
				time.Sleep(time.Second)
				return 0, errList
			}
			return 0, taskgroup.Sleep(ctx, time.Hour)
		}) {
			last = err
		}
		var te *taskgroup.TaskError
		require.ErrorAs(t, last, &te)
		assert.Equal(t, errList, te.Err)
	})
}

// untilCause waits for its context and returns why that ended.
func untilCause(ctx context.Context) error {
	<-ctx.Done()
	return context.Cause(ctx)
}
