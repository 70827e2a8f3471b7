package taskgroup_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/taskgroup"
)

// listError is an error that cannot be compared, as go/scanner.ErrorList.
type listError []string

func (listError) Error() string { return "a list of errors" }

// Tasks, Groups: what is compared with ==, as the cause of a context is, may also
// be an error with which that would panic.
func TestErrorThatIsAList(t *testing.T) {
	bad := listError{"a", "b"}
	for name, fn := range map[string]func(t *testing.T){
		"what a sibling says again is noise": func(t *testing.T) {
			g := taskgroup.New(t.Context())
			g.Go(untilCause)
			synctest.Wait()
			g.Go(returns(bad))
			indexes, _ := failed(g.Wait())
			assert.Equal(t, []int{1}, indexes)
		},
		"what main says again is listed once": func(t *testing.T) {
			indexes, _ := failed(taskgroup.Run(t.Context(), func(_ context.Context, g *taskgroup.Group) error {
				g.Go(returns(bad))
				synctest.Wait()
				return bad
			}))
			assert.Equal(t, []int{0}, indexes)
		},
		"a task is cancelled because of it": func(t *testing.T) {
			g := taskgroup.New(t.Context())
			task := taskgroup.Go(g, taskgroup.NoValue(untilCause))
			synctest.Wait()
			task.Cancel(bad)
			assert.NoError(t, g.Wait())
			assert.True(t, task.Cancelled())
		},
		"a parent ends because of it": func(t *testing.T) {
			parent, cancel := context.WithCancelCause(t.Context())
			g := taskgroup.New(parent)
			cancel(bad)
			assert.ErrorIs(t, g.Submit(context.Background(), returns(nil)), context.Canceled)
			assert.ErrorIs(t, g.Wait(), context.Canceled)
		},
		"a loop over results ends with it": func(t *testing.T) {
			var last error
			for _, err := range taskgroup.MapSeq(t.Context(), 4, slices.Values([]int{0, 1}), func(ctx context.Context, i int) (int, error) {
				if i == 1 {
					time.Sleep(time.Second)
					return 0, bad
				}
				return 0, taskgroup.Sleep(ctx, time.Hour)
			}) {
				last = err
			}
			var te *taskgroup.TaskError
			if assert.ErrorAs(t, last, &te) {
				assert.Equal(t, bad, te.Err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) { synctest.Test(t, fn) })
	}
}

// untilCause waits for its context and returns why that ended.
func untilCause(ctx context.Context) error {
	<-ctx.Done()
	return context.Cause(ctx)
}
