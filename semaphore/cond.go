package semaphore

import (
	"context"
	"math"
	"sync"

	"example.com/asyncgo/internal/ctxerr"
	"example.com/asyncgo/internal/waitlist"
)

// Cond is a place where holders of a [Lock] wait until others, who hold it too, notify them
// that something has changed. Several Conds may share a Lock.
//
// Most callers want [Cond.WaitFor]. A Cond is made by [NewCond]; the zero value has no lock
// and panics. It is safe for concurrent use, and must not be copied after first use.
//
// It mirrors asyncio.Condition. Unlike there, the lock is made apart, and is always needed.
type Cond struct {
	lock *Lock

	// A waiter is in this line until a notification moves it, in order, to the end of the
	// lock's: it wakes when it holds the lock again. If its context ends first it moves
	// there by itself. So it never returns without the lock, and whether it has been
	// notified is decided under mu, by who takes it out of the line. The lock's own mu is
	// taken under this one.
	mu       sync.Mutex
	arrivals uint64
	waiters  waitlist.List[condWaiter]
}

type condWaiter struct {
	arrival uint64 // its number, in the order of Wait
	before  uint64 // it has been notified, as one of those with a lower number than this
	lock    waitlist.Node[waiter]
}

// NewCond returns a condition that belongs to l. It panics if l is nil.
//
// It mirrors asyncio.Condition. Unlike there, a lock has to be given.
func NewCond(l *Lock) *Cond {
	if l == nil {
		panic(misused("NewCond of a nil lock"))
	}
	return &Cond{lock: l}
}

// Wait unlocks the lock, waits to be notified, and locks it again, in the order of all who
// wait for it. It always returns holding the lock: also with an error, and then too it has
// waited for its turn. As it may find that others have come in between, call it in a loop
// that checks what is waited for, or use [Cond.WaitFor].
//
// If ctx ends before Wait holds the lock again, the error is that of ctx, and a
// notification that it has received goes to the next who was already waiting at that
// Notify. If ctx is done at the call, Wait returns at once and keeps the lock.
//
// What happened before the [Cond.Notify] that ends it happened before its return. It
// panics, and changes nothing, if the lock is not locked; the error wraps [ErrNotLocked].
// It allocates a place in the line and a channel.
//
// It mirrors asyncio.Condition.wait. Unlike there, a waiter that has not been notified
// passes nothing on when it is cancelled.
func (c *Cond) Wait(ctx context.Context) error {
	c.check("Cond.Wait")
	if ctx.Err() != nil {
		return ctxerr.Ended(ctx)
	}
	w := new(waitlist.Node[condWaiter])
	w.Value.lock.Value = newWaiter(1)
	ready := w.Value.lock.Value.ready
	c.mu.Lock()
	w.Value.arrival = c.arrivals
	c.arrivals++
	c.waiters.PushBack(w)
	c.mu.Unlock()
	c.leave(w)

	gaveUp := false
	if done := ctx.Done(); done == nil {
		<-ready
	} else {
		select {
		case <-ready:
		case <-done:
			gaveUp = true
			c.cancel(w)
			<-ready
		}
	}
	if !gaveUp && ctx.Err() == nil {
		return nil
	}
	c.passOn(w)
	return ctxerr.Ended(ctx)
}

// WaitFor waits until pred, which is called with the lock held, is true: it is [Cond.Wait]
// in a loop. If pred is true at the call, WaitFor returns nil at once, whatever ctx says.
// When ctx ends, it looks at pred once more, and returns nil if it is true and the error of
// ctx if not. It always returns holding the lock; a panic or [runtime.Goexit] in pred
// passes through and leaves it held.
//
// It panics if pred is nil, or, with an error that wraps [ErrNotLocked], if the lock is not
// locked.
//
// It mirrors asyncio.Condition.wait_for. Unlike there, the lock is needed also if pred is
// true at once.
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

// Notify wakes the n who have waited longest, or all if there are fewer; none if n is not
// positive. They go on one after the other as the lock gets free. A notification that
// nobody waits for is not kept.
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

// NotifyAll wakes everybody who waits; see [Cond.Notify].
//
// It mirrors asyncio.Condition.notify_all.
func (c *Cond) NotifyAll() { c.Notify(math.MaxInt) }

// check panics if nobody holds the lock.
func (c *Cond) check(what string) {
	if c.lock == nil {
		panic(misused(what + " of a zero Cond"))
	}
	if !c.lock.Locked() {
		panic(misused(what+" without the lock", ErrNotLocked))
	}
}

// leave unlocks the lock for w, which is in the line.
func (c *Cond) leave(w *waitlist.Node[condWaiter]) {
	if c.lock.sem().release(1) {
		return
	}
	// Somebody else has unlocked it since the check.
	c.mu.Lock()
	c.waiters.Remove(w)
	c.mu.Unlock()
	panic(misused("Cond.Wait without the lock", ErrNotLocked))
}

// cancel has w wait for the lock, unless a notification has seen to that.
func (c *Cond) cancel(w *waitlist.Node[condWaiter]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.waiters.Remove(w) {
		c.lock.sem().queue(&w.Value.lock)
	}
}

// passOn gives the notification that w has received, if any, to the first in the line that
// it was for as well.
func (c *Cond) passOn(w *waitlist.Node[condWaiter]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if next := c.waiters.Front(); next != nil && next.Value.arrival < w.Value.before {
		c.wakeFirst(w.Value.before)
	}
}

// wakeFirst moves the first of the line to that of the lock. It is called under mu.
func (c *Cond) wakeFirst(before uint64) {
	w := c.waiters.PopFront()
	w.Value.before = before
	c.lock.sem().queue(&w.Value.lock)
}
