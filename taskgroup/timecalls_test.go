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

// Rule 8: a context whose Done panics has nothing begun and nothing taken.
func TestTimeCallsWithAContextWhoseDonePanics(t *testing.T) {
	ctx := donePanics{t.Context()}
	called := func() (int, error) { assert.Fail(t, "called"); return 0, errOwn }
	calledWith := func(context.Context) (int, error) { return called() }
	var l countingLimiter
	var s taskgroup.Shared[int, int]
	for name, call := range map[string]func(){
		"Sleep":         func() { _ = taskgroup.Sleep(ctx, time.Hour) },
		"WaitFor":       func() { _, _ = taskgroup.WaitFor(ctx, time.Hour, calledWith) },
		"WaitFor never": func() { _, _ = taskgroup.WaitFor(ctx, taskgroup.NoTimeout, calledWith) },
		"MoveOnAfter": func() {
			_, _ = taskgroup.MoveOnAfter(ctx, time.Hour, func(context.Context) error { _, err := called(); return err })
		},
		"Timeout": func() {
			_ = taskgroup.Timeout(ctx, time.Hour, func(context.Context, *taskgroup.Deadline) error { _, err := called(); return err })
		},
		"Shield":        func() { _, _ = taskgroup.Shield(ctx, time.Hour, calledWith) },
		"Blocking":      func() { _, _ = taskgroup.Blocking(ctx, called) },
		"BlockingIn":    func() { _, _ = taskgroup.BlockingIn(ctx, &l, called) },
		"Interruptible": func() { _, _ = taskgroup.Interruptible(ctx, func() { _, _ = called() }, called) },
		"Shared.Do":     func() { _, _, _ = s.Do(ctx, 1, calledWith) },
	} {
		synctest.Test(t, func(*testing.T) { // which finds a goroutine that is left
			assert.Equal(t, errWhy, testkit.Raised(call), name)
		})
	}
	assert.Zero(t, l.taken.Load(), "taken")
	v, shared, err := s.Do(t.Context(), 1, value(1))
	assert.NoError(t, err)
	assert.False(t, shared)
	assert.Equal(t, 1, v)
}

// donePanics is a context whose Done panics.
type donePanics struct {
	context.Context //nolint:containedctx // it is one
}

func (donePanics) Done() <-chan struct{} { panic(errWhy) }

// Rule 4: the error of a wait says what was waited for, and the causes inside
// the scopes do not.
func TestTimeCallsNameThemselves(t *testing.T) {
	testkit.CaptureLog(t) // of the calls that Blocking leaves
	synctest.Test(t, func(t *testing.T) {
		for name, call := range timeCalls(t) {
			for what, begin := range map[string]func() (context.Context, context.CancelCauseFunc){
				"before": func() (context.Context, context.CancelCauseFunc) {
					ctx, cancel := context.WithCancelCause(t.Context())
					cancel(errWhy)
					return ctx, cancel
				},
				"meanwhile": func() (context.Context, context.CancelCauseFunc) {
					ctx, cancel := context.WithCancelCause(t.Context())
					time.AfterFunc(ms, func() { cancel(errWhy) })
					return ctx, cancel
				},
			} {
				ctx, cancel := begin()
				err := call(ctx)
				assert.EqualError(t, err, "taskgroup: "+name+": context canceled: why", what)
				assert.ErrorIs(t, err, context.Canceled)
				assert.ErrorIs(t, err, errWhy)
				cancel(nil)
			}
			ctx, cancel := context.WithTimeout(t.Context(), ms)
			assert.EqualError(t, call(ctx), "taskgroup: "+name+": context deadline exceeded")
			cancel()
		}
		time.Sleep(2 * time.Hour) // for the calls that Blocking has left
	})
}

// timeCalls are calls whose functions last until their context is done.
func timeCalls(t *testing.T) map[string]func(ctx context.Context) error {
	t.Helper()
	forever := taskgroup.NoValue(untilDone)
	asleep := func() (int, error) { time.Sleep(2 * time.Hour); return 0, errOwn }
	var s taskgroup.Shared[int, struct{}]
	return map[string]func(ctx context.Context) error{
		"Sleep":   func(ctx context.Context) error { return taskgroup.Sleep(ctx, time.Hour) },
		"WaitFor": func(ctx context.Context) error { _, err := taskgroup.WaitFor(ctx, time.Hour, forever); return err },
		"MoveOnAfter": func(ctx context.Context) error {
			_, err := taskgroup.MoveOnAfter(ctx, time.Hour, untilDone)
			return err
		},
		"Timeout": func(ctx context.Context) error {
			return taskgroup.Timeout(ctx, time.Hour, func(ctx context.Context, _ *taskgroup.Deadline) error { return untilDone(ctx) })
		},
		"Shield": func(ctx context.Context) error { _, err := taskgroup.Shield(ctx, 0, forever); return err },
		"Blocking": func(ctx context.Context) error {
			_, err := taskgroup.Blocking(ctx, asleep)
			return err
		},
		"BlockingIn": func(ctx context.Context) error {
			_, err := taskgroup.BlockingIn(ctx, &countingLimiter{}, asleep)
			return err
		},
		"Interruptible": func(ctx context.Context) error {
			stop := make(chan struct{})
			_, err := taskgroup.Interruptible(ctx, func() { close(stop) }, func() (int, error) { <-stop; return 0, errOwn })
			return err
		},
		"Shared.Do": func(ctx context.Context) error { _, _, err := s.Do(ctx, 1, forever); return err },
	}
}
