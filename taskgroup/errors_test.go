package taskgroup_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/taskgroup"
)

func TestTextOfTaskError(t *testing.T) {
	for want, e := range map[string]taskgroup.TaskError{
		"taskgroup: task 3: boom":                         {Index: 3, Err: errBoom},
		"taskgroup: task 3 (fetch): boom":                 {Index: 3, Name: "fetch", Err: errBoom},
		"taskgroup: task 4: boom":                         {Index: 4, Name: "task-17", Err: errBoom},
		"taskgroup: task 5 (task-x): boom":                {Index: 5, Name: "task-x", Err: errBoom},
		"taskgroup: task 5 (task-): boom":                 {Index: 5, Name: "task-", Err: errBoom},
		"taskgroup: main: boom":                           {Index: -1, Name: "main", Err: errBoom},
		"taskgroup: task 0: task called runtime.Goexit":   {Err: taskgroup.ErrGoexit},
		"taskgroup: task 0: task 1 (inner): boom":         {Err: &taskgroup.TaskError{Index: 1, Name: "inner", Err: errBoom}},
		"taskgroup: task 0: 2 tasks failed: task 1: boom": {Err: errors.New("taskgroup: 2 tasks failed: task 1: boom")},
	} {
		assert.EqualError(t, &e, want)
		assert.Equal(t, e.Err, errors.Unwrap(&e))
	}
}

// Groups: one failure prints as that failure.
func TestTextOfGroupError(t *testing.T) {
	first := &taskgroup.TaskError{Index: 1, Name: "fetch", Err: errBoom}
	second := &taskgroup.TaskError{Index: 0, Err: errWhy}
	for want, e := range map[string]taskgroup.GroupError{
		"taskgroup: task 1 (fetch): boom":                                {Errors: []*taskgroup.TaskError{first}},
		"taskgroup: 2 tasks failed: task 1 (fetch): boom; task 0: why":   {Errors: []*taskgroup.TaskError{first, second}},
		"taskgroup: context canceled":                                    {Cause: context.Canceled},
		"taskgroup: context canceled; task 1 (fetch): boom; task 0: why": {Cause: context.Canceled, Errors: []*taskgroup.TaskError{first, second}},
		"taskgroup: signal: interrupt":                                   {Cause: &taskgroup.SignalError{Signal: os.Interrupt}},
		"taskgroup: failed":                                              {},
	} {
		assert.EqualError(t, &e, want)
	}
	assert.Equal(t, first.Error(), (&taskgroup.GroupError{Errors: []*taskgroup.TaskError{first}}).Error())
}

// P-28: [errors.Is] and [errors.As] reach every member.
func TestUnwrapOfGroupError(t *testing.T) {
	path := &fs.PathError{Op: "open", Path: "x", Err: fs.ErrNotExist}
	e := &taskgroup.GroupError{
		Cause:  context.DeadlineExceeded,
		Errors: []*taskgroup.TaskError{{Index: 2, Err: errBoom}, {Index: 0, Err: path}},
	}
	assert.Equal(t, []error{context.DeadlineExceeded, e.Errors[0], e.Errors[1]}, e.Unwrap())
	for _, want := range []error{context.DeadlineExceeded, errBoom, fs.ErrNotExist} {
		assert.ErrorIs(t, e, want)
	}
	found, ok := errors.AsType[*fs.PathError](e)
	assert.True(t, ok)
	assert.Same(t, path, found)
	te, ok := errors.AsType[*taskgroup.TaskError](e)
	assert.True(t, ok)
	assert.Equal(t, 2, te.Index)
	assert.Empty(t, (&taskgroup.GroupError{}).Unwrap())
}

// Rule 8, P-36: the value's own errors are found; the stack is not in the text.
func TestPanicError(t *testing.T) {
	e := &taskgroup.PanicError{Value: errBoom, Stack: []byte("STACK"), Task: taskgroup.TaskInfo{Name: "fetch"}}
	assert.EqualError(t, e, "taskgroup: fetch panicked: boom")
	assert.EqualError(t, &taskgroup.PanicError{Value: 42}, "taskgroup: task panicked: 42")
	assert.Equal(t, []error{errBoom}, e.Unwrap())
	e.Others = &taskgroup.GroupError{Cause: errWhy}
	assert.Equal(t, []error{errBoom, e.Others}, e.Unwrap())
	assert.ErrorIs(t, e, errWhy)
	assert.Empty(t, (&taskgroup.PanicError{Value: "text"}).Unwrap())
}

func TestSignalError(t *testing.T) {
	assert.EqualError(t, &taskgroup.SignalError{Signal: os.Interrupt}, "taskgroup: signal: interrupt")
}

func TestLateError(t *testing.T) {
	e := &taskgroup.LateError{Tasks: []taskgroup.TaskInfo{{Name: "fetch"}, {Name: "store"}}, Cause: errWhy}
	assert.EqualError(t, e, "taskgroup: still running: fetch, store: why")
	assert.ErrorIs(t, e, errWhy)
	e.Cause = nil
	assert.EqualError(t, e, "taskgroup: still running: fetch, store")
	assert.NoError(t, e.Unwrap())
}

// Rule 4: ErrTimeout is a deadline that was exceeded, and a time-out.
func TestErrTimeout(t *testing.T) {
	assert.ErrorIs(t, taskgroup.ErrTimeout, context.DeadlineExceeded)
	timeout, ok := taskgroup.ErrTimeout.(interface{ Timeout() bool })
	require.True(t, ok)
	assert.True(t, timeout.Timeout())
	assert.NotErrorIs(t, context.DeadlineExceeded, taskgroup.ErrTimeout, "an outer deadline is not one")
	assert.True(t, os.IsTimeout(taskgroup.ErrTimeout))
}

// The conditions are distinct.
func TestSentinels(t *testing.T) {
	all := []error{
		taskgroup.ErrNotDone, taskgroup.ErrNoTasks, taskgroup.ErrGroupClosed, taskgroup.ErrStopped, taskgroup.ErrTimeout,
		taskgroup.ErrGoexit, taskgroup.ErrSelfWait, taskgroup.ErrNotReady, taskgroup.ErrEnded, taskgroup.ErrMisuse,
	}
	for i, a := range all {
		assert.Regexp(t, "^taskgroup: [a-z]", a.Error())
		for j, b := range all {
			assert.Equal(t, i == j, errors.Is(a, b), "%v, %v", a, b)
		}
	}
}

// Rule 4, R10: whatever the context, both halves are found in the error of a wait.
func TestTheErrorOfAWait(t *testing.T) {
	wrapped := fmt.Errorf("shutting down: %w", context.Canceled)
	for name, end := range map[string]func(ctx context.Context) (context.Context, func()){
		"cancel": func(ctx context.Context) (context.Context, func()) {
			ctx, cancel := context.WithCancel(ctx)
			return ctx, cancel
		},
		"cause": func(ctx context.Context) (context.Context, func()) {
			ctx, cancel := context.WithCancelCause(ctx)
			return ctx, func() { cancel(errWhy) }
		},
		"a cause that wraps": func(ctx context.Context) (context.Context, func()) {
			ctx, cancel := context.WithCancelCause(ctx)
			return ctx, func() { cancel(wrapped) }
		},
		"deadline": func(ctx context.Context) (context.Context, func()) {
			ctx, cancel := context.WithTimeoutCause(ctx, 1, errWhy)
			return ctx, func() { <-ctx.Done(); cancel() }
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				task := taskgroup.Start(t.Context(), taskgroup.NoValue(untilDone))
				g := taskgroup.New(t.Context(), taskgroup.WithLimit(1))
				g.Go(untilDone)
				synctest.Wait()
				for call, f := range map[string]func(ctx context.Context) error{
					"Wait":   func(ctx context.Context) error { _, err := task.Wait(ctx); return err },
					"Submit": func(ctx context.Context) error { return g.Submit(ctx, returns(nil)) },
					"GoReady": func(ctx context.Context) error {
						_, err := taskgroup.GoReady(ctx, g, func(context.Context, func(int)) error { return nil })
						return err
					},
					"Start": func(ctx context.Context) error { <-ctx.Done(); return taskgroup.Start(ctx, value(1)).Err() },
					"Run":   func(ctx context.Context) error { return taskgroup.Run(ctx, mainOf(untilDone)) },
				} {
					ctx, cancel := end(t.Context())
					go func() { synctest.Wait(); cancel() }()
					err := f(ctx)
					assert.ErrorIs(t, err, ctx.Err(), call)
					assert.ErrorIs(t, err, context.Cause(ctx), call)
				}
				ctx, cancel := end(t.Context())
				go func() { synctest.Wait(); cancel() }()
				_, err := task.WaitOrCancel(ctx)
				assert.ErrorIs(t, err, ctx.Err())
				assert.ErrorIs(t, err, context.Cause(ctx))
				g.Stop()
				assert.NoError(t, g.Wait())
			})
		})
	}
}
