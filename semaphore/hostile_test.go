package semaphore_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/semaphore"
)

// inUse are calls that wait, each for something of its own, and what ends the
// wait. Afterwards check reports that a call that gave up has taken nothing.
func inUse(t *testing.T) map[string]waitingCall {
	t.Helper()
	calls, _ := inUseAndLook(t)
	return calls
}

// inUseAndLook also returns a function that locks all the values for a moment.
func inUseAndLook(t *testing.T) (calls map[string]waitingCall, look func()) {
	t.Helper()
	s := semaphore.New(1)
	require.True(t, s.TryAcquire())
	k := semaphore.NewKeyed[string](1)
	require.True(t, k.TryAcquire("a"))
	var l semaphore.Lock
	require.True(t, l.TryLock())
	var e semaphore.Event
	b := semaphore.NewBarrier(2)
	room := newRoom()
	var writing, reading semaphore.RWLock
	require.True(t, writing.TryLock())
	require.True(t, reading.TryRLock())
	unlocked := func(rw *semaphore.RWLock) bool {
		free := rw.TryLock()
		if free {
			rw.Unlock()
		}
		return free
	}
	calls = map[string]waitingCall{
		"Semaphore.Acquire": {s.Acquire, s.Release, func() bool { return s.Stats().Held == 1 && s.Stats().Waiting == 0 }},
		"Semaphore.Do": {
			func(ctx context.Context) error { return s.Do(ctx, func(context.Context) error { return errWhy }) },
			s.Release, func() bool { return s.Stats().Held == 1 && s.Stats().Waiting == 0 },
		},
		"Use": {
			func(ctx context.Context) error {
				_, err := semaphore.Use(ctx, s, func(context.Context) (int, error) { return 0, errWhy })
				return err
			},
			s.Release, func() bool { return s.Stats().Held == 1 && s.Stats().Waiting == 0 },
		},
		"RWLock.Lock": {
			reading.Lock, reading.RUnlock, func() bool { reading.RUnlock(); free := unlocked(&reading); reading.TryRLock(); return free },
		},
		"RWLock.RLock": {
			writing.RLock, writing.Unlock, func() bool { writing.Unlock(); free := unlocked(&writing); writing.TryLock(); return free },
		},
		"Keyed.Acquire": {
			func(ctx context.Context) error { return k.Acquire(ctx, "a") },
			func() { k.Release("a") }, func() bool { k.Release("a"); free := k.Len() == 0; k.TryAcquire("a"); return free },
		},
		"Lock.Lock":  {l.Lock, l.Unlock, func() bool { return l.Locked() && l.Waiting() == 0 }},
		"Event.Wait": {e.Wait, func() { e.Set(); e.Clear() }, func() bool { return !e.IsSet() && e.Waiting() == 0 }},
		"Barrier.Wait": {
			func(ctx context.Context) error { _, err := b.Wait(ctx); return err },
			func() { _, _ = b.Wait(context.Background()) }, func() bool { return b.Waiting() == 0 },
		},
		"Cond.Wait": {
			func(ctx context.Context) error { // unlocks on any way out: it is always locked then
				require.True(t, room.l.TryLock())
				defer room.l.Unlock()
				return room.c.Wait(ctx)
			},
			func() { room.with(t, room.c.NotifyAll) }, func() bool { return !room.l.Locked() && room.c.Waiting() == 0 },
		},
		"Cond.WaitFor": {
			func(ctx context.Context) error {
				require.True(t, room.l.TryLock())
				defer room.l.Unlock()
				return room.c.WaitFor(ctx, func() bool { return false })
			},
			nil, func() bool { return !room.l.Locked() && room.c.Waiting() == 0 },
		},
	}
	return calls, func() {
		s.Stats()
		k.Len()
		e.Waiting()
		b.Waiting()
		room.c.Waiting()
		for _, l := range []*semaphore.Lock{&l, &room.l} {
			l.Waiting()
		}
		for _, l := range []*semaphore.RWLock{&writing, &reading} {
			l.Waiting()
		}
	}
}

type waitingCall struct {
	call  func(ctx context.Context) error
	serve func() // nil: nothing does
	check func() bool
}

// A context that is never done is waited with like [context.Background],
// whatever its deadline says.
func TestContextsThatNeverEnd(t *testing.T) {
	for name := range inUse(t) {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				for _, ctx := range []context.Context{
					&testkit.Context{},
					&testkit.Context{Channel: make(chan struct{})},
					&testkit.Context{Until: time.Now().Add(-time.Hour)},
				} {
					w := inUse(t)[name]
					if w.serve == nil {
						continue
					}
					c := begin(func() error { return w.call(ctx) })
					time.Sleep(time.Hour)
					c.assertBlocked(t)
					w.serve()
					synctest.Wait()
					assert.True(t, c.returned)
				}
			})
		})
	}
}

// Rule 2, where a context is done and has no channel, and where its error is
// another one at each call.
func TestContextsThatAreDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		looks := 0
		for name, w := range inUse(t) {
			for _, err := range []func() error{
				func() error { return context.Canceled },
				func() error {
					if looks++; looks%2 == 0 {
						return context.DeadlineExceeded
					}
					return context.Canceled
				},
			} {
				c := begin(func() error { return w.call(&testkit.Context{OnErr: err}) })
				assert.True(t, c.returned, name)
				assert.Error(t, c.err, name)
				assert.True(t, w.check(), name)
			}
		}
	})
}

// A wait that ended with nothing is no success, though the context closes its
// channel before it has an error.
func TestContextsThatEndWithoutAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, w := range inUse(t) {
			ctx := &testkit.Context{Channel: make(chan struct{})}
			c := begin(func() error { return w.call(ctx) })
			c.assertBlocked(t)
			close(ctx.Channel)
			c.assertReturned(t, context.Canceled)
			assert.True(t, w.check(), name)
		}
	})
}

// Rule 8: a panic in a context passes on, and leaves nothing behind.
func TestContextsThatPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, w := range inUse(t) {
			ctx := &testkit.Context{Channel: make(chan struct{}), OnValue: func(any) any { panic(errWhy) }}
			var panicked any
			go func() { _, panicked, _ = testkit.Leave(func() error { return w.call(ctx) }) }()
			synctest.Wait()
			ctx.OnErr = func() error { return context.Canceled }
			close(ctx.Channel)
			synctest.Wait()
			assert.Equal(t, errWhy, panicked, name)
			assert.True(t, w.check(), name)
		}
	})
}

// Rule 8: so does a panic in Done, which is called before anything is taken.
func TestContextsWhoseDonePanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, w := range inUse(t) {
			_, panicked, _ := testkit.Leave(func() error {
				return w.call(&testkit.Context{Parent: t.Context(), OnDone: func() <-chan struct{} { panic(errWhy) }})
			})
			assert.Equal(t, errWhy, panicked, name)
			assert.True(t, w.check(), name)
		}
	})
}

// looking returns a context each of whose methods calls look.
func looking(ctx context.Context, look func()) context.Context {
	return &testkit.Context{
		Parent:  ctx,
		OnDone:  func() <-chan struct{} { look(); return ctx.Done() },
		OnErr:   func() error { look(); return ctx.Err() },
		OnValue: func(key any) any { look(); return ctx.Value(key) },
	}
}

// Rule 10: a context is not called under a lock, so it may use what it is passed
// to.
func TestContextIsNotCalledUnderTheLock(t *testing.T) {
	for _, end := range []string{"canceled", "served"} {
		for name := range inUse(t) {
			t.Run(end+"/"+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					calls, look := inUseAndLook(t)
					w := calls[name]
					ctx, cancel := context.WithCancel(t.Context())
					c := begin(func() error { return w.call(looking(ctx, look)) })
					c.assertBlocked(t)
					if end == "served" && w.serve != nil {
						w.serve()
					}
					cancel()
					synctest.Wait()
					assert.True(t, c.returned)
				})
			})
		}
	}
}
