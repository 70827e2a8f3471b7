package taskgroup_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/taskgroup"
)

// A deadline around a scope that is not kept does not keep the scope from ending in
// time.
func TestTimeScopesDoNotRelyOnADeadlineAroundThem(t *testing.T) {
	for name, c := range map[string]struct {
		deadline time.Duration
		done     bool
	}{
		"passed, no Done":              {-ms, false},
		"passed, a Done never closed":  {-ms, true},
		"to come, no Done":             {ms, false},
		"to come, a Done never closed": {ms, true},
		"the same moment, no Done":     {5 * ms, false},
		"later, no Done":               {9 * ms, false},
		"later, a Done never closed":   {9 * ms, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var done chan struct{}
				if c.done {
					done = make(chan struct{})
				}
				ctx := &testkit.Context{
					Parent: t.Context(), Until: time.Now().Add(c.deadline),
					OnDone: func() <-chan struct{} { return done }, OnErr: testkit.Never,
				}
				_, err := taskgroup.WaitFor(ctx, 5*ms, func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, ctx.Err() })
				assert.ErrorIs(t, err, taskgroup.ErrTimeout)
				expired, err := taskgroup.MoveOnAfter(ctx, 5*ms, func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
				assert.True(t, expired)
				assert.NoError(t, err)
				err = taskgroup.Timeout(ctx, 5*ms, func(ctx context.Context, _ *taskgroup.Deadline) error { <-ctx.Done(); return ctx.Err() })
				assert.ErrorIs(t, err, taskgroup.ErrTimeout)
			})
		})
	}
}
