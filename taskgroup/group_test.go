package taskgroup_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/taskgroup"
)

// nosy is an error whose methods look at the group that it is the cause of.
type nosy struct{ g *taskgroup.Group }

func (e nosy) Error() string { e.g.Running(); return "nosy" }
func (e nosy) Is(error) bool { e.g.Running(); return false }

// Rule 10: no lock is held while an error's methods run.
func TestTheCauseMayLookAtTheGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		g := taskgroup.New(ctx)
		g.Go(untilDone)
		cause := nosy{g}
		g.Cancel(cause)
		cancel()
		err := g.Wait()
		assert.ErrorIs(t, err, cause)
		assert.ErrorIs(t, err, context.Canceled)
	})
}

// Groups: only an end of the parent that came before the join is reported.
func TestTheParentsEndAfterTheJoin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		err := taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
			g.Go(returns(nil))
			require.NoError(t, g.Wait(), "the join")
			cancel(errWhy)
			return errBoom
		})
		ge := groupError(t, err)
		assert.NoError(t, ge.Cause)
		require.Len(t, ge.Errors, 1)
		assert.Equal(t, taskgroup.TaskError{Index: -1, Name: "main", Err: errBoom}, *ge.Errors[0])
	})
}

// Groups: a Submit that was not accepted because the parent had ended counts as
// a refused one, whichever context told it.
func TestASubmitThatGaveUpBecauseOfTheParent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		err := taskgroup.Run(ctx, func(ctx context.Context, g *taskgroup.Group) error {
			cancel(errWhy)
			assert.ErrorIs(t, g.Submit(ctx, returns(nil)), errWhy)
			return nil
		})
		ge := groupError(t, err)
		assert.ErrorIs(t, ge.Cause, errWhy)
		assert.ErrorIs(t, ge.Cause, context.Canceled)
		assert.Empty(t, ge.Errors)
	})
}
