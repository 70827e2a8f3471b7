package taskgroup_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/taskgroup"
)

// quiet has an error that its text does not show.
type quiet struct{ err error }

func (quiet) Error() string   { return "quiet" }
func (q quiet) Unwrap() error { return q.err }

// empty is a join that holds nothing.
type empty struct{}

func (empty) Error() string   { return "empty" }
func (empty) Unwrap() []error { return nil }

// Tasks: Cancelled: it ended with noise. What counts as that, of a task whose
// context is done, and of one whose context is not. TG-06, R3.
func TestEcho(t *testing.T) {
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
			t.Run(name+", canceled "+endName, func(t *testing.T) {
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
func TestNothingIsAnEchoInALivingTask(t *testing.T) {
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
func TestEchoOfSeveralContexts(t *testing.T) {
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
func TestEchoInAShieldedTask(t *testing.T) {
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
		g.Go(func(context.Context) error { time.Sleep(time.Second); return errBoom }) // when all have been accepted
		g.Go(failAfter(time.Second, errBoom))
		g.Go(failAfter(time.Second, fmt.Errorf("wrapped: %w", errBoom)))
		g.Go(func(ctx context.Context) error { <-ctx.Done(); return context.Cause(ctx) })
		g.Go(func(ctx context.Context) error { <-ctx.Done(); return fmt.Errorf("gave up: %w", context.Cause(ctx)) })
		indexes, _ := failed(g.Wait())
		assert.Equal(t, []int{0, 1, 2}, indexes)
	})
}

// canceledError is an error whose own Is says that it is the end of a context, as
// those of package net do, and that may hold another one.
type canceledError struct{ holds error }

func (canceledError) Error() string        { return "operation was canceled" }
func (e canceledError) Unwrap() error      { return e.holds }
func (canceledError) Is(target error) bool { return target == context.Canceled }

// An error whose own Is says that it is the Err of a context that is done is an
// echo, at each layer; of a context that is not, it is a failure.
func TestAnErrorThatSaysItIsTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, err := range []error{canceledError{}, quiet{canceledError{}}, canceledError{errBoom}, fmt.Errorf("dial: %w", canceledError{})} {
			g := taskgroup.New(t.Context())
			task := taskgroup.Go(g, func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, err })
			synctest.Wait()
			g.Stop()
			assert.NoError(t, g.Wait())
			assert.True(t, task.Cancelled())
			assert.ErrorIs(t, task.Err(), taskgroup.ErrStopped, "the cause is found, too")

			g = taskgroup.New(t.Context())
			g.Go(returns(err))
			_, errs := failed(g.Wait())
			assert.Equal(t, []error{err}, errs)

			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			g = taskgroup.New(ctx)
			g.Go(func(ctx context.Context) error { <-ctx.Done(); return err })
			_, errs = failed(g.Wait())
			assert.Equal(t, []error{err}, errs, "the end was a deadline")
		}
	})
}

// A LateError says that something still runs, and an ErrTimeout is that of a scope
// in the task: neither is an echo, at whatever depth.
func TestWhatIsNeverAnEcho(t *testing.T) {
	still := &taskgroup.LateError{Tasks: []taskgroup.TaskInfo{{Name: "stubborn"}}}
	synctest.Test(t, func(t *testing.T) {
		for _, err := range []error{still, taskgroup.ErrTimeout, &taskgroup.PanicError{Value: context.Canceled}} {
			ended, cancel := context.WithCancelCause(t.Context())
			cancel(err)
			for name, shape := range map[string]error{
				"itself":                     err,
				"wrapped":                    quiet{quiet{err}},
				"joined":                     errors.Join(context.Canceled, err),
				"below one that says so":     canceledError{err},
				"far below":                  canceledError{quiet{errors.Join(context.Canceled, err)}},
				"a task's":                   &taskgroup.TaskError{Err: err},
				"a group's":                  &taskgroup.GroupError{Errors: []*taskgroup.TaskError{{Err: err}}},
				"a group's cause":            &taskgroup.GroupError{Cause: err},
				"a group's causes":           &taskgroup.GroupError{Cause: fmt.Errorf("%w; %w", context.Canceled, err)},
				"the cause of a wait":        taskgroup.Sleep(ended, time.Hour),
				"the cause of a group's end": taskgroup.Run(ended, mainOf(untilDone)),
			} {
				g := taskgroup.New(t.Context())
				task := taskgroup.Go(g, func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, shape })
				synctest.Wait()
				g.Stop()
				_, errs := failed(g.Wait())
				assert.Len(t, errs, 1, "%T: %s", err, name)
				assert.False(t, task.Cancelled(), "%T: %s", err, name)
			}
		}

		// But if it is what has ended the group it is known, and no failure of each
		// task that ends because of it.
		g := taskgroup.New(t.Context())
		g.Go(func(ctx context.Context) error { return taskgroup.Sleep(ctx, time.Hour) })
		g.Go(func(ctx context.Context) error { return taskgroup.Run(ctx, mainOf(untilDone)) })
		synctest.Wait()
		g.Go(returns(still))
		_, errs := failed(g.Wait())
		assert.Equal(t, []error{still}, errs)
	})
}

// A LateError of an inner group is not lost in the outer one, which was ended: as it
// is returned by Run, by Shutdown, and by a group around.
func TestALateErrorOfAnInnerGroup(t *testing.T) {
	stubborn := func(context.Context) error { time.Sleep(time.Hour); return nil }
	inner := func(ctx context.Context) error {
		return taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
			g.Go(stubborn, taskgroup.Named("stubborn"))
			return nil
		}, taskgroup.WithGrace(time.Second))
	}
	for name, task := range map[string]func(ctx context.Context) error{
		"Run": inner,
		"Shutdown": func(ctx context.Context) error {
			g := taskgroup.New(context.WithoutCancel(ctx))
			g.Go(stubborn, taskgroup.Named("stubborn"))
			return g.Shutdown(ctx)
		},
		"a group around": func(ctx context.Context) error {
			return taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error { g.Go(inner); return nil })
		},
		"Gather around": func(ctx context.Context) error {
			_, err := taskgroup.Gather(ctx, taskgroup.NoValue(inner))
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := taskgroup.New(t.Context())
				g.Go(task)
				synctest.Wait()
				g.Stop()
				err := g.Wait()
				var still *taskgroup.LateError
				require.ErrorAs(t, err, &still)
				assert.Equal(t, []string{"stubborn"}, names(still.Tasks))
				time.Sleep(2 * time.Hour) // until it has ended
			})
		})
	}
}

// An ErrTimeout of a scope in a task whose group has a deadline, which is over, too.
func TestATimeoutUnderAnOuterDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		g := taskgroup.New(ctx)
		var inside error
		g.Go(func(ctx context.Context) error {
			_, inside = taskgroup.WaitFor(ctx, time.Millisecond, func(ctx context.Context) (int, error) { return 0, untilDone(ctx) })
			<-ctx.Done()
			return inside
		})
		g.Go(func(ctx context.Context) error { // which runs out of the outer one
			_, err := taskgroup.WaitFor(ctx, time.Hour, func(ctx context.Context) (int, error) { return 0, untilDone(ctx) })
			return err
		})
		err := g.Wait()
		assert.ErrorIs(t, inside, taskgroup.ErrTimeout)
		indexes, errs := failed(err)
		assert.Equal(t, []int{0}, indexes)
		assert.Equal(t, []error{inside}, errs)
		assert.ErrorIs(t, groupError(t, err).Cause, context.DeadlineExceeded)
		assert.NotErrorIs(t, groupError(t, err).Cause, taskgroup.ErrTimeout)
	})
}

// What packages of the standard library return when a context ends, outside of a
// bubble, on the loopback.
func TestEchoesOfTheStandardLibrary(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { assert.NoError(t, listener.Close()) }()
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}))
	defer server.Close()
	defer close(release)

	get := func(ctx context.Context, client *http.Client) error {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL, http.NoBody)
		require.NoError(t, err)
		response, err := client.Do(request)
		if err == nil {
			_, err = io.Copy(io.Discard, response.Body)
			_ = response.Body.Close()
		}
		return err
	}
	tasks := map[string]struct {
		fn                 func(ctx context.Context) error
		canceled, deadline bool // an echo of that
	}{
		"dial": {func(ctx context.Context) error {
			<-ctx.Done()
			_, err := (&net.Dialer{}).DialContext(ctx, "tcp", listener.Addr().String())
			return err
		}, true, true},
		"dial, wrapped": {func(ctx context.Context) error {
			<-ctx.Done()
			_, err := (&net.Dialer{}).DialContext(ctx, "tcp", listener.Addr().String())
			return fmt.Errorf("connect: %w", err)
		}, true, true},
		"http": {func(ctx context.Context) error { return get(ctx, http.DefaultClient) }, true, true},
		"http.Client.Timeout": {func(ctx context.Context) error {
			err := get(context.WithoutCancel(ctx), &http.Client{Timeout: time.Millisecond})
			<-ctx.Done()
			return err
		}, false, true}, // its own Is says that it is a DeadlineExceeded
		"a read's deadline": {func(ctx context.Context) error {
			conn, err := net.Dial("tcp", listener.Addr().String())
			require.NoError(t, err)
			defer func() { _ = conn.Close() }()
			<-ctx.Done()
			require.NoError(t, conn.SetReadDeadline(time.Unix(1, 0)))
			_, err = conn.Read(make([]byte, 1))
			return err
		}, false, false}, // os.ErrDeadlineExceeded is no context's: see Interruptible
		"os.ErrDeadlineExceeded": {func(ctx context.Context) error { <-ctx.Done(); return os.ErrDeadlineExceeded }, false, false},
		"a file": {func(ctx context.Context) error {
			<-ctx.Done()
			return &fs.PathError{Op: "open", Path: "x", Err: fs.ErrNotExist}
		}, false, false},
		"net.ErrClosed": {func(ctx context.Context) error { <-ctx.Done(); return net.ErrClosed }, false, false},
	}
	for name, c := range tasks {
		t.Run(name, func(t *testing.T) {
			g := taskgroup.New(context.Background())
			task := taskgroup.Go(g, taskgroup.NoValue(c.fn))
			g.Stop()
			_, errs := failed(g.Wait())
			assert.Equal(t, c.canceled, len(errs) == 0, "%v", errs)
			assert.Equal(t, c.canceled, task.Cancelled())
			if c.canceled {
				assert.ErrorIs(t, task.Err(), taskgroup.ErrStopped)
			}

			ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
			defer cancel()
			g = taskgroup.New(ctx)
			g.Go(c.fn)
			err := g.Wait()
			_, errs = failed(err)
			assert.Equal(t, c.deadline, len(errs) == 0, "%v", errs)
			assert.ErrorIs(t, groupError(t, err).Cause, context.DeadlineExceeded)

			// In a scope of its own the same is a timeout and no failure.
			expired, err := taskgroup.MoveOnAfter(context.Background(), time.Millisecond, c.fn)
			assert.True(t, expired)
			assert.Equal(t, c.deadline, err == nil, "%v", err)
		})
	}
}

// The cause of a canceled task is in its error by every way to get that, also if
// the function has returned the bare ctx.Err().
func TestTheCauseIsInTheErrorOfATask(t *testing.T) {
	for name, cancel := range map[string]func(g *taskgroup.Group, task *taskgroup.Task[int]){
		"its Cancel":      func(_ *taskgroup.Group, task *taskgroup.Task[int]) { task.Cancel(errWhy) },
		"the group's":     func(g *taskgroup.Group, _ *taskgroup.Task[int]) { g.Cancel(errWhy) },
		"another failure": func(g *taskgroup.Group, _ *taskgroup.Task[int]) { g.Go(returns(errWhy)) },
	} {
		for shapeName, shape := range map[string]func(ctx context.Context) error{
			"Err":          context.Context.Err,
			"Err, wrapped": func(ctx context.Context) error { return fmt.Errorf("gave up: %w", ctx.Err()) },
			"Cause":        context.Cause,
			"a wait":       func(ctx context.Context) error { return taskgroup.Sleep(ctx, 1) },
		} {
			t.Run(name+", "+shapeName, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					g := taskgroup.New(t.Context())
					task := taskgroup.Go(g, func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, shape(ctx) })
					synctest.Wait()
					cancel(g, task)
					_, err := task.Wait(t.Context())
					for _, err := range []error{err, task.Err(), resultErr(task)} {
						assert.ErrorIs(t, err, errWhy)
						if shapeName != "Cause" {
							assert.ErrorIs(t, err, context.Canceled)
						}
						if shapeName == "Err, wrapped" {
							assert.ErrorContains(t, err, "gave up: context canceled")
						}
					}
					assert.True(t, task.Cancelled())
					_ = g.Wait()
				})
			})
		}
	}
}

func resultErr[T any](task *taskgroup.Task[T]) error {
	_, err := task.Result()
	return err
}
