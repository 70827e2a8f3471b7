package taskgroup_test

import (
	"context"
	"io"
	"net"
	"os"
	"runtime"
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

var aLongTimeAgo = time.Unix(1, 0)

// A read on a connection returns when its deadline is set to the past, and the
// error is that of the context, not the connection's.
func TestInterruptibleRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there := net.Pipe()
		defer func() { assert.NoError(t, here.Close()); assert.NoError(t, there.Close()) }()
		read := func(ctx context.Context, buf []byte) (int, error) {
			return taskgroup.Interruptible(ctx, func() { assert.NoError(t, here.SetReadDeadline(aLongTimeAgo)) },
				func() (int, error) { return io.ReadFull(here, buf) })
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(ms, func() { _, _ = there.Write([]byte("abc")) })
		time.AfterFunc(2*ms, func() { cancel(errWhy) })
		begin := time.Now()
		n, err := read(ctx, make([]byte, 5))
		assert.Equal(t, 3, n, "a value that comes with an error is passed on")
		assert.ErrorIs(t, err, context.Canceled)
		assert.ErrorIs(t, err, errWhy)
		assert.NotErrorIs(t, err, os.ErrDeadlineExceeded, "it is what the interruption did")
		assert.EqualError(t, err, "taskgroup: Interruptible: context canceled: why")
		assert.Equal(t, 2*ms, time.Since(begin))

		// The interruption is over: the connection can be used again.
		assert.NoError(t, here.SetReadDeadline(time.Time{}))
		time.AfterFunc(ms, func() { _, _ = there.Write([]byte("defgh")) })
		buf := make([]byte, 5)
		n, err = read(t.Context(), buf)
		assert.NoError(t, err)
		assert.Equal(t, 5, n)
		assert.Equal(t, "defgh", string(buf))

		_, err = taskgroup.Interruptible(t.Context(), func() { assert.Fail(t, "called") }, func() (int, error) { return 7, errOwn })
		assert.Same(t, errOwn, err)
	})
}

// Accept and Read return when what they wait on is closed; in the kernel, so
// outside of a bubble.
func TestInterruptibleOnTheLoopback(t *testing.T) {
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Skip("no loopback:", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	accepting := make(chan struct{})
	go func() {
		<-accepting
		cancel()
	}()
	_, err = taskgroup.Interruptible(ctx, func() { assert.NoError(t, listener.Close()) }, func() (net.Conn, error) {
		close(accepting)
		return listener.Accept()
	})
	assert.EqualError(t, err, "taskgroup: Interruptible: context canceled")
	assert.NotErrorIs(t, err, net.ErrClosed)

	listener, err = new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { assert.NoError(t, listener.Close()) }()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", listener.Addr().String())
	require.NoError(t, err)
	for name, interrupt := range map[string]func() error{
		"SetDeadline": func() error { return conn.SetDeadline(aLongTimeAgo) },
		"Close":       conn.Close,
	} {
		assert.NoError(t, conn.SetDeadline(time.Time{}))
		ctx, cancel := context.WithTimeout(t.Context(), ms)
		_, err = taskgroup.Interruptible(ctx, func() { assert.NoError(t, interrupt()) }, func() (int, error) { return conn.Read(make([]byte, 1)) })
		assert.ErrorIs(t, err, context.DeadlineExceeded, name)
		cancel()
		if name == "Close" {
			break
		}
	}
	_ = conn.Close()
}

// Rule 2: if ctx is done at the call, neither is called.
func TestInterruptibleDoneContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errWhy)
	called := func() { assert.Fail(t, "called") }
	_, err := taskgroup.Interruptible(ctx, called, func() (int, error) { called(); return 0, nil })
	assert.ErrorIs(t, err, context.Canceled)
	assert.ErrorIs(t, err, errWhy)
}

// Rule 5: (v, nil) wins, however late.
func TestInterruptibleResultWins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), ms)
		defer cancel()
		calls := 0
		v, err := taskgroup.Interruptible(ctx, func() { calls++ }, func() (int, error) {
			time.Sleep(2 * ms)
			return 42, nil
		})
		assert.NoError(t, err)
		assert.Equal(t, 42, v)
		assert.Equal(t, 1, calls)
	})
}

// fn runs in the caller's goroutine, interrupt in another that is joined.
func TestInterruptibleJoins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		caller, inFn, inInterrupt := goroutine(), "", ""
		begin := time.Now()
		_, err := taskgroup.Interruptible(ctx, func() {
			inInterrupt = goroutine() // without a race
			time.Sleep(time.Second)
		}, func() (int, error) {
			inFn = goroutine()
			cancel()
			synctest.Wait()
			return 0, errOwn
		})
		assert.ErrorIs(t, err, context.Canceled)
		assert.NotErrorIs(t, err, errOwn)
		assert.Equal(t, time.Second, time.Since(begin), "interrupt is joined")
		assert.Equal(t, caller, inFn)
		assert.NotEmpty(t, inInterrupt)
		assert.NotEqual(t, caller, inInterrupt)
	})
}

// Rule 3, both orders: an interruption that has begun replaces fn's error; after
// fn's return interrupt is not called, and the error is fn's.
func TestInterruptibleTie(t *testing.T) {
	seen := map[bool]int{}
	for i := range times(2000) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			called := false
			v, err := taskgroup.Interruptible(ctx, func() { called = true }, func() (int, error) {
				cancel()
				if i%2 == 0 {
					synctest.Wait() // the interruption is the first
				}
				return 7, errOwn
			})
			assert.Equal(t, 7, v)
			seen[called]++
			if called {
				assert.ErrorIs(t, err, context.Canceled)
				assert.NotErrorIs(t, err, errOwn)
			} else {
				assert.Same(t, errOwn, err)
				assert.NotZero(t, i%2)
			}
			synctest.Wait()
			assert.Equal(t, called, err != errOwn, "nothing is called after the return")
		})
	}
	assert.GreaterOrEqual(t, seen[true], times(2000)/2)

	// The function's return is the first: nothing can be called any more.
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		_, err := taskgroup.Interruptible(ctx, func() { assert.Fail(t, "called") }, func() (int, error) { return 0, errOwn })
		cancel()
		synctest.Wait()
		assert.Same(t, errOwn, err)
	})
}

// Rule 8: a panic in interrupt is reported at once, and raised in the caller once
// fn has returned, whatever that returns.
func TestInterruptiblePanicInInterrupt(t *testing.T) {
	log := testkit.CaptureLog(t)
	for _, result := range []error{nil, errOwn} {
		for _, value := range []any{errBoom, nil, exitingText{}} {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				returned := false
				pe := raisedPanic(t, func() {
					_, _ = taskgroup.Interruptible(ctx, func() { panicking(value) }, func() (int, error) {
						cancel()
						time.Sleep(time.Second)
						returned = true
						return 1, result
					})
				})
				assert.True(t, returned)
				if value == nil {
					assert.IsType(t, &runtime.PanicNilError{}, pe.Value)
				} else {
					assert.Equal(t, value, pe.Value)
				}
				assert.Contains(t, string(pe.Stack), "taskgroup_test.panicking")
			})
		}
	}
	assert.Contains(t, log.String(), "level=ERROR")
	assert.Contains(t, log.String(), "boom")
}

// A Goexit in interrupt ends its goroutine and nothing else.
func TestInterruptibleGoexitInInterrupt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, result := range []error{nil, errOwn} {
			ctx, cancel := context.WithCancel(t.Context())
			v, err := taskgroup.Interruptible(ctx, runtime.Goexit, func() (int, error) {
				cancel()
				time.Sleep(time.Second)
				return 1, result
			})
			assert.Equal(t, 1, v)
			if result == nil {
				assert.NoError(t, err)
			} else {
				assert.ErrorIs(t, err, context.Canceled)
			}
		}
	})
}

// A panic and a Goexit in fn pass through, after interrupt has been joined,
// whatever that does.
func TestInterruptiblePassesThrough(t *testing.T) {
	testkit.CaptureLog(t)
	synctest.Test(t, func(t *testing.T) {
		for name, interrupt := range map[string]func(){
			"returns": func() {}, "panics": func() { panic(errWhy) }, "ends its goroutine": runtime.Goexit,
		} {
			for _, interrupted := range []bool{false, true} {
				assertPassesThrough(t, func(body func()) {
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					joined := !interrupted
					defer func() { assert.True(t, joined, name) }()
					_, _ = taskgroup.Interruptible(ctx, func() {
						defer func() { joined = true }()
						time.Sleep(time.Second)
						interrupt()
					}, func() (int, error) {
						if interrupted {
							cancel()
							synctest.Wait()
						}
						body()
						return 0, nil
					})
				})
			}
		}
	})
}

// A panic belongs to the task that called.
func TestInterruptiblePanicNamesTheTask(t *testing.T) {
	testkit.CaptureLog(t)
	task := taskgroup.Start(t.Context(), func(ctx context.Context) (string, error) {
		ctx, cancel := context.WithCancel(ctx)
		var called atomic.Bool
		pe := raisedPanic(t, func() {
			_, _ = taskgroup.Interruptible(ctx, func() { defer called.Store(true); panic(errBoom) }, func() (int, error) {
				for cancel(); !called.Load(); {
					time.Sleep(time.Microsecond)
				}
				return 0, nil
			})
		})
		return pe.Task.Name, nil
	}, taskgroup.Named("caller"))
	name, err := task.Wait(t.Context())
	assert.NoError(t, err)
	assert.Equal(t, "caller", name)
}

// Rule 9.
func TestInterruptibleNilIsMisuse(t *testing.T) {
	assertMisuse(t, func() { _, _ = taskgroup.Interruptible[int](t.Context(), func() {}, nil) })
	assertMisuse(t, func() { _, _ = taskgroup.Interruptible(t.Context(), nil, func() (int, error) { return 0, nil }) })
}

// An error that comes of the interruption is not a failure of a group.
func TestInterruptibleIsSecondary(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context())
		g.Go(func(ctx context.Context) error {
			stop := make(chan struct{})
			_, err := taskgroup.Interruptible(ctx, func() { close(stop) }, func() (int, error) { <-stop; return 0, net.ErrClosed })
			return err
		})
		g.Go(returns(errBoom))
		ge := groupError(t, g.Wait())
		assert.Len(t, ge.Errors, 1)
		assert.ErrorIs(t, ge, errBoom)
		assert.NotErrorIs(t, ge, net.ErrClosed)
	})
}

// Rule 12: what comes before the call, before the end of ctx, and within fn and
// interrupt is seen by what comes after.
func TestInterruptibleHappensBefore(t *testing.T) {
	var all sync.WaitGroup
	for range times(2000) {
		all.Go(func() {
			ctx, cancel := context.WithCancel(t.Context())
			var before, canceled, inInterrupt int
			before = 1
			inFn := make(chan struct{})
			go func() { <-inFn; canceled = 1; cancel() }()
			stop := make(chan struct{}, 1)
			_, err := taskgroup.Interruptible(ctx, func() {
				assert.Equal(t, 2, before+canceled)
				inInterrupt = 1
				stop <- struct{}{}
			}, func() (int, error) { close(inFn); <-stop; return 0, errOwn })
			assert.ErrorIs(t, err, context.Canceled)
			assert.Equal(t, 1, inInterrupt)
		})
	}
	all.Wait()
}
