package semaphore

import (
	"context"
	"sync"
	"sync/atomic"

	"example.com/asyncgo/internal/ctxerr"
	"example.com/asyncgo/internal/watch"
)

// Event is a flag that goroutines wait for: [Event.Set] lets all waiters
// return, and later calls of Wait return at once, until [Event.Clear]. The zero
// Event is not set.
//
// Most callers want [Event.Wait]; [Event.Done] is for use in a select. An Event
// is safe for concurrent use, and must not be copied after first use.
//
// It mirrors asyncio.Event.
type Event struct {
	set atomic.Bool // written under mu

	// The waiters share a channel, which the first makes and Set closes. The
	// last one to give up drops it, so that no channel outlives the waits that
	// it was made for. A waiter whose context ends after Set has taken the
	// channel away has been delivered.
	mu      sync.Mutex
	waiting int
	wake    chan struct{} // nil if no call waits

	done chan struct{} // what Done has returned since the last Clear
}

const opEvent ctxerr.Op = "semaphore: Event.Wait"

// Set sets the event, closes the channel of [Event.Done], and then wakes all
// waiters. On a set event it does nothing.
//
// What happened before Set happened before the return of every [Event.Wait]
// that it lets through, and before an [Event.IsSet] that is true because of it.
//
// It mirrors asyncio.Event.set.
func (e *Event) Set() {
	e.mu.Lock()
	if e.set.Load() {
		e.mu.Unlock()
		return
	}
	e.set.Store(true)
	if e.done != nil {
		close(e.done)
	}
	wake := e.wake
	e.waiting, e.wake = 0, nil
	e.mu.Unlock()
	if wake != nil {
		close(wake) // last, and outside the lock: it takes long if very many wait
	}
}

// Clear makes the event one that is not set. The calls of Wait that were
// blocked when it was set return all the same, however soon Clear follows. On
// an event that is not set it does nothing.
//
// It mirrors asyncio.Event.clear.
func (e *Event) Clear() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.set.Load() {
		e.set.Store(false)
		e.done = nil
	}
}

// IsSet reports whether the event is set at this moment.
//
// It mirrors asyncio.Event.is_set.
func (e *Event) IsSet() bool { return e.set.Load() }

// Wait waits until the event is set. If it is set, Wait returns nil at once,
// whatever ctx says, and so it does if the event was set while it waited, even
// if ctx ended at the same moment. If ctx is done first, Wait returns the
// context's error.
//
// The first waiter makes a channel, which the others share; on a set event Wait
// is one atomic load.
//
// It mirrors asyncio.Event.wait.
func (e *Event) Wait(ctx context.Context) error {
	if e.set.Load() {
		return nil
	}
	// Once more: it may have been set before ctx ended.
	if ctx.Err() != nil && !e.set.Load() {
		return ctxerr.EndedIn(ctx, opEvent)
	}
	done := ctx.Done() // may panic, so before the call counts
	blocked := watch.Blocked(ctx, watch.Event, (*eventResource)(e), 0)
	e.mu.Lock()
	if e.set.Load() {
		e.mu.Unlock()
		return nil
	}
	if e.wake == nil {
		e.wake = make(chan struct{})
	}
	wake := e.wake
	e.waiting++
	e.mu.Unlock()

	blocked.Start()
	woken := true
	if done == nil {
		<-wake
	} else {
		select {
		case <-wake:
		case <-done:
			woken = false
		}
	}
	blocked.End()
	if woken || !e.giveUp(wake) {
		return nil
	}
	return ctxerr.EndedIn(ctx, opEvent)
}

// giveUp counts one waiter less for wake, and reports false if the event has
// been set meanwhile.
func (e *Event) giveUp(wake chan struct{}) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.wake != wake {
		return false
	}
	if e.waiting--; e.waiting == 0 {
		e.wake = nil
	}
	return true
}

// Done returns a channel that is closed when the event is set; it is closed
// already if the event is. When a set event has been cleared, Done returns
// another one.
//
// In a [testing/synctest] bubble, or outside, the channel belongs to where Done
// first returned it, and Set must be called there. Use [Event.Wait] for an
// event that is shared.
//
// asyncio has no counterpart.
func (e *Event) Done() <-chan struct{} {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.done == nil {
		e.done = make(chan struct{})
		if e.set.Load() {
			close(e.done)
		}
	}
	return e.done
}

// Waiting returns how many calls of [Event.Wait] are blocked at this moment.
//
// It mirrors what asyncio shows in the repr of an event.
func (e *Event) Waiting() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.waiting
}
