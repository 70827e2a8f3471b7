package inspect_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/queue"
	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

// hostileContext panics in the methods that panics names, as long as on is set.
type hostileContext struct {
	context.Context //nolint:containedctx // it is one
	on              *atomic.Bool
	panics          string
}

func (c hostileContext) check(method string) {
	if c.on.Load() && c.panics == method {
		panic("hostile " + method)
	}
}

func (c hostileContext) Err() error {
	c.check("Err")
	return c.Context.Err()
}

func (c hostileContext) Done() <-chan struct{} {
	c.check("Done")
	return c.Context.Done()
}

func (c hostileContext) Deadline() (time.Time, bool) {
	c.check("Deadline")
	return c.Context.Deadline()
}

// Value panics for the keys of the module; the standard library's own, which
// nothing survives, it lets pass.
func (c hostileContext) Value(key any) any {
	if c.on.Load() && c.panics == "Value" {
		switch key.(type) {
		case *int: // context's own
		default:
			panic("hostile Value")
		}
	}
	return c.Context.Value(key)
}

// A context whose methods panic is one that nothing is known of, and the
// snapshot goes on.
func TestHostileContexts(t *testing.T) {
	for _, method := range []string{"Err", "Deadline"} {
		t.Run(method, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := inspect.New()
				defer m.Close()
				var on atomic.Bool
				ctx, cancel := context.WithCancel(m.Context(t.Context()))
				task := hanging(hostileContext{ctx, &on, method}, "hostile")
				hanging(ctx, "other")
				on.Store(true)
				s := m.Snapshot()
				m.Check(inspect.DefaultRules())
				on.Store(false)
				assert.Equal(t, []string{"hostile", "other"}, names(s.Nodes))
				assert.Empty(t, s.Nodes[0].Cause)
				cancel()
				_, _ = task.Wait(context.Background())
				synctest.Wait()
				assert.Empty(t, m.Snapshot().Nodes)
			})
		})
	}
}

// A context whose Value panics is not watched, and nothing that is taken, or in a
// line, is lost by that: each call works as without a monitor.
func TestHostileValue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := inspect.New()
		defer m.Close()
		var on atomic.Bool
		on.Store(true)
		parent, cancel := context.WithTimeout(m.Context(t.Context()), second)
		defer cancel()
		ctx := hostileContext{parent, &on, "Value"}
		late := context.DeadlineExceeded
		nothing := func(context.Context) error { return nil }

		s := semaphore.New(1)
		assert.NoError(t, s.Do(ctx, nothing))
		_, err := semaphore.Use(ctx, s, func(context.Context) (int, error) { return 0, nil })
		assert.NoError(t, err)
		k := semaphore.NewKeyed[int](1)
		assert.NoError(t, k.Do(ctx, 1, nothing))
		l, rw := new(semaphore.Lock).Named("l"), new(semaphore.RWLock).Named("rw")
		assert.NoError(t, l.Do(ctx, nothing))
		assert.NoError(t, rw.Do(ctx, nothing))
		assert.NoError(t, rw.RDo(ctx, nothing))
		assert.NoError(t, l.Lock(ctx))
		l.Unlock()

		s.TryAcquire()
		k.TryAcquire(1)
		l.TryLock()
		rw.TryLock()
		q := queue.New[int](1)
		_ = q.TryPut(1)
		g := taskgroup.New(t.Context(), taskgroup.WithLimit(1))
		sleeper(g, "s")
		var waits []error
		all := make(chan error, 16)
		for _, wait := range []func() error{
			func() error { return s.Acquire(ctx) },
			func() error { return k.Acquire(ctx, 1) },
			func() error { return l.Lock(ctx) },
			func() error { return rw.Lock(ctx) },
			func() error { return rw.RLock(ctx) },
			func() error { return new(semaphore.Event).Wait(ctx) },
			func() error { _, err := semaphore.NewBarrier(2).Wait(ctx); return err },
			func() error { return q.Put(ctx, 2) },
			func() error { _, err := queue.New[int](0).Get(ctx); return err },
			func() error { _, err := queue.New[int](0).GetBatch(ctx, make([]int, 1)); return err },
			func() error { return q.Join(ctx) },
			func() error { return taskgroup.Sleep(ctx, time.Hour) },
			func() error { _, err := taskgroup.NewFuture[int]().Wait(ctx); return err },
			func() error {
				_, err := taskgroup.Blocking(ctx, func() (int, error) { time.Sleep(2 * second); return 0, nil })
				return err
			},
		} {
			go func() { all <- wait() }()
			waits = append(waits, late)
		}
		synctest.Wait()
		assert.Empty(t, m.Snapshot().Nodes)
		for range waits {
			assert.ErrorIs(t, <-all, late)
		}
		assert.Equal(t, semaphore.Stats{Limit: 1, Held: 1}, s.Stats())
		assert.Equal(t, 0, l.Waiting())
		putting, getting := q.Waiting()
		assert.Equal(t, 0, putting+getting)
		g.Stop()
		_ = g.Wait()
		time.Sleep(time.Minute)
	})
}

// A limiter's slot is taken after the context has been looked at.
func TestHostileValueInBlockingIn(t *testing.T) {
	m := inspect.New()
	defer m.Close()
	slots := semaphore.New(1)
	var on atomic.Bool
	on.Store(true)
	end := make(chan struct{})
	go func() {
		defer close(end)
		_, _ = taskgroup.BlockingIn(exitingValue{m.Context(t.Context()), &on}, slots, func() (int, error) { return 0, nil })
	}()
	<-end
	assert.Equal(t, 0, slots.Stats().Held)
}

// exitingValue ends the goroutine when it is looked at for the module's key.
type exitingValue struct {
	context.Context //nolint:containedctx // it is one
	on              *atomic.Bool
}

func (c exitingValue) Value(key any) any {
	if _, own := key.(*int); !own && c.on.Load() {
		goexit()
	}
	return c.Context.Value(key)
}

// Contexts that panic while a call ends leave nothing in the tree.
func TestContextsThatPanicAtTheEnd(t *testing.T) {
	for name, call := range map[string]func(ctx context.Context, on *atomic.Bool){
		"Gather": func(ctx context.Context, on *atomic.Bool) {
			_, _ = taskgroup.Gather(ctx, func(context.Context) (int, error) { on.Store(true); return 0, errBoom })
		},
		"Gather, a panic": func(ctx context.Context, on *atomic.Bool) {
			_, _ = taskgroup.Race(ctx, func(context.Context) (int, error) { on.Store(true); panic("boom") })
		},
		"Staggered": func(ctx context.Context, on *atomic.Bool) {
			_, _ = taskgroup.Staggered(ctx, second, nil, func(context.Context) (int, error) { on.Store(true); time.Sleep(2 * second); return 0, nil }, hang)
		},
		"ForEach": func(ctx context.Context, on *atomic.Bool) {
			_ = taskgroup.ForEach(ctx, 1, func(yield func(int) bool) { on.Store(true); yield(1) }, func(context.Context, int) error { return nil })
		},
		"Run": func(ctx context.Context, on *atomic.Bool) {
			_ = taskgroup.Run(ctx, func(context.Context, *taskgroup.Group) error { on.Store(true); return nil })
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				quiet(t)
				m := inspect.New()
				defer m.Close()
				var on atomic.Bool
				func() {
					defer func() { assert.NotNil(t, recover()) }()
					call(hostileContext{m.Context(t.Context()), &on, "Err"}, &on)
				}()
				on.Store(false)
				time.Sleep(time.Minute)
				synctest.Wait()
				assert.Empty(t, m.Snapshot().Nodes)
			})
		})
	}
}

// Misuse while a task or a group is made leaves nothing in the tree, either.
func TestMisuseLeavesNothing(t *testing.T) {
	m := inspect.New()
	defer m.Close()
	ctx := m.Context(t.Context())
	for _, f := range []func(){
		func() { taskgroup.Start(ctx, hang, nil) },
		func() { taskgroup.New(ctx, nil) },
		func() { _ = taskgroup.Run(ctx, mainOf, nil) },
	} {
		func() {
			defer func() { assert.NotNil(t, recover()) }()
			f()
		}()
	}
	s := m.Snapshot()
	assert.Empty(t, s.Nodes)
	assert.Empty(t, s.Totals)
}

type hostileError struct{}

func (hostileError) Error() string { panic("hostile Error") }

// An error whose Error panics has a text that says so.
func TestHostileErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := inspect.New()
		defer m.Close()
		ctx, cancel := context.WithCancelCause(m.Context(t.Context()))
		g := taskgroup.New(ctx, taskgroup.WithName("g"))
		g.Go(func(context.Context) error { time.Sleep(second); return nil })
		taskgroup.Start(ctx, func(context.Context) (int, error) { return 0, hostileError{} })
		synctest.Wait()
		cancel(hostileError{})
		s := m.Snapshot()
		const text = "inspect_test.hostileError, whose Error panics"
		assert.Equal(t, text, find(t, s, "g").Cause)
		assert.Equal(t, text, s.Unseen[0].Error)
		_ = s.String()
		func() {
			defer func() { _ = recover() }()
			_ = g.Wait()
		}()
		time.Sleep(second)
		assert.Empty(t, m.Snapshot().Nodes)
	})
	s := see(t, func(ctx context.Context, _ *taskgroup.Group) {
		quiet(t)
		_, _ = taskgroup.Gather(ctx, func(context.Context) (int, error) { time.Sleep(tick); return 0, hostileError{} }, func(context.Context) (int, error) {
			time.Sleep(2 * second)
			return 0, nil
		})
	})
	assert.Contains(t, find(t, s, "Gather").Error, "whose Error panics")
}

type hostileKey int

func (hostileKey) String() string { panic("hostile String") }

type keyError struct{}

func (keyError) Error() string { return "an error" }

// Keys print as package fmt prints them.
func TestKeys(t *testing.T) {
	waits := func(take func(ctx context.Context)) string {
		s := see(t, func(ctx context.Context, _ *taskgroup.Group) { take(ctx) })
		return find(t, s, "program").Waits[0].Key
	}
	assert.Equal(t, "inspect_test.hostileKey, whose String panics", waits(func(ctx context.Context) { waitForKey(ctx, hostileKey(1)) }))
	assert.Equal(t, "an error", waits(func(ctx context.Context) { waitForKey(ctx, keyError{}) }))
	assert.Equal(t, "1s", waits(func(ctx context.Context) { waitForKey(ctx, second) }))
	assert.Equal(t, "{1 a}", waits(func(ctx context.Context) {
		waitForKey(ctx, struct {
			A int
			B string
		}{1, "a"})
	}))
	assert.Equal(t, "a\nb", waits(func(ctx context.Context) { waitForKey(ctx, "a\nb") }))
}

func waitForKey[K comparable](ctx context.Context, key K) {
	k := semaphore.NewKeyed[K](1)
	k.TryAcquire(key)
	_ = k.Acquire(ctx, key)
}

// The results of calls under a hostile context do not change with a monitor.
func TestHostileDoneInGoReady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := inspect.New()
		defer m.Close()
		base := m.Context(t.Context())
		for _, call := range []func(ctx context.Context, on *atomic.Bool, g *taskgroup.Group){
			func(ctx context.Context, on *atomic.Bool, g *taskgroup.Group) {
				_, _ = taskgroup.GoReady(ctx, g, func(ctx context.Context, _ func(int)) error { return hangAlone(ctx) }, optionThat(func() { on.Store(true) }))
			},
			func(ctx context.Context, on *atomic.Bool, g *taskgroup.Group) {
				on.Store(true)
				_ = g.Shutdown(ctx)
			},
			func(ctx context.Context, on *atomic.Bool, g *taskgroup.Group) {
				task := sleeper(g, "s")
				on.Store(true)
				_, _ = task.WaitOrCancel(ctx)
			},
		} {
			var on atomic.Bool
			g := taskgroup.New(base)
			sleeper(g, "s")
			panicked := func() (p any) {
				defer func() { p = recover() }()
				call(hostileContext{g.Context(), &on, "Done"}, &on, g)
				return nil
			}()
			assert.Equal(t, "hostile Done", panicked)
			on.Store(false)
			synctest.Wait()
			assert.Empty(t, m.Snapshot().Nodes[0].Waits)
			g.Stop()
			_ = g.Wait()
		}
	})
}

func optionThat(f func()) taskgroup.TaskOption {
	f()
	return taskgroup.Named("x")
}
