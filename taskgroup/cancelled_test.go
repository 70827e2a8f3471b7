package taskgroup_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/internal/test/testkit"
	own "example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

// byIsError is an error whose own Is says that it is another.
type byIsError struct{ target error }

func (byIsError) Error() string          { return "is another" }
func (e byIsError) Is(target error) bool { return target == e.target }
func (e byIsError) Unwrap() error        { return nil }
func taskError(err error) error          { return &taskgroup.TaskError{Index: 1, Err: err} }
func wrap(err error) error               { return fmt.Errorf("reading: %w", err) }
func lateBecauseOf(cause error) error    { return &taskgroup.LateError{Cause: cause} }
func groupOf(errs ...error) (all error)  { return groupBecauseOf(nil, errs...) }

func groupBecauseOf(cause error, errs ...error) error {
	ge := &taskgroup.GroupError{Cause: cause}
	for i, err := range errs {
		ge.Errors = append(ge.Errors, &taskgroup.TaskError{Index: i, Err: err})
	}
	return ge
}

// waitError is the error of a wait that a context canceled for cause has ended.
func waitError(cause error) error {
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(cause)
	return taskgroup.Sleep(ctx, time.Hour)
}

func TestCancelled(t *testing.T) {
	signal := &taskgroup.SignalError{Signal: os.Interrupt}
	pe := &taskgroup.PanicError{Value: context.Canceled}
	for _, c := range []struct {
		name string
		err  error
		want bool
	}{
		{"nil", nil, false},
		{"canceled", context.Canceled, true},
		{"deadline exceeded", context.DeadlineExceeded, true},
		{"stopped", taskgroup.ErrStopped, true},
		{"closed", taskgroup.ErrGroupClosed, true},
		{"signal", signal, true},
		{"a wait", waitError(nil), true},
		{"a wait, with a cause", waitError(errWhy), true},
		{"a wait, because another task failed", waitError(taskError(errBoom)), true},
		{"a wait, because another task panicked", waitError(pe), true},
		{"a wait of another package", own.New(0).Acquire(canceledContext()), true},
		{"by its own Is", byIsError{context.Canceled}, true},
		{"by its own Is, of a deadline", byIsError{context.DeadlineExceeded}, true},
		{"group, canceled", groupBecauseOf(waitError(nil)), true},
		{"group, with a cause of the user's", groupBecauseOf(errWhy), true},
		{"group, a signal", groupBecauseOf(signal), true},
		{"wrapped", wrap(wrap(context.Canceled)), true},
		{"wrapped group", wrap(groupBecauseOf(signal)), true},
		{"task", taskError(context.Canceled), true},
		{"joined", errors.Join(context.Canceled, taskgroup.ErrStopped, groupBecauseOf(signal)), true},
		{"joined in a join", errors.Join(wrap(errors.Join(context.Canceled)), waitError(errWhy)), true},

		{"a failure", errBoom, false},
		{"time-out", taskgroup.ErrTimeout, false},
		{"wrapped time-out", wrap(taskgroup.ErrTimeout), false},
		{"time-out, joined", errors.Join(context.Canceled, taskgroup.ErrTimeout), false},
		{"task that failed", taskError(errBoom), false},
		{"task that took too long", taskError(taskgroup.ErrTimeout), false},
		{"panic", pe, false},
		{"panic in a task", taskError(pe), false},
		{"late", lateBecauseOf(waitError(nil)), false},
		{"late, wrapped", wrap(lateBecauseOf(nil)), false},
		{"late, of a task", taskError(lateBecauseOf(context.Canceled)), false},
		{"late, inside a cause", groupBecauseOf(wrap(lateBecauseOf(context.Canceled))), false},
		{"late, why a wait ended", waitError(errors.Join(errWhy, lateBecauseOf(nil))), false},
		{"group with a failure", groupOf(errBoom), false},
		{"group, canceled and with a failure", groupBecauseOf(signal, errBoom), false},
		{"group with a canceled task", groupBecauseOf(signal, context.Canceled), false},
		{"joined with a failure", errors.Join(context.Canceled, errBoom), false},
		{"two wrapped, one a failure", fmt.Errorf("%w: %w", context.Canceled, errBoom), false},
		{"Goexit", taskgroup.ErrGoexit, false},
		{"http server closed", http.ErrServerClosed, false},
		{"closed connection", net.ErrClosed, false},
		{"killed", errors.New("signal: killed"), false},
		{"the text alone", errors.New("context canceled"), false},
		{"interrupted system call", syscall.EINTR, false},
		{"read deadline", os.ErrDeadlineExceeded, false},
		{"group without anything", &taskgroup.GroupError{}, false},
		{"by its own Is, of something else", byIsError{fs.ErrNotExist}, false},
	} {
		assert.Equal(t, c.want, taskgroup.Cancelled(c.err), c.name)
		if c.err != nil {
			assert.Equal(t, c.want, taskgroup.Cancelled(wrap(c.err)), "wrapped: "+c.name)
			assert.Equal(t, c.want, taskgroup.Cancelled(errors.Join(context.Canceled, c.err)), "joined: "+c.name)
			assert.Equal(t, c.want, taskgroup.Cancelled(taskError(c.err)), "of a task: "+c.name)
		}
	}
}

func canceledContext() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// What the calls of this package return.
func TestCancelledOfWhatCallsReturn(t *testing.T) {
	testkit.CaptureLog(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errWhy)
	g := taskgroup.New(ctx)
	refused := g.Submit(t.Context(), returns(nil))
	assert.True(t, taskgroup.Cancelled(refused), refused)
	err := g.Wait()
	assert.True(t, taskgroup.Cancelled(err), err)

	err = taskgroup.Run(t.Context(), func(ctx context.Context, g *taskgroup.Group) error {
		begun := make(chan struct{})
		g.Go(func(ctx context.Context) error { close(begun); <-ctx.Done(); return errCleanup })
		<-begun
		g.Cancel(errWhy)
		return untilDone(ctx)
	})
	assert.ErrorIs(t, err, errCleanup)
	assert.False(t, taskgroup.Cancelled(err), err)

	err = taskgroup.Run(t.Context(), func(ctx context.Context, g *taskgroup.Group) error {
		g.Go(untilDone)
		g.Cancel(errWhy)
		return untilDone(ctx)
	})
	assert.True(t, taskgroup.Cancelled(err), err)

	_, err = taskgroup.WaitFor(t.Context(), ms, func(ctx context.Context) (int, error) {
		<-ctx.Done()
		assert.True(t, taskgroup.Cancelled(ctx.Err()))
		assert.True(t, taskgroup.Cancelled(context.Cause(ctx)), "inside, it comes from outside")
		return 0, ctx.Err()
	})
	assert.False(t, taskgroup.Cancelled(err), err)
}

// Errors of package net and net/http that say by their own Is what they are.
func TestCancelledOfNetworkErrors(t *testing.T) {
	canceled := canceledContext()
	_, err := new(net.Dialer).DialContext(canceled, "tcp", "127.0.0.1:1")
	assert.Error(t, err)
	assert.True(t, taskgroup.Cancelled(err), err)
	request, err := http.NewRequestWithContext(canceled, http.MethodGet, "http://127.0.0.1:1", http.NoBody)
	assert.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	if err == nil {
		_ = response.Body.Close()
	}
	assert.Error(t, err)
	assert.True(t, taskgroup.Cancelled(err), err)

	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	assert.NoError(t, server.Config.Close())
	assert.False(t, taskgroup.Cancelled(server.Config.Serve(server.Listener)))
	_ = server.Listener.Close()
}

// hostileError is an error whose methods may be hostile, and that cannot be
// compared.
type hostileError struct {
	list   []int
	is     func() bool
	unwrap func() error
}

func (hostileError) Error() string   { return "hostile" }
func (e hostileError) Is(error) bool { return e.is != nil && e.is() }
func (e hostileError) Unwrap() error { return e.unwrap() }
func (e hostileError) with(f func()) error {
	e.is, e.unwrap = func() bool { f(); return true }, func() error { f(); return context.Canceled }
	return e
}

// severalErrors is a list of errors.
type severalErrors []error

func (severalErrors) Error() string     { return "list" }
func (e severalErrors) Unwrap() []error { return e }

// hostileListError is a list whose Unwrap panics.
type hostileListError struct{}

func (hostileListError) Error() string   { return "list" }
func (hostileListError) Unwrap() []error { panic(errWhy) }

// loopError is an error that unwraps itself.
type loopError struct{}

func (*loopError) Error() string { return "loop" }

func (l *loopError) Unwrap() error { return l }

// listLoopError is a list of itself.
type listLoopError struct{}

func (*listLoopError) Error() string     { return "loop" }
func (l *listLoopError) Unwrap() []error { return []error{context.Canceled, l, l} }

// Hostile errors are no cancellations, and no harm.
func TestCancelledHostileErrors(t *testing.T) {
	var (
		group  *taskgroup.GroupError
		task   *taskgroup.TaskError
		lateOf *taskgroup.LateError
		pe     *taskgroup.PanicError
		signal *taskgroup.SignalError
		path   *fs.PathError
	)
	deep := error(context.Canceled)
	for range 5000 {
		deep = errors.Join(deep)
	}
	wide := error(context.Canceled)
	for range 40 { // 2 to the 40th
		wide = errors.Join(wide, wide)
	}
	for name, err := range map[string]error{
		"nil *GroupError":  group,
		"nil *TaskError":   task,
		"nil *LateError":   lateOf,
		"nil *PanicError":  pe,
		"nil *SignalError": signal,
		"nil *PathError":   path,
		"methods panic":    hostileError{}.with(func() { panic(errWhy) }),
		"a list panics":    hostileListError{},
		"an empty list":    severalErrors{},
		"a list of nil":    severalErrors{nil},
		"a loop":           &loopError{},
		"a loop of lists":  &listLoopError{},
		"a loop, inside":   errors.Join(context.Canceled, &loopError{}),
		"a loop as cause":  groupBecauseOf(&loopError{}),
		"lists as cause":   groupBecauseOf(&listLoopError{}),
		"very deep":        deep,
		"very wide":        wide,
	} {
		assert.False(t, taskgroup.Cancelled(err), name)
		assert.False(t, taskgroup.Cancelled(taskError(err)), name) // a text of wide would have no end
	}
	for name, err := range map[string]error{
		"cannot be compared": hostileError{list: []int{1}, unwrap: func() error { return context.Canceled }},
		"Is panics":          hostileError{is: func() bool { panic(errWhy) }, unwrap: func() error { return context.Canceled }},
		"Unwrap panics, and Is does not": hostileError{
			is:     func() bool { return true },
			unwrap: func() error { panic(errWhy) },
		},
		"a long list": severalErrors(repeat(context.Canceled, 100_000)),
		"a long chain": func() error {
			err := context.Canceled
			for range 5000 {
				err = wrap(err)
			}
			return err
		}(),
	} {
		assert.True(t, taskgroup.Cancelled(err), name)
	}
	assert.True(t, exits(func() { taskgroup.Cancelled(hostileError{}.with(runtime.Goexit)) }), "that is the caller's")
}

func repeat(err error, n int) []error {
	errs := make([]error, n)
	for i := range errs {
		errs[i] = err
	}
	return errs
}
