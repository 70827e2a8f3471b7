package taskgroup_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/taskgroup"
)

// BT-03: what the function returns passes through.
func TestBlockingReturnsTheResult(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, err := taskgroup.Blocking(t.Context(), func() (int, error) {
			time.Sleep(ms)
			return 42, nil
		})
		assert.NoError(t, err)
		assert.Equal(t, 42, v)
		v, err = taskgroup.Blocking(context.Background(), func() (int, error) { return 7, errOwn })
		assert.Same(t, errOwn, err)
		assert.Equal(t, 7, v)
	})
}

// BT-02, H48: it returns when ctx ends; the call goes on by itself, and its
// result goes to slog at debug level.
func TestBlockingLeaves(t *testing.T) {
	log := testkit.CaptureLog(t)
	synctest.Test(t, func(t *testing.T) {
		why := errors.New("why")
		ctx, cancel := context.WithTimeoutCause(t.Context(), 2*ms, why)
		defer cancel()
		begin := time.Now()
		var ended atomic.Bool
		v, err := taskgroup.Blocking(ctx, func() (string, error) {
			time.Sleep(5 * ms)
			ended.Store(true)
			return "late value", errOwn
		})
		assert.Equal(t, 2*ms, time.Since(begin))
		assert.Empty(t, v)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.ErrorIs(t, err, why)
		assert.NotErrorIs(t, err, taskgroup.ErrTimeout)
		assert.False(t, ended.Load())
		assert.Empty(t, log.String())
		time.Sleep(5 * ms)
		assert.True(t, ended.Load())
	})
	assert.Contains(t, log.String(), "level=DEBUG")
	assert.Contains(t, log.String(), "late value")
	assert.Contains(t, log.String(), errOwn.Error())
}

// A late Goexit is a late error like another.
func TestBlockingLateGoexit(t *testing.T) {
	log := testkit.CaptureLog(t)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), ms)
		defer cancel()
		_, err := taskgroup.Blocking(ctx, func() (int, error) {
			time.Sleep(2 * ms)
			runtime.Goexit()
			return 0, nil
		})
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		time.Sleep(2 * ms)
	})
	assert.Contains(t, log.String(), taskgroup.ErrGoexit.Error())
}

// Rule 2: it is not called if ctx is done.
func TestBlockingDoneContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := taskgroup.Blocking(ctx, func() (int, error) {
		assert.Fail(t, "called")
		return 0, nil
	})
	assert.ErrorIs(t, err, context.Canceled)
}

// Rule 9: a nil function panics.
func TestBlockingNilIsMisuse(t *testing.T) {
	assertMisuse(t, func() { _, _ = taskgroup.Blocking[int](t.Context(), nil) })
}

// Rule 3: when the function returns and ctx ends at the same moment, the result
// is returned or goes to slog: never both, never neither.
func TestBlockingTie(t *testing.T) {
	log := testkit.CaptureLog(t)
	const n = 500
	returned := 0
	for range n {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			v, err := taskgroup.Blocking(ctx, func() (int, error) {
				cancel()
				return 42, nil
			})
			if err == nil {
				assert.Equal(t, 42, v)
				returned++
				return
			}
			assert.ErrorIs(t, err, context.Canceled)
			assert.Zero(t, v)
		})
	}
	assert.Equal(t, n, returned+strings.Count(log.String(), "value=42"))
}

// Rule 8: a panic is raised in the caller, with the stack of the function, and
// reported.
func TestBlockingPanics(t *testing.T) {
	log := testkit.CaptureLog(t)
	for _, value := range []any{errOwn, "boom", nil} {
		func() {
			defer func() {
				pe, ok := recover().(*taskgroup.PanicError)
				require.True(t, ok)
				if value == nil {
					assert.IsType(t, &runtime.PanicNilError{}, pe.Value)
				} else {
					assert.Equal(t, value, pe.Value)
				}
				assert.Contains(t, string(pe.Stack), "taskgroup_test.panicking")
				assert.NoError(t, pe.Others)
			}()
			_, _ = taskgroup.Blocking(t.Context(), func() (int, error) {
				panicking(value)
				return 0, nil
			})
			assert.Fail(t, "the panic was swallowed")
		}()
	}
	assert.Contains(t, log.String(), "level=ERROR")
	assert.Contains(t, log.String(), "boom")
}

// A panic belongs to the task that called.
func TestBlockingPanicNamesTheTask(t *testing.T) {
	testkit.CaptureLog(t)
	task := taskgroup.Start(t.Context(), func(ctx context.Context) (taskgroup.TaskInfo, error) {
		var info taskgroup.TaskInfo
		func() {
			defer func() {
				pe, _ := recover().(*taskgroup.PanicError)
				info = pe.Task
			}()
			_, _ = taskgroup.Blocking(ctx, func() (int, error) { panic("boom") })
		}()
		return info, nil
	}, taskgroup.Named("caller"))
	info, err := task.Wait(t.Context())
	assert.NoError(t, err)
	assert.Equal(t, "caller", info.Name)
}

// A *PanicError that comes from a join within the function has been reported
// there; it is raised as it is.
func TestBlockingPassesAPanicErrorOn(t *testing.T) {
	log := testkit.CaptureLog(t)
	inner := &taskgroup.PanicError{Value: "inner"}
	defer func() {
		assert.Same(t, inner, recover())
		assert.Empty(t, log.String())
	}()
	_, _ = taskgroup.Blocking(t.Context(), func() (int, error) { panic(inner) })
}

// H47: a function that calls Goexit does not hang its caller.
func TestBlockingGoexit(t *testing.T) {
	_, err := taskgroup.Blocking(t.Context(), func() (int, error) {
		runtime.Goexit()
		return 0, nil
	})
	assert.ErrorIs(t, err, taskgroup.ErrGoexit)
}

func init() {
	children["late panic in Blocking"] = func() {
		ctx, cancel := context.WithCancel(context.Background())
		left := make(chan struct{})
		_, _ = taskgroup.Blocking(ctx, func() (int, error) {
			cancel()
			<-left
			panicking("too late")
			return 0, nil
		})
		close(left)
		select {}
	}
}

// A late panic is reported, and ends the process on the function's own stack.
func TestBlockingLatePanicCrashes(t *testing.T) {
	output, ok := inChild(t, "late panic in Blocking")
	assert.False(t, ok)
	assert.Contains(t, output, "a task panicked", "reported")
	assert.Contains(t, output, "panic: too late")
	assert.Contains(t, output, "taskgroup_test.panicking", "its own stack")
}

// Rule 12, and conservation: each result is returned or, if late, dropped.
func TestBlockingStress(t *testing.T) {
	testkit.CaptureLog(t)
	var returned, left atomic.Int64
	var all sync.WaitGroup
	const n = 2000
	for i := range n {
		all.Go(func() {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if i%2 == 0 {
				go cancel()
			}
			var plain int
			v, err := taskgroup.Blocking(ctx, func() (*int, error) {
				plain = i
				return &plain, nil
			})
			if err == nil {
				assert.Equal(t, i, *v)
				returned.Add(1)
			} else {
				assert.ErrorIs(t, err, context.Canceled)
				left.Add(1)
				assert.Nil(t, v)
			}
		})
	}
	all.Wait()
	assert.EqualValues(t, n, returned.Load()+left.Load())
}
