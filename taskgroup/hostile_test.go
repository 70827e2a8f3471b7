package taskgroup_test

import (
	"context"
	"log/slog"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/taskgroup"
)

// waitCall is a call that waits, and what ends the wait well.
type waitCall struct {
	call  func(ctx context.Context) error
	serve func()
}

// waitCalls are all that wait for something that others do.
func waitCalls(t *testing.T) map[string]waitCall {
	t.Helper()
	calls := map[string]waitCall{}
	handles := func(name string, call func(ctx context.Context, task *taskgroup.Task[int], f *taskgroup.Future[int]) error) {
		release := make(chan struct{})
		task := taskgroup.Start(t.Context(), func(context.Context) (int, error) { <-release; return 1, nil })
		f := taskgroup.NewFuture[int]()
		var once sync.Once
		calls[name] = waitCall{
			func(ctx context.Context) error { return call(ctx, task, f) },
			func() { once.Do(func() { close(release); f.Resolve(1) }) },
		}
	}
	handles("Task.Wait", func(ctx context.Context, task *taskgroup.Task[int], _ *taskgroup.Future[int]) error {
		_, err := task.Wait(ctx)
		return err
	})
	handles("Future.Wait", func(ctx context.Context, _ *taskgroup.Task[int], f *taskgroup.Future[int]) error {
		_, err := f.Wait(ctx)
		return err
	})
	handles("Wait", func(ctx context.Context, task *taskgroup.Task[int], f *taskgroup.Future[int]) error {
		_, _, err := taskgroup.Wait[taskgroup.Awaitable](ctx, taskgroup.AllCompleted, task, f)
		return err
	})
	handles("GatherTasks", func(ctx context.Context, task *taskgroup.Task[int], _ *taskgroup.Future[int]) error {
		_, err := taskgroup.GatherTasks(ctx, task, task)
		return err
	})
	handles("Set.Next", func(ctx context.Context, task *taskgroup.Task[int], f *taskgroup.Future[int]) error {
		s := taskgroup.NewSet[taskgroup.Awaitable](task, f)
		defer s.Remove(task, f)
		_, err := s.Next(ctx)
		return err
	})
	handles("Completed", func(ctx context.Context, task *taskgroup.Task[int], f *taskgroup.Future[int]) error {
		for _, err := range taskgroup.Completed[taskgroup.Awaitable](ctx, task, f) {
			if err != nil {
				return err
			}
		}
		return nil
	})
	handles("GoReady", func(ctx context.Context, task *taskgroup.Task[int], _ *taskgroup.Future[int]) error {
		g := taskgroup.New(t.Context())
		defer func() { _ = g.Wait() }()
		defer g.Stop()
		_, err := taskgroup.GoReady(ctx, g, func(inside context.Context, ready func(int)) error {
			_, err := task.Wait(inside)
			if err == nil {
				ready(1)
			}
			return err
		})
		return err
	})
	handles("Submit", func(ctx context.Context, task *taskgroup.Task[int], _ *taskgroup.Future[int]) error {
		g := taskgroup.New(t.Context(), taskgroup.WithLimit(1))
		defer func() { _ = g.Wait() }()
		defer g.Stop()
		g.Go(func(inside context.Context) error { _, err := task.Wait(inside); return err })
		return g.Submit(ctx, returns(nil))
	})
	handles("Shutdown", func(ctx context.Context, task *taskgroup.Task[int], _ *taskgroup.Future[int]) error {
		g := taskgroup.New(t.Context())
		defer func() { _ = g.Wait() }()
		defer g.Stop()
		g.Go(func(inside context.Context) error { _, err := task.Wait(inside); return err })
		return g.Shutdown(ctx)
	})
	calls["Sleep"] = waitCall{func(ctx context.Context) error { return taskgroup.Sleep(ctx, 2*time.Hour) }, func() { time.Sleep(time.Hour) }}
	return calls
}

// beginWait makes the call in a goroutine.
func beginWait(ctx context.Context, w waitCall) *waitOutcome {
	o := &waitOutcome{}
	go func() {
		defer func() { o.panicked = recover() }()
		o.err = w.call(ctx)
		o.returned.Store(true)
	}()
	synctest.Wait()
	return o
}

type waitOutcome struct {
	returned atomic.Bool
	err      error
	panicked any
}

// panicsWithWhy is a Value that panics.
func panicsWithWhy(any) any { panic(errWhy) }

// neverDone are contexts that are never done.
func neverDone() map[string]context.Context {
	return map[string]context.Context{
		"no channel":             &testkit.Context{},
		"never closed":           &testkit.Context{Channel: make(chan struct{})},
		"a deadline in the past": &testkit.Context{Until: time.Now().Add(-time.Hour)},
		"both":                   &testkit.Context{Channel: make(chan struct{}), Until: time.Now().Add(-time.Hour)},
	}
}

// changing is a context's error that is another one at each call.
func changing() func() error {
	asked := 0
	return func() error {
		if asked++; asked%2 == 0 {
			return context.DeadlineExceeded
		}
		return context.Canceled
	}
}

// A context that is never done is waited with like [context.Background], whatever
// its deadline says.
func TestWaitsWithContextsThatNeverEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for what, ctx := range neverDone() {
			for name, w := range waitCalls(t) {
				o := beginWait(ctx, w)
				time.Sleep(time.Hour)
				synctest.Wait()
				assert.False(t, o.returned.Load(), "%s, %s", name, what)
				w.serve()
				synctest.Wait()
				assert.True(t, o.returned.Load(), "%s, %s", name, what)
				assert.NoError(t, o.err, "%s, %s", name, what)
			}
			for _, w := range waitCalls(t) {
				w.serve()
			}
		}
	})
}

// Rule 2, where a context is done and has no channel, and where its error changes;
// and a wait that ended with nothing is no success, though the context closes its
// channel before it has an error.
func TestWaitsWithContextsThatEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for what, err := range map[string]func() error{
			"no channel": func() error { return context.Canceled },
			"changing":   changing(),
			"no error":   nil,
		} {
			for name, w := range waitCalls(t) {
				ctx := &testkit.Context{OnErr: err}
				if err == nil {
					ctx.Channel = make(chan struct{})
				}
				o := beginWait(ctx, w)
				assert.Equal(t, err != nil && name != "Shutdown", o.returned.Load(), "%s, %s", name, what)
				if err == nil {
					close(ctx.Channel)
				}
				if ctx.Channel == nil && name == "Shutdown" {
					w.serve() // it gives in to the end of a wait only
					continue
				}
				synctest.Wait()
				assert.True(t, o.returned.Load(), "%s, %s", name, what)
				assert.Error(t, o.err, "%s, %s", name, what)
				w.serve()
			}
		}
	})
}

// Rule 8: a panic in a context passes on, and leaves nothing behind.
func TestWaitsWithContextsThatPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, w := range waitCalls(t) {
			ctx := &testkit.Context{Channel: make(chan struct{}), OnValue: panicsWithWhy}
			o := beginWait(ctx, w)
			ctx.OnErr = func() error { return context.Canceled }
			close(ctx.Channel)
			synctest.Wait()
			assert.Equal(t, errWhy, o.panicked, name)
			w.serve()
		}
	})
}

// scopeCalls are the calls that own one function.
var scopeCalls = []ownCall{
	{"Run", func(ctx context.Context, fns ...ownFunc) error {
		return taskgroup.Run(ctx, func(ctx context.Context, _ *taskgroup.Group) error { return callItemErr(ctx, fns[0]) })
	}, failing},
	{"New", func(ctx context.Context, fns ...ownFunc) error {
		g := taskgroup.New(ctx)
		g.Go(func(ctx context.Context) error { return callItemErr(ctx, fns[0]) })
		return g.Wait()
	}, failing},
	{"New with grace", func(ctx context.Context, fns ...ownFunc) error {
		g := taskgroup.New(ctx, taskgroup.WithGrace(time.Hour))
		g.Go(func(ctx context.Context) error { return callItemErr(ctx, fns[0]) })
		return g.Wait()
	}, failing},
	{"WaitFor", func(ctx context.Context, fns ...ownFunc) error {
		_, err := taskgroup.WaitFor(ctx, time.Hour, fns[0])
		return err
	}, failing},
	{"MoveOnAfter", func(ctx context.Context, fns ...ownFunc) error {
		_, err := taskgroup.MoveOnAfter(ctx, time.Hour, func(ctx context.Context) error { return callItemErr(ctx, fns[0]) })
		return err
	}, failing},
	{"Timeout", func(ctx context.Context, fns ...ownFunc) error {
		return taskgroup.Timeout(ctx, time.Hour, func(ctx context.Context, _ *taskgroup.Deadline) error { return callItemErr(ctx, fns[0]) })
	}, failing},
	{"Shield", func(ctx context.Context, fns ...ownFunc) error {
		_, err := taskgroup.Shield(ctx, time.Minute, fns[0])
		return err
	}, failing},
	{"Blocking", func(ctx context.Context, fns ...ownFunc) error {
		_, err := taskgroup.Blocking(ctx, func() (int, error) { return fns[0](ctx) })
		return err
	}, failing},
}

func everyOwnCall() []ownCall {
	return slices.Concat(scopeCalls, ownCalls)
}

// Functions run, succeed and fail as ever where the context is never done.
func TestOwnCallsWithContextsThatNeverEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for what, ctx := range neverDone() {
			for _, c := range everyOwnCall() {
				called := false
				assert.NoError(t, c.call(ctx, func(context.Context) (int, error) {
					called = true
					time.Sleep(time.Second)
					return 1, nil
				}), "%s, %s", c.name, what)
				assert.True(t, called, "%s, %s", c.name, what)
				assert.ErrorIs(t, c.call(ctx, func(context.Context) (int, error) { return 0, errOwn }), errOwn, "%s, %s", c.name, what)
			}
		}
	})
}

// A scope's own time is up, though a deadline around it has passed and nothing
// has come of that.
func TestTimeoutWithinADeadlineThatIsNotKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for what, ctx := range neverDone() {
			err := taskgroup.Timeout(ctx, time.Second, func(ctx context.Context, _ *taskgroup.Deadline) error { return untilDone(ctx) })
			assertTimedOut(t, err)
			err = taskgroup.Timeout(ctx, time.Second, func(ctx context.Context, d *taskgroup.Deadline) error {
				assert.NoError(t, d.Reschedule(time.Now().Add(-time.Minute)), what)
				return untilDone(ctx)
			})
			assertTimedOut(t, err)
		}
	})
}

// Rules 2 and 7: no function is called where the context is done, has no channel,
// and says another error each time.
func TestOwnCallsWithContextsThatAreDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, err := range []func() error{changing(), func() error { return context.Canceled }} {
			for _, c := range everyOwnCall() {
				if c.name == "Timeout" || c.name == "Shield" {
					continue // these call it all the same
				}
				assert.Error(t, c.call(&testkit.Context{OnErr: err}, func(context.Context) (int, error) {
					assert.Fail(t, "called", c.name)
					return 1, nil
				}), c.name)
			}
		}
	})
}

// Rule 8: a panic in a context passes on, and leaves nothing behind.
func TestOwnCallsWithContextsThatPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range everyOwnCall() {
			if c.name == "Blocking" {
				continue // it calls no Value
			}
			ctx := &testkit.Context{Channel: make(chan struct{}), OnValue: panicsWithWhy}
			assert.Equal(t, errWhy, testkit.Raised(func() { _ = c.call(ctx, ownNothing) }), c.name)
		}
	})
}

// tellingContext is one that tells of its end itself.
type tellingContext struct {
	testkit.Context

	mu    sync.Mutex
	ended error
	tell  map[int]func()
	next  int
}

func newTellingContext() *tellingContext {
	c := &tellingContext{tell: map[int]func(){}}
	c.Channel = make(chan struct{})
	c.OnErr = func() error {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.ended
	}
	return c
}

// AfterFunc is what the standard library looks for in a context.
func (c *tellingContext) AfterFunc(f func()) (stop func() bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended != nil {
		go f()
		return func() bool { return false }
	}
	i := c.next
	c.next++
	c.tell[i] = f
	return func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		_, ok := c.tell[i]
		delete(c.tell, i)
		return ok
	}
}

func (c *tellingContext) cancel() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = context.Canceled
	close(c.Channel)
	for i, f := range c.tell {
		delete(c.tell, i)
		go f()
	}
}

// A context with an AfterFunc of its own cancels, and nothing stays registered
// with it.
func TestOwnCallsWithContextsThatTell(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range everyOwnCall() {
			ctx := newTellingContext()
			assert.NoError(t, c.call(ctx, ownNothing), c.name)
			assert.Empty(t, ctx.tell, c.name)
			var err error
			go func() {
				err = c.call(ctx, func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, ctx.Err() })
			}()
			synctest.Wait()
			assert.NoError(t, err, c.name)
			ctx.cancel()
			time.Sleep(time.Hour)
			synctest.Wait()
			assert.ErrorIs(t, err, context.Canceled, c.name)
			assert.Empty(t, ctx.tell, c.name)
		}
	})
}

// An Awaitable that never ends is pending, whether or not it has a channel, and
// nothing stays behind for its sake.
func TestAwaitablesThatNeverEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, a := range []*hostile{{}, {done: make(chan struct{})}} {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			for _, until := range []taskgroup.Until{taskgroup.AllCompleted, taskgroup.FirstCompleted, taskgroup.FirstError} {
				done, pending, err := taskgroup.Wait(ctx, until, a, a)
				assert.Empty(t, done)
				assertHandles(t, []*hostile{a}, pending)
				assert.ErrorIs(t, err, context.DeadlineExceeded)
			}
			pairs := 0
			for got, err := range taskgroup.Completed(ctx, a, a) {
				pairs++
				assert.Nil(t, got)
				assert.ErrorIs(t, err, context.DeadlineExceeded)
			}
			assert.Equal(t, 1, pairs)
		}
		s := taskgroup.NewSet(&hostile{})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := s.Next(ctx)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 1, s.Len())
	})
}

// hostileHandler is a logger that does not return.
type hostileHandler struct{ body func() }

func (hostileHandler) Enabled(context.Context, slog.Level) bool    { return true }
func (h hostileHandler) Handle(context.Context, slog.Record) error { h.body(); return nil }
func (h hostileHandler) WithAttrs([]slog.Attr) slog.Handler        { return h }
func (h hostileHandler) WithGroup(string) slog.Handler             { return h }

// Rule 8: a logger that panics or ends its goroutine loses the report and nothing
// else.
func TestLoggersThatDoNotReturn(t *testing.T) {
	before := slog.Default()
	defer slog.SetDefault(before)
	panics := func(context.Context) (int, error) { panic(errBoom) }
	for how, body := range map[string]func(){"panic": func() { panic(errWhy) }, "Goexit": runtime.Goexit} {
		slog.SetDefault(slog.New(hostileHandler{body}))
		synctest.Test(t, func(t *testing.T) {
			for _, c := range everyOwnCall() {
				if c.name == "WaitFor" || c.name == "MoveOnAfter" || c.name == "Timeout" || c.name == "Shield" || c.name == "Run" {
					continue // it is main's panic, which is not reported
				}
				var err error
				v := testkit.Raised(func() { err = c.call(t.Context(), panics) })
				if pe, ok := v.(*taskgroup.PanicError); ok {
					err = pe
				}
				assert.ErrorIs(t, err, errBoom, "%s, %s", c.name, how)
			}
			g := taskgroup.New(t.Context(), taskgroup.WithErrorHandler(func(context.Context, taskgroup.TaskInfo, error) { panic(errWhy) }))
			task := taskgroup.Go(g, func(context.Context) (int, error) { return 0, errBoom })
			task.OnDone(func(*taskgroup.Task[int]) { panic(errWhy) })
			assert.ErrorIs(t, g.Wait(), errBoom, how)

			ctx, cancel := context.WithCancel(t.Context())
			release := make(chan struct{})
			time.AfterFunc(time.Second, cancel)
			_, err := taskgroup.Blocking(ctx, func() (int, error) { <-release; return 1, nil })
			assert.ErrorIs(t, err, context.Canceled, how)
			close(release) // the late result is reported, too
		})
	}
}

// A context that panics while its caller is on the way to the shared limit does not
// keep others from being granted slots.
func TestAContextThatPanicsOnTheWayToTheLimiter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New(t.Context(), taskgroup.WithLimit(1), taskgroup.WithLimiter(&units{free: 5}))
		release := make(chan struct{})
		g.Go(func(context.Context) error { <-release; return nil })
		cancelable, cancel := context.WithCancel(t.Context())
		defer cancel()
		granted := false
		panics := &testkit.Context{Parent: cancelable, OnValue: func(any) any {
			if granted {
				panic(errWhy)
			}
			return nil
		}}
		raised := make(chan any)
		go func() { raised <- testkit.Raised(func() { _ = g.Submit(panics, returns(nil)) }) }()
		synctest.Wait()
		granted = true
		close(release)
		assert.Equal(t, errWhy, <-raised)
		synctest.Wait()
		assert.True(t, g.TryGo(returns(nil)))
		assert.NoError(t, g.Wait())
	})
}

// A context that panics, or ends the goroutine, when a call looks at it in between
// ends the call: what runs is joined, and the panic is raised.
func TestBatchesWithContextsThatPanicLater(t *testing.T) {
	one := func(context.Context) (int, error) { return 1, nil }
	for name, call := range map[string]func(ctx context.Context) error{
		"Gather": func(ctx context.Context) error { _, err := taskgroup.Gather(ctx, one, one, one); return err },
		"Map": func(ctx context.Context) error {
			_, err := taskgroup.Map(ctx, 2, upTo(5), func(_ context.Context, i int) (int, error) { return i, nil })
			return err
		},
		"SettleMap": func(ctx context.Context) error {
			taskgroup.SettleMap(ctx, 2, upTo(5), func(_ context.Context, i int) (int, error) { return i, nil })
			return nil
		},
		"Race":         func(ctx context.Context) error { _, err := taskgroup.Race(ctx, one, one); return err },
		"FirstSuccess": func(ctx context.Context) error { _, err := taskgroup.FirstSuccess(ctx, one, one); return err },
		"AsCompleted": func(ctx context.Context) error {
			for r := range taskgroup.AsCompleted(ctx, one, one) {
				_ = r
			}
			return nil
		},
		"ForEach": func(ctx context.Context) error {
			return taskgroup.ForEach(ctx, 2, slices.Values(upTo(5)), func(context.Context, int) error { return nil })
		},
		"MapSeq": func(ctx context.Context) error {
			for _, err := range taskgroup.MapSeq(ctx, 2, slices.Values(upTo(5)), func(_ context.Context, i int) (int, error) { return i, nil }) {
				if err != nil {
					return err
				}
			}
			return nil
		},
	} {
		for ends, leave := range map[string]func(){"panic": func() { panic(errWhy) }, "Goexit": runtime.Goexit} {
			if ends == "Goexit" && name == "MapSeq" {
				continue // it looks again to find out whether ErrGoexit is an echo
			}
			t.Run(name+", "+ends, func(t *testing.T) {
				testkit.CaptureLog(t)
				for after := int64(1); after < 6; after++ {
					synctest.Test(t, func(t *testing.T) {
						var looks atomic.Int64
						ctx := &testkit.Context{Parent: t.Context(), OnErr: func() error {
							if looks.Add(1) > after {
								leave()
							}
							return nil
						}}
						ended := make(chan struct{})
						go func() {
							defer close(ended)
							defer func() { _ = recover() }()
							_ = call(ctx)
						}()
						<-ended
					})
				}
			})
		}
	}
}
