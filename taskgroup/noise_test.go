package taskgroup_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/taskgroup"
)

// quiet hides an error from the eye but not from Unwrap.
type quiet struct{ err error }

func (quiet) Error() string   { return "quiet" }
func (q quiet) Unwrap() error { return q.err }

// empty is a join that holds nothing.
type empty struct{}

func (empty) Error() string   { return "empty" }
func (empty) Unwrap() []error { return nil }

// Tasks: Cancelled: it ended with noise. What counts as that, of a task whose
// context is done, and of one whose context is not. TG-06, R3.
func TestNoise(t *testing.T) {
	shapes := map[string]struct {
		err   func(ctx context.Context, other context.Context) error // other is done, too, but not the task's
		noise bool
	}{
		"the Err":                      {func(ctx, _ context.Context) error { return ctx.Err() }, true},
		"the Cause":                    {func(ctx, _ context.Context) error { return context.Cause(ctx) }, true},
		"wrapped":                      {func(ctx, _ context.Context) error { return fmt.Errorf("a: %w", fmt.Errorf("b: %w", ctx.Err())) }, true},
		"the Cause, wrapped":           {func(ctx, _ context.Context) error { return quiet{context.Cause(ctx)} }, true},
		"a wait error":                 {func(ctx, _ context.Context) error { return taskgroup.Sleep(ctx, time.Hour) }, true},
		"a wait error, wrapped":        {func(ctx, _ context.Context) error { return quiet{taskgroup.Sleep(ctx, time.Hour)} }, true},
		"another context's wait error": {func(_, other context.Context) error { return taskgroup.Sleep(other, time.Hour) }, true}, // its Err is that of this one
		"another deadline's wait error": {func(ctx, _ context.Context) error {
			late, cancel := context.WithDeadlineCause(context.WithoutCancel(ctx), time.Unix(0, 0), context.Cause(ctx))
			defer cancel()
			return taskgroup.Sleep(late, time.Hour)
		}, true}, // its Cause is
		"a join of nothing but noise":  {func(ctx, _ context.Context) error { return errors.Join(ctx.Err(), context.Cause(ctx)) }, true},
		"a join of nothing":            {func(_, _ context.Context) error { return empty{} }, false},
		"a join that holds a failure":  {func(ctx, _ context.Context) error { return errors.Join(ctx.Err(), errCleanup) }, false},
		"a wrap of two":                {func(ctx, _ context.Context) error { return fmt.Errorf("%w: %w", ctx.Err(), errCleanup) }, false},
		"a failure":                    {func(_, _ context.Context) error { return errCleanup }, false},
		"a text that looks like noise": {func(_, _ context.Context) error { return errors.New("context canceled") }, false},
		"another deadline":             {func(_, _ context.Context) error { return context.DeadlineExceeded }, false},
		"another context's Cause":      {func(_, other context.Context) error { return context.Cause(other) }, false},
		"a GroupError of noise":        {func(ctx, _ context.Context) error { return &taskgroup.GroupError{Cause: ctx.Err()} }, true},
		"a GroupError, wrapped": {func(ctx, _ context.Context) error {
			return quiet{&taskgroup.GroupError{Cause: taskgroup.Sleep(ctx, time.Hour)}}
		}, true},
		"a GroupError with Errors": {func(ctx, _ context.Context) error {
			return &taskgroup.GroupError{Cause: ctx.Err(), Errors: []*taskgroup.TaskError{{Err: ctx.Err()}}}
		}, false},
		"a GroupError of another": {func(_, other context.Context) error { return &taskgroup.GroupError{Cause: context.Cause(other)} }, false},
		"an empty GroupError":     {func(_, _ context.Context) error { return &taskgroup.GroupError{} }, false},
		"a TaskError of noise":    {func(ctx, _ context.Context) error { return &taskgroup.TaskError{Err: ctx.Err()} }, true},
		"a PanicError with it":    {func(ctx, _ context.Context) error { return &taskgroup.PanicError{Value: ctx.Err()} }, false},
		"a nested Run":            {func(ctx, _ context.Context) error { return taskgroup.Run(ctx, mainOf(untilDone)) }, true},
		"a nested Run that failed": {func(ctx, _ context.Context) error {
			return taskgroup.Run(context.Background(), mainOf(returns(ctx.Err())))
		}, false},
		"ErrGoexit": {func(_, _ context.Context) error { return taskgroup.ErrGoexit }, false},
	}
	ends := map[string]func(g *taskgroup.Group, task *taskgroup.Task[int], parent context.CancelCauseFunc){
		"by its own Cancel": func(_ *taskgroup.Group, task *taskgroup.Task[int], _ context.CancelCauseFunc) { task.Cancel(errWhy) },
		"by the group":      func(g *taskgroup.Group, _ *taskgroup.Task[int], _ context.CancelCauseFunc) { g.Cancel(errWhy) },
		"by the parent":     func(_ *taskgroup.Group, _ *taskgroup.Task[int], parent context.CancelCauseFunc) { parent(errWhy) },
	}
	for endName, end := range ends {
		for name, shape := range shapes {
			t.Run(name+", cancelled "+endName, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					other, cancelOther := context.WithCancelCause(t.Context())
					cancelOther(errors.New("other"))
					parent, cancel := context.WithCancelCause(t.Context())
					g := taskgroup.New(parent, taskgroup.WithKeepGoing())
					task := taskgroup.Go(g, func(ctx context.Context) (int, error) {
						<-ctx.Done()
						return 0, shape.err(ctx, other)
					})
					synctest.Wait()
					end(g, task, cancel)
					err := g.Wait()
					assert.Equal(t, shape.noise, task.Cancelled())
					_, errs := failed(err)
					if shape.noise {
						assert.Empty(t, errs)
					} else {
						assert.Len(t, errs, 1)
					}
				})
			})
		}
	}
}

// mainOf makes a main function out of a task.
func mainOf(fn func(context.Context) error) func(context.Context, *taskgroup.Group) error {
	return func(ctx context.Context, _ *taskgroup.Group) error { return fn(ctx) }
}

// While neither its own context nor its group's is done, nothing is noise.
func TestNothingIsNoiseInALivingTask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gone, cancel := context.WithCancelCause(t.Context())
		cancel(errWhy)
		for _, err := range []error{context.Canceled, errWhy, taskgroup.Sleep(gone, 1), taskgroup.ErrGroupClosed} {
			g := taskgroup.New(t.Context())
			task := taskgroup.Go(g, func(context.Context) (int, error) { return 0, err })
			_, errs := failed(g.Wait())
			assert.Equal(t, []error{err}, errs)
			assert.False(t, task.Cancelled())
			started := taskgroup.Start(t.Context(), func(context.Context) (int, error) { return 0, err })
			<-started.Done()
			assert.False(t, started.Cancelled())
		}
	})
}

// A join of the ends of several of a task's contexts holds nothing else.
func TestNoiseOfSeveralContexts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		parent, cancel := context.WithTimeoutCause(t.Context(), time.Second, errors.New("late"))
		defer cancel()
		var task *taskgroup.Task[int]
		err := taskgroup.Run(parent, func(_ context.Context, g *taskgroup.Group) error {
			task = taskgroup.Go(g, func(ctx context.Context) (int, error) {
				<-ctx.Done()
				<-parent.Done()
				return 0, errors.Join(context.Cause(ctx), context.Cause(g.Context()), parent.Err())
			})
			synctest.Wait()
			task.Cancel(errWhy)
			g.Cancel(errBoom)
			return g.Wait() // whose Cause tells of both ends
		})
		assert.True(t, task.Cancelled())
		ge := groupError(t, err)
		assert.ErrorIs(t, ge.Cause, errBoom)
		assert.ErrorIs(t, ge.Cause, context.DeadlineExceeded)
		assert.Empty(t, ge.Errors)
	})
}

// Tasks: the error of its group's context is noise for a shielded task, too.
func TestNoiseOfAShieldedTask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context())
		task := taskgroup.Go(g, func(context.Context) (int, error) { return 0, untilDone(g.Context()) }, taskgroup.Shielded())
		synctest.Wait()
		g.Stop()
		assert.NoError(t, g.Wait())
		assert.True(t, task.Cancelled())
	})
}

// The same failure in two tasks, also wrapped, is a failure of each: only the cause
// of the group's context, which names the task, is an echo.
func TestAnEqualFailureIsNoEcho(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context())
		g.Go(returns(errBoom))
		g.Go(failAfter(time.Second, errBoom))
		g.Go(failAfter(time.Second, fmt.Errorf("wrapped: %w", errBoom)))
		g.Go(func(ctx context.Context) error { <-ctx.Done(); return context.Cause(ctx) })
		g.Go(func(ctx context.Context) error { <-ctx.Done(); return fmt.Errorf("gave up: %w", context.Cause(ctx)) })
		indexes, _ := failed(g.Wait())
		assert.Equal(t, []int{0, 1, 2}, indexes)
	})
}
