package taskgroup_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/taskgroup"
)

// GoReady: returns when the task calls ready(v); the task runs on. P-58.
func TestGoReady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context())
		begun := time.Now()
		ctx, cancel := context.WithCancel(t.Context())
		ended := false
		v, err := taskgroup.GoReady(ctx, g, func(ctx context.Context, ready func(string)) error {
			info, ok := taskgroup.Current(ctx)
			assert.True(t, ok)
			assert.Equal(t, "server", info.Name)
			time.Sleep(time.Second)
			ready("address")
			ready("later calls do nothing")
			err := sleep(ctx, time.Minute)
			ended = true
			return err
		}, taskgroup.Named("server"))
		require.NoError(t, err)
		assert.Equal(t, "address", v)
		assert.Equal(t, time.Second, time.Since(begun))
		assert.Equal(t, []string{"server"}, names(g.Tasks()))
		cancel() // it bounded the start only
		assert.NoError(t, g.Wait())
		assert.True(t, ended)
	})
}

// GoReady: an end before that is the caller's error alone; nil: ErrNotReady.
func TestGoReadyThatEndsTooSoon(t *testing.T) {
	for name, c := range map[string]struct {
		end  func() error
		want error
	}{
		"an error": {func() error { return errBoom }, errBoom},
		"nil":      {func() error { return nil }, taskgroup.ErrNotReady},
		"Goexit":   {func() error { runtime.Goexit(); return nil }, taskgroup.ErrGoexit},
		"panic":    {func() error { panic(errBoom) }, errBoom},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				reports := testkit.CaptureLog(t)
				handled := 0
				g := taskgroup.New(t.Context(), taskgroup.WithLimit(1), taskgroup.WithErrorHandler(
					func(context.Context, taskgroup.TaskInfo, error) { handled++ }))
				late := make(chan func(int), 1)
				v, err := taskgroup.GoReady(t.Context(), g, func(_ context.Context, ready func(int)) error {
					late <- ready
					time.Sleep(time.Second)
					return c.end()
				}, taskgroup.Named("hasty"))
				assert.Zero(t, v)
				assert.ErrorIs(t, err, c.want)
				if name == "panic" {
					pe, ok := errors.AsType[*taskgroup.PanicError](err)
					require.True(t, ok)
					assert.Equal(t, "hasty", pe.Task.Name)
					assert.Contains(t, string(pe.Stack), "TestGoReadyThatEndsTooSoon")
				} else {
					assert.Equal(t, c.want, err)
				}
				(<-late)(42) // too late
				assert.NoError(t, g.Context().Err(), "the group goes on")
				assert.True(t, g.Go(returns(nil)), "and has its room back")
				assert.NoError(t, g.Wait())
				assert.Zero(t, handled)
				assert.Empty(t, reports.Take())
			})
		})
	}
}

// GoReady: a failure after ready is the group's, a panic too.
func TestGoReadyThatFailsLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reports := testkit.CaptureLog(t)
		g := taskgroup.New(t.Context())
		v, err := taskgroup.GoReady(t.Context(), g, func(_ context.Context, ready func(int)) error {
			ready(42)
			return errBoom
		})
		assert.NoError(t, err)
		assert.Equal(t, 42, v)
		_, errs := failed(g.Wait())
		assert.Equal(t, []error{errBoom}, errs)
		assertCause(g.Context(), t, errBoom)

		g = taskgroup.New(t.Context())
		_, err = taskgroup.GoReady(t.Context(), g, func(_ context.Context, ready func(int)) error {
			ready(42)
			panic("raised")
		})
		assert.NoError(t, err)
		assert.Equal(t, "raised", raisedPanic(t, func() { _ = g.Wait() }).Value)
		assert.Len(t, reports.Take(), 1)
	})
}

// GoReady: ctx's end before that cancels the task, joins it, rule 4's error.
func TestGoReadyGivesUp(t *testing.T) {
	for name, c := range map[string]struct {
		end  func(ctx context.Context) error
		also error
	}{
		"it obeys":            {context.Cause, nil},
		"it returns nil":      {func(context.Context) error { return nil }, nil},
		"it fails":            {func(context.Context) error { return errCleanup }, errCleanup},
		"it panics":           {func(context.Context) error { panic(errCleanup) }, errCleanup},
		"it ends with Goexit": {func(context.Context) error { runtime.Goexit(); return nil }, taskgroup.ErrGoexit},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				testkit.CaptureLog(t)
				g := taskgroup.New(t.Context())
				ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errWhy)
				defer cancel()
				begun := time.Now()
				v, err := taskgroup.GoReady(ctx, g, func(ctx context.Context, ready func(int)) error {
					<-ctx.Done()
					assert.Equal(t, errWhy, context.Cause(ctx))
					time.Sleep(time.Second)
					defer ready(42) // too late
					return c.end(ctx)
				})
				assert.Equal(t, 2*time.Second, time.Since(begun), "joined")
				assert.Zero(t, v)
				assert.ErrorIs(t, err, errWhy)
				assert.ErrorIs(t, err, context.DeadlineExceeded)
				if c.also != nil {
					assert.ErrorIs(t, err, c.also)
				} else {
					assert.EqualError(t, err, "taskgroup: GoReady: context deadline exceeded: why")
				}
				assert.NoError(t, g.Context().Err())
				assert.NoError(t, g.Wait())
			})
		})
	}
}

// Rule 3: ready and the end of ctx at once: a delivery wins.
func TestReadyAndTheEndOfTheContextAtOnce(t *testing.T) {
	for _, cancelFirst := range []bool{false, true} {
		for range 100 {
			synctest.Test(t, func(t *testing.T) {
				g := taskgroup.New(t.Context())
				ctx, cancel := context.WithCancel(t.Context())
				v, err := taskgroup.GoReady(ctx, g, func(ctx context.Context, ready func(int)) error {
					time.Sleep(time.Second)
					if cancelFirst {
						cancel()
						ready(42)
					} else {
						ready(42)
						cancel()
					}
					return sleep(ctx, time.Second)
				})
				if !cancelFirst {
					assert.NoError(t, err)
				}
				if err == nil {
					assert.Equal(t, 42, v)
				} else {
					assert.ErrorIs(t, err, context.Canceled)
				}
				assert.NoError(t, g.Wait())
			})
		}
	}
}

// GoReady: ready and the end of the task at once: ready was first.
func TestReadyAndTheEndAtOnce(t *testing.T) {
	for range 1000 {
		g := taskgroup.New(t.Context())
		v, err := taskgroup.GoReady(t.Context(), g, func(_ context.Context, ready func(int)) error {
			ready(42)
			return nil
		})
		require.NoError(t, err)
		require.Equal(t, 42, v)
		require.NoError(t, g.Wait())
	}
}

// GoReady: only the first call of ready counts, from whichever goroutine.
func TestReadyIsCalledFromSeveralGoroutines(t *testing.T) {
	for range 100 {
		g := taskgroup.New(t.Context())
		v, err := taskgroup.GoReady(t.Context(), g, func(_ context.Context, ready func(int)) error {
			var callers sync.WaitGroup
			for range 4 {
				callers.Go(func() { ready(42) })
			}
			callers.Wait()
			return nil
		})
		assert.NoError(t, err)
		assert.Equal(t, 42, v)
		assert.NoError(t, g.Wait())
	}
}

// GoReady: the group's end before ready.
func TestGoReadyAndTheEndOfTheGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context(), taskgroup.WithLimit(1), taskgroup.WithBacklog(1))
		var callers sync.WaitGroup
		for range 3 { // running, in the backlog, waiting for a place in it
			callers.Go(func() {
				_, err := taskgroup.GoReady(t.Context(), g, func(ctx context.Context, _ func(int)) error { return untilDone(ctx) })
				assert.ErrorIs(t, err, context.Canceled)
			})
			synctest.Wait()
		}
		g.Cancel(nil)
		callers.Wait()
		assert.Equal(t, context.Canceled, groupError(t, g.Wait()).Cause)
	})
}

// GoReady waits for room like Submit, with its context.
func TestGoReadyWaitsForRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, backlog := range []int{0, 1} {
			g := taskgroup.New(t.Context(), taskgroup.WithLimit(1), taskgroup.WithBacklog(backlog))
			g.Go(untilDone)
			ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errWhy)
			begun := time.Now()
			_, err := taskgroup.GoReady(ctx, g, func(context.Context, func(int)) error { panic("it runs") })
			assert.ErrorIs(t, err, errWhy)
			assert.Equal(t, time.Second, time.Since(begun))
			cancel()
			g.Stop()
			assert.NoError(t, g.Wait())
		}
	})
}

// Rule 12: ready(v) → GoReady. The race detector is the judge.
func TestReadyHappensBeforeTheReturn(t *testing.T) {
	for range 200 {
		shared := 0
		g := taskgroup.New(t.Context())
		v, err := taskgroup.GoReady(t.Context(), g, func(_ context.Context, ready func(*int)) error {
			shared++
			ready(&shared)
			return nil
		})
		assert.NoError(t, err)
		assert.Equal(t, 1, *v)
		assert.NoError(t, g.Wait())
	}
}

// GoReady: ready, called by another goroutine, and a failure at once: the failure is
// the caller's or the group's, always one of them.
func TestReadyAndAFailureAtOnce(t *testing.T) {
	for range times(20_000) {
		g := taskgroup.New(t.Context())
		v, err := taskgroup.GoReady(t.Context(), g, func(_ context.Context, ready func(int)) error {
			go ready(42)
			return errBoom
		})
		if err == nil {
			require.Equal(t, 42, v)
			require.ErrorIs(t, g.Wait(), errBoom)
		} else {
			require.Equal(t, errBoom, err)
			require.NoError(t, g.Wait())
		}
	}
}
