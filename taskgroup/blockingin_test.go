package taskgroup_test

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"golang.org/x/sync/semaphore"

	"example.com/asyncgo/internal/test/testkit"
	own "example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

// countingLimiter grants everything and counts.
type countingLimiter struct {
	taken, given atomic.Int64
	acquire      func(ctx context.Context) error // instead
	release      func()                          // as well
}

func (l *countingLimiter) AcquireN(ctx context.Context, n int) error {
	if l.acquire != nil {
		if err := l.acquire(ctx); err != nil {
			return err
		}
	}
	l.taken.Add(int64(n))
	return nil
}

func (l *countingLimiter) TryAcquireN(n int) bool { l.taken.Add(int64(n)); return true }

func (l *countingLimiter) ReleaseN(n int) {
	l.given.Add(int64(n))
	if l.release != nil {
		l.release()
	}
}

func (l *countingLimiter) assertAllBack(t *testing.T, n int64) {
	t.Helper()
	assert.Equal(t, n, l.taken.Load(), "taken")
	assert.Equal(t, n, l.given.Load(), "given back")
}

// xsyncLimiter is x/sync's semaphore as a Limiter.
type xsyncLimiter struct{ *semaphore.Weighted }

func (l xsyncLimiter) AcquireN(ctx context.Context, n int) error { return l.Acquire(ctx, int64(n)) }
func (l xsyncLimiter) TryAcquireN(n int) bool                    { return l.TryAcquire(int64(n)) }
func (l xsyncLimiter) ReleaseN(n int)                            { l.Release(int64(n)) }

// The result is fn's, and the unit is back before it is returned.
func TestBlockingInReturnsTheResult(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := own.New(1)
		for _, want := range []error{nil, errOwn} {
			v, err := taskgroup.BlockingIn(t.Context(), s, func() (int, error) {
				assert.False(t, s.TryAcquire(), "one unit")
				time.Sleep(ms)
				return 42, want
			})
			assert.Equal(t, want, err)
			assert.Equal(t, 42, v)
			assert.True(t, s.TryAcquire(), "it is back")
			s.Release()
		}
	})
}

// At most as many run as there are units, and calls wait in order of arrival.
func TestBlockingInBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := own.New(3)
		var running, most atomic.Int64
		var order trace
		var calls sync.WaitGroup
		for i := range 12 {
			calls.Go(func() {
				_, err := taskgroup.BlockingIn(t.Context(), s, func() (int, error) {
					most.Store(max(most.Load(), running.Add(1)))
					defer running.Add(-1)
					order.add(string(rune('a' + i/3)))
					time.Sleep(time.Second)
					return 0, nil
				})
				assert.NoError(t, err)
			})
			synctest.Wait()
		}
		begin := time.Now()
		calls.Wait()
		assert.EqualValues(t, 3, most.Load())
		assert.Equal(t, 4*time.Second, time.Since(begin))
		assert.Equal(t, []string{"a", "a", "a", "b", "b", "b", "c", "c", "c", "d", "d", "d"}, order.all())
	})
}

// The unit is given back when the call has really ended, not when the caller
// gives up.
func TestBlockingInKeepsTheUnitOfALateCall(t *testing.T) {
	log := testkit.CaptureLog(t)
	synctest.Test(t, func(t *testing.T) {
		s := own.New(1)
		ctx, cancel := context.WithTimeout(t.Context(), 2*ms)
		defer cancel()
		begin := time.Now()
		v, err := taskgroup.BlockingIn(ctx, s, func() (string, error) {
			time.Sleep(5 * ms)
			return "late value", nil
		})
		assert.Equal(t, 2*ms, time.Since(begin))
		assert.EqualError(t, err, "taskgroup: BlockingIn: context deadline exceeded")
		assert.Empty(t, v)
		assert.False(t, s.TryAcquire())
		_, err = taskgroup.BlockingIn(t.Context(), s, func() (int, error) { return 1, nil })
		assert.NoError(t, err)
		assert.Equal(t, 5*ms, time.Since(begin), "it has waited for the late call")
	})
	assert.Contains(t, log.String(), "level=DEBUG")
	assert.Contains(t, log.String(), "late value")
}

// Rule 2: with a context that is done nothing is taken and fn is not called.
func TestBlockingInDoneContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errWhy)
	var l countingLimiter
	_, err := taskgroup.BlockingIn(ctx, &l, func() (int, error) { assert.Fail(t, "called"); return 0, nil })
	assert.ErrorIs(t, err, errWhy)
	assert.ErrorIs(t, err, context.Canceled)
	l.assertAllBack(t, 0)
}

// Rule 4: the end of ctx while the call waits for a unit, also if the limiter
// tells only half of it.
func TestBlockingInWaitsUnderItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, l := range map[string]taskgroup.Limiter{"own": own.New(1), "x/sync": xsyncLimiter{semaphore.NewWeighted(1)}} {
			assert.True(t, l.TryAcquireN(1))
			ctx, cancel := context.WithTimeoutCause(t.Context(), ms, errWhy)
			_, err := taskgroup.BlockingIn(ctx, l, func() (int, error) { assert.Fail(t, "called"); return 0, nil })
			assert.ErrorIs(t, err, context.DeadlineExceeded, name)
			assert.ErrorIs(t, err, errWhy, name)
			assert.EqualError(t, err, "taskgroup: BlockingIn: context deadline exceeded: why", name)
			cancel()
			l.ReleaseN(1)
			assert.True(t, l.TryAcquireN(1), "nothing was kept")
		}
	})
}

// An error of the limiter is returned as it is, also when ctx is done then.
func TestBlockingInErrorOfTheLimiter(t *testing.T) {
	s := own.New(0)
	s.Close()
	called := func() (int, error) { assert.Fail(t, "called"); return 0, nil }
	_, err := taskgroup.BlockingIn(t.Context(), s, called)
	assert.Equal(t, own.ErrClosed, err)
	ctx, cancel := context.WithCancel(t.Context())
	l := countingLimiter{acquire: func(context.Context) error { cancel(); return errOwn }}
	_, err = taskgroup.BlockingIn(ctx, &l, called)
	assert.Same(t, errOwn, err)
	l.assertAllBack(t, 0)
}

// Rule 3: of a unit and a cancellation at once the cancellation wins, and the
// unit goes to the next.
func TestBlockingInTieWithItsUnit(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	l := countingLimiter{acquire: func(context.Context) error { cancel(); return nil }}
	_, err := taskgroup.BlockingIn(ctx, &l, func() (int, error) { assert.Fail(t, "called"); return 0, nil })
	assert.ErrorIs(t, err, context.Canceled)
	l.assertAllBack(t, 1)

	for _, canceledFirst := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			s := own.New(1)
			assert.True(t, s.TryAcquire())
			ctx, cancel := context.WithCancel(t.Context())
			var err error
			called := false
			go func() {
				_, err = taskgroup.BlockingIn(ctx, s, func() (int, error) { called = true; return 0, nil })
			}()
			synctest.Wait()
			if canceledFirst {
				cancel()
				s.Release()
			} else {
				s.Release()
				cancel()
			}
			synctest.Wait()
			if canceledFirst || err != nil { // the call may have begun before the cancellation
				assert.ErrorIs(t, err, context.Canceled)
			}
			if canceledFirst {
				assert.False(t, called)
			}
			assert.True(t, s.TryAcquire(), "the unit is back")
		})
	}
}

// Rule 3: of fn's return and the end of ctx at once, each result is returned or
// dropped, and each unit is given back once.
func TestBlockingInTieWithItsResult(t *testing.T) {
	testkit.CaptureLog(t)
	synctest.Test(t, func(t *testing.T) {
		var l countingLimiter
		for range 200 {
			ctx, cancel := context.WithCancel(t.Context())
			v, err := taskgroup.BlockingIn(ctx, &l, func() (int, error) { cancel(); return 42, nil })
			if err == nil {
				assert.Equal(t, 42, v)
			} else {
				assert.ErrorIs(t, err, context.Canceled)
			}
		}
		synctest.Wait()
		l.assertAllBack(t, 200)
	})
}

// Rule 8: a panic and a Goexit in fn give the unit back, and pass on as those of
// Blocking do.
func TestBlockingInPanics(t *testing.T) {
	log := testkit.CaptureLog(t)
	var l countingLimiter
	pe := raisedPanic(t, func() {
		_, _ = taskgroup.BlockingIn(t.Context(), &l, func() (int, error) { panicking("boom"); return 0, nil })
	})
	assert.Equal(t, "boom", pe.Value)
	assert.Contains(t, string(pe.Stack), "taskgroup_test.panicking")
	assert.Contains(t, log.String(), "boom")
	l.assertAllBack(t, 1)

	_, err := taskgroup.BlockingIn(t.Context(), &l, func() (int, error) { runtime.Goexit(); return 0, nil })
	assert.ErrorIs(t, err, taskgroup.ErrGoexit)
	l.assertAllBack(t, 2)
}

// A limiter that does not return: what it does on the caller's goroutine passes
// through, what it does when it takes the unit back is raised like fn's panic.
func TestBlockingInHostileLimiter(t *testing.T) {
	testkit.CaptureLog(t)
	fn := func() (int, error) { return 1, nil }
	l := countingLimiter{acquire: func(context.Context) error { panic(errBoom) }}
	assert.Equal(t, errBoom, testkit.Raised(func() { _, _ = taskgroup.BlockingIn(t.Context(), &l, fn) }))
	l.acquire = func(context.Context) error { runtime.Goexit(); return nil }
	assert.True(t, exits(func() { _, _ = taskgroup.BlockingIn(t.Context(), &l, fn) }))
	l.acquire, l.release = nil, func() { panic(errBoom) }
	pe := raisedPanic(t, func() { _, _ = taskgroup.BlockingIn(t.Context(), &l, fn) })
	assert.Equal(t, errBoom, pe.Value)
	l.release = runtime.Goexit
	_, err := taskgroup.BlockingIn(t.Context(), &l, fn)
	assert.ErrorIs(t, err, taskgroup.ErrGoexit)
}

// A context that panics after the unit was taken loses no unit.
func TestBlockingInContextThatPanics(t *testing.T) {
	calls := 0
	ctx := &testkit.Context{OnValue: testkit.NoValues, OnErr: func() error {
		if calls++; calls > 1 {
			panic(errWhy)
		}
		return nil
	}}
	var l countingLimiter
	assert.Equal(t, errWhy, testkit.Raised(func() {
		_, _ = taskgroup.BlockingIn(ctx, &l, func() (int, error) { assert.Fail(t, "called"); return 0, nil })
	}))
	l.assertAllBack(t, 1)
}

// A panic in whose text is a Goexit is raised all the same.
func TestBlockingPanicWhoseTextEndsTheGoroutine(t *testing.T) {
	testkit.CaptureLog(t)
	var l countingLimiter
	for name, call := range map[string]func(){
		"Blocking": func() { _, _ = taskgroup.Blocking(t.Context(), func() (int, error) { panic(exitingText{}) }) },
		"BlockingIn": func() {
			_, _ = taskgroup.BlockingIn(t.Context(), &l, func() (int, error) { panic(exitingText{}) })
		},
	} {
		assert.Equal(t, exitingText{}, raisedPanic(t, call).Value, name)
	}
	l.assertAllBack(t, 1)
}

// exitingText ends the goroutine that prints it.
type exitingText struct{}

func (exitingText) String() string { runtime.Goexit(); return "" }

// Rule 9.
func TestBlockingInMisuse(t *testing.T) {
	var l countingLimiter
	assertMisuse(t, func() { _, _ = taskgroup.BlockingIn[int](t.Context(), &l, nil) })
	assertMisuse(t, func() { _, _ = taskgroup.BlockingIn(t.Context(), nil, func() (int, error) { return 0, nil }) })
	l.assertAllBack(t, 0)
}

func init() {
	children["late panic in BlockingIn"] = func() {
		ctx, cancel := context.WithCancel(context.Background())
		left := make(chan struct{})
		var l countingLimiter
		l.release = func() { println("given back") }
		_, _ = taskgroup.BlockingIn(ctx, &l, func() (int, error) {
			cancel()
			<-left
			panicking("too late")
			return 0, nil
		})
		close(left)
		select {}
	}
}

func TestBlockingInLatePanicCrashes(t *testing.T) {
	output, ok := inChild(t, "late panic in BlockingIn")
	assert.False(t, ok)
	assert.Contains(t, output, "given back")
	assert.Contains(t, output, "a task panicked", "reported")
	assert.Contains(t, output, "panic: too late")
	assert.Contains(t, output, "taskgroup_test.panicking", "its own stack")
}

// Rule 12: the end of a call happens before the function that gets its unit; and
// conservation.
func TestBlockingInStress(t *testing.T) {
	testkit.CaptureLog(t)
	s := own.New(1)
	var returned, left atomic.Int64
	var all sync.WaitGroup
	plain := 0 // guarded by the unit
	const n = 1000
	for i := range n {
		all.Go(func() {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if i%2 == 0 {
				go cancel()
			}
			_, err := taskgroup.BlockingIn(ctx, s, func() (int, error) { plain++; return plain, nil })
			if err == nil {
				returned.Add(1)
			} else if assert.ErrorIs(t, err, context.Canceled) {
				left.Add(1)
			}
		})
	}
	all.Wait()
	assert.NoError(t, s.Acquire(t.Context()))
	assert.EqualValues(t, n, returned.Load()+left.Load())
	assert.GreaterOrEqual(t, int64(plain), returned.Load())
}
