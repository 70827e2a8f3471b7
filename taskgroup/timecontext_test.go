package taskgroup_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/taskgroup"
)

// boaster is a context with a deadline that does not end it.
type boaster struct {
	context.Context //nolint:containedctx // it is one
	deadline        time.Time
	done            chan struct{}
}

func (b boaster) Deadline() (time.Time, bool) { return b.deadline, true }
func (b boaster) Done() <-chan struct{}       { return b.done }
func (b boaster) Err() error                  { return nil }

// Issue 5, hostile contexts: a deadline that is not kept keeps nobody from ending
// in time.
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
				ctx := boaster{t.Context(), time.Now().Add(c.deadline), nil}
				if c.done {
					ctx.done = make(chan struct{})
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
