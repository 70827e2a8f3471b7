package semaphore_test

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/semaphore"
)

// E-01: set wakes all waiters, once and for all.
func TestEventWakesAllWaiters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var e semaphore.Event
		assert.False(t, e.IsSet())
		e.Clear()
		var calls []*call
		for range 5 {
			calls = append(calls, begin(func() error { return e.Wait(t.Context()) }))
		}
		calls[0].assertBlocked(t)
		e.Set()
		e.Set()
		for _, c := range calls {
			c.assertReturned(t, nil)
		}
		assert.True(t, e.IsSet())
		assert.NoError(t, e.Wait(t.Context()))
		e.Clear()
		assert.False(t, e.IsSet())
		c := begin(func() error { return e.Wait(t.Context()) })
		c.assertBlocked(t)
		e.Set()
		c.assertReturned(t, nil)
	})
}

// E-01: also waiters with a context that never ends.
func TestEventWakesWaitersThatCannotGiveUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var e semaphore.Event
		for _, ctx := range []context.Context{context.Background(), context.WithoutCancel(canceled(t))} {
			e.Clear()
			c := begin(func() error { return e.Wait(ctx) })
			c.assertBlocked(t)
			e.Set()
			c.assertReturned(t, nil)
		}
	})
}

// E-02: a call that waited at the Set returns, however soon Clear follows.
func TestEventSetThenClear(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var e semaphore.Event
		a := begin(func() error { return e.Wait(t.Context()) })
		e.Set()
		e.Clear()
		a.assertReturned(t, nil)
		ctx, cancel := context.WithCancel(t.Context())
		b := begin(func() error { return e.Wait(ctx) })
		b.assertBlocked(t)
		cancel()
		b.assertReturned(t, context.Canceled)
	})
}

// Rule 3, E-03: the delivery wins over the cancellation, even if the event is
// cleared at once.
func TestEventDeliveryWins(t *testing.T) {
	for _, cancelFirst := range []bool{true, false} {
		for _, cleared := range []bool{true, false} {
			for range 50 {
				synctest.Test(t, func(t *testing.T) {
					var e semaphore.Event
					ctx, cancel := context.WithCancel(t.Context())
					c := begin(func() error { return e.Wait(ctx) })
					if cancelFirst {
						cancel()
					}
					e.Set()
					if cleared {
						e.Clear()
					}
					cancel()
					synctest.Wait()
					if cancelFirst && c.err != nil { // it left before the Set
						c.assertReturned(t, context.Canceled)
						return
					}
					c.assertReturned(t, nil)
				})
			}
		}
	}
}

// Both are there when the waiter comes to look, as far as two processors can
// see to that: the delivery wins, whichever case select takes.
func TestEventSetAndCanceledAtOnce(t *testing.T) {
	for range 500 {
		var e semaphore.Event
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			for e.Waiting() == 0 {
				runtime.Gosched()
			}
			e.Set()
			e.Clear()
			cancel()
		}()
		if !assert.NoError(t, e.Wait(ctx)) {
			return
		}
	}
}

// What Done has returned is closed before any waiter returns, however many
// there are.
func TestEventDoneIsClosedFirst(t *testing.T) {
	const waiters = 5000
	var e semaphore.Event
	done := e.Done()
	var late atomic.Int64
	var wg sync.WaitGroup
	for range waiters {
		wg.Go(func() {
			if e.Wait(t.Context()) != nil || !isClosed(done) {
				late.Add(1)
			}
		})
	}
	for e.Waiting() < waiters {
		runtime.Gosched()
	}
	e.Set()
	wg.Wait()
	assert.Zero(t, late.Load())
	assert.Zero(t, e.Waiting())
}

// setsEvent returns a context that sets e when its Err is called, and then
// returns err.
func setsEvent(ctx context.Context, e *semaphore.Event, err error) context.Context {
	return &testkit.Context{Parent: ctx, OnErr: func() error { e.Set(); return err }}
}

// Rules 2 and 3: the same while Wait has only begun. It was set, and then the
// context ended.
func TestEventSetAndCanceledWhileWaitBegins(t *testing.T) {
	var e semaphore.Event
	assert.NoError(t, e.Wait(setsEvent(t.Context(), &e, context.Canceled)))
}

// It was set, and then the context had not ended. The event can be cleared
// afterwards.
func TestEventSetWhileWaitBegins(t *testing.T) {
	var e semaphore.Event
	assert.NoError(t, e.Wait(setsEvent(t.Context(), &e, nil)))
	e.Clear()
	assert.False(t, e.IsSet())
}

// Rule 2, E-05: what has happened is reported whatever the context says.
func TestEventWithADoneContext(t *testing.T) {
	var e semaphore.Event
	ctx := canceled(t)
	assertContextError(t, ctx, e.Wait(ctx))
	e.Set()
	assert.NoError(t, e.Wait(ctx))
	e.Clear()
	assertContextError(t, ctx, e.Wait(ctx))
}

// E-04, rule 4: a call that gives up leaves the others waiting.
func TestEventWaiterGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var e semaphore.Event
		ctx, cancel := context.WithCancelCause(t.Context())
		a := begin(func() error { return e.Wait(ctx) })
		b := begin(func() error { return e.Wait(t.Context()) })
		cancel(errWhy)
		a.assertReturned(t, context.Canceled)
		a.assertReturned(t, errWhy)
		b.assertBlocked(t)
		e.Set()
		b.assertReturned(t, nil)
	})
}

func TestEventDone(t *testing.T) {
	var e semaphore.Event
	isClosed := func(c <-chan struct{}) bool {
		select {
		case <-c:
			return true
		default:
			return false
		}
	}
	first := e.Done()
	assert.False(t, isClosed(first))
	assert.Equal(t, first, e.Done(), "one for all")
	e.Clear()
	assert.Equal(t, first, e.Done(), "clearing an event that is not set changes nothing")
	e.Set()
	assert.True(t, isClosed(first))
	assert.Equal(t, first, e.Done())
	e.Set()
	e.Clear()
	assert.True(t, isClosed(first), "it says that the event was set")
	second := e.Done()
	assert.False(t, isClosed(second))
	e.Set()
	assert.True(t, isClosed(second))

	var late semaphore.Event
	late.Set()
	assert.True(t, isClosed(late.Done()), "set before Done was first called")
	late.Clear()
	assert.False(t, isClosed(late.Done()))
}
