package taskgroup_test

import (
	"context"
	"math"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/taskgroup"
)

// Rule 7: what is shielded in the backlog runs although the group is cancelled,
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

// Limits: the weights of tasks in a group without a limit cannot overflow.
func TestHugeWeights(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context())
		end := make(chan struct{})
		for range 3 {
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
