package semaphore

import (
	"context"
	"math"
	"sync"

	"example.com/asyncgo/internal/ctxerr"
	"example.com/asyncgo/internal/waitlist"
	"example.com/asyncgo/internal/watch"
)

// Cond is a condition variable: holders of a [Lock] wait at it until another
// holder notifies them that something has changed. Several Conds may share a
// Lock.
//
// Most callers want [Cond.WaitFor]. A Cond is made by [NewCond]; the zero value
// has no lock and panics. It is safe for concurrent use, and must not be copied
// after first use.
//
// It mirrors asyncio.Condition. Unlike there, the lock is made separately, and
// is always needed.
type Cond struct {
	lock *Lock

	// A waiter is in this list until a notification moves it, in order, to the
	// end of the lock's: it wakes when it holds the lock again. If its context
	// ends first it moves there by itself. So it never returns without the
	// lock, and whether it has been notified is decided under mu, by which call
	// takes it out of the list. A waiter that has been notified and returns an
	// error transfers the notification. The lock's own mu is taken under this
	// one.
	mu       sync.Mutex
	arrivals uint64
	waiters  waitlist.List[condWaiter]
}

type condWaiter struct {
	arrival uint64 // its number, in the order of Wait
	before  uint64 // it has been notified, as one of those with a lower number than this
	lock    waitlist.Node[waiter]
}

const opCond ctxerr.Op = "semaphore: Cond.Wait"

// NewCond returns a condition variable for l. It panics if l is nil.
//
// It mirrors asyncio.Condition. Unlike there, a lock has to be given.
func NewCond(l *Lock) *Cond {
	if l == nil {
		panic(misused("NewCond of a nil lock"))
	}
	return &Cond{lock: l}
}

// Wait unlocks the lock, waits to be notified, and locks it again, in its turn
// among all that wait for the lock. It always returns holding the lock, even
// with an error. Others may have held the lock in between, so call Wait in a
// loop that checks the condition, or use [Cond.WaitFor].
//
// If ctx is done before Wait holds the lock again, Wait returns the context's
// error, and a notification that it has received goes to the next call that was
// already waiting at that Notify. If ctx is already done at the call, Wait
// returns at once and keeps the lock.
//
// The [Cond.Notify] that ends it happens before Wait returns. It panics if the
// lock is not locked; the error wraps [ErrNotLocked]. It allocates a list node
// and a channel.
//
// It mirrors asyncio.Condition.wait. Unlike there, a canceled waiter that has
// not been notified passes nothing on.
func (c *Cond) Wait(ctx context.Context) error {
	c.check("Cond.Wait")
	if ctx.Err() != nil {
		return ctxerr.EndedIn(ctx, opCond)
	}
	done := ctx.Done() // may panic, so while the lock is still held
	if watch.On() {
		return c.waitWatched(ctx, done)
	}
	if !c.await(ctx, done) {
		return ctxerr.EndedIn(ctx, opCond)
	}
	return nil
}

// await waits for a notification and for the lock, and reports false if ctx is
// done by then. In that case, or if a method of ctx panics, the notification
// has been transferred.
func (c *Cond) await(ctx context.Context, done <-chan struct{}) (notified bool) {
	w := new(waitlist.Node[condWaiter])
	w.Value.lock.Value = newWaiter(1)
	ready := w.Value.lock.Value.ready
	c.mu.Lock()
	w.Value.arrival = c.arrivals
	c.arrivals++
	c.waiters.PushBack(w)
	c.mu.Unlock()
	c.unlockFor(w)

	defer func() {
		if !notified {
			c.transferNotification(w)
		}
	}()
	if done == nil {
		<-ready
	} else {
		select {
		case <-ready:
		case <-done:
			c.cancel(w)
			<-ready
			return false
		}
	}
	return ctx.Err() == nil
}

// WaitFor waits until pred, which is called with the lock held, is true: it is
// [Cond.Wait] in a loop. If pred is true at the call, WaitFor returns nil at
// once, whatever ctx says. When ctx is done, it calls pred once more, and
// returns nil if that is true and the context's error if not. It always returns
// holding the lock; a panic or [runtime.Goexit] in pred leaves the lock held.
//
// It panics if pred is nil, or, with an error that wraps [ErrNotLocked], if the
// lock is not locked.
//
// It mirrors asyncio.Condition.wait_for. Unlike there, the lock is needed even
// if pred is true at once.
func (c *Cond) WaitFor(ctx context.Context, pred func() bool) error {
	if pred == nil {
		panic(misused("Cond.WaitFor of a nil predicate"))
	}
	c.check("Cond.WaitFor")
	for !pred() {
		if err := c.Wait(ctx); err != nil {
			if pred() {
				return nil
			}
			return err
		}
	}
	return nil
}

// Notify wakes the n calls that have waited longest, or all if there are fewer;
// none if n is not positive. They return one after the other as each gets the
// lock. A notification for which no call waits is not kept.
//
// It panics if the lock is not locked; the error wraps [ErrNotLocked].
//
// It mirrors asyncio.Condition.notify.
func (c *Cond) Notify(n int) {
	c.check("Cond.Notify")
	c.mu.Lock()
	defer c.mu.Unlock()
	for ; n > 0 && c.waiters.Len() > 0; n-- {
		c.wakeFirst(c.arrivals)
	}
}

// NotifyAll wakes all calls that wait; see [Cond.Notify].
//
// It mirrors asyncio.Condition.notify_all.
func (c *Cond) NotifyAll() { c.Notify(math.MaxInt) }

// Waiting returns how many calls of [Cond.Wait] and [Cond.WaitFor] wait to be
// notified at this moment. Those that have been notified wait for the lock: see
// [Lock.Waiting]. The lock is not needed.
//
// It mirrors what asyncio shows in the repr of a condition.
func (c *Cond) Waiting() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.waiters.Len()
}

// check panics if the lock is not locked.
func (c *Cond) check(what string) {
	if c.lock == nil {
		panic(misused(what + " of a zero Cond"))
	}
	if !c.lock.Locked() {
		panic(misused(what+" without the lock", ErrNotLocked))
	}
}

// unlockFor unlocks the lock for w, which is in the list.
func (c *Cond) unlockFor(w *waitlist.Node[condWaiter]) {
	if c.lock.sem().release(1) {
		return
	}
	// Another goroutine has unlocked it since the check.
	c.mu.Lock()
	c.waiters.Remove(w)
	c.mu.Unlock()
	panic(misused("Cond.Wait without the lock", ErrNotLocked))
}

// cancel makes w wait for the lock, unless a notification has done so.
func (c *Cond) cancel(w *waitlist.Node[condWaiter]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.waiters.Remove(w) {
		c.lock.sem().queue(&w.Value.lock)
	}
}

// transferNotification gives the notification that w has received, if any, to
// the first in the list that was waiting at that Notify as well.
func (c *Cond) transferNotification(w *waitlist.Node[condWaiter]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if next := c.waiters.Front(); next != nil && next.Value.arrival < w.Value.before {
		c.wakeFirst(w.Value.before)
	}
}

// wakeFirst moves the first of the list to that of the lock. It is called under
// mu.
func (c *Cond) wakeFirst(before uint64) {
	w := c.waiters.PopFront()
	w.Value.before = before
	c.lock.sem().queue(&w.Value.lock)
}
