// Package semaphore provides asyncio's synchronization primitives: semaphores,
// and the locks, events, conditions and barriers that wait by the same rules.
//
// Unlike in package sync, every wait takes a context, waiters are granted in
// FIFO order, and the accounting is exact: no permit and no notification is
// lost or delivered twice, whatever is canceled and whenever.
//
//	if err := sem.Acquire(ctx); err != nil {
//		return err // nothing is held
//	}
//	defer sem.Release()
//
// # Which type
//
//	at most n at once                    Semaphore, by New
//	by weight; a limit that changes      Semaphore.AcquireN, Semaphore.Resize
//	a count that may exceed its start    Semaphore, by NewCounting
//	one at a time                        Lock; sync.Mutex if nothing waits inside
//	many readers or one writer           RWLock
//	at most n, or one, for each key      Keyed
//	wait until something has happened    Event
//	wait until a condition holds         Cond
//	wait until n parties have arrived    Barrier
//
// # From asyncio
//
//	BoundedSemaphore(n), Semaphore(n)       New(n), NewCounting(n)
//	await sem.acquire(), sem.release()      s.Acquire(ctx), s.Release()
//	async with sem                          s.Do(ctx, fn), Use(ctx, s, fn)
//	a dict of locks                         NewKeyed[K](1)
//	Lock(), async with lock                 Lock, l.Do(ctx, fn)
//	aiorwlock.RWLock()                      RWLock
//	Event(), await event.wait()             Event, e.Wait(ctx)
//	Condition(lock), await cond.wait_for(p) NewCond(&l), c.WaitFor(ctx, p)
//	Barrier(n), await barrier.wait()        NewBarrier(n), b.Wait(ctx)
//
// # Ownership
//
// Permits and locks have no owner: any goroutine may release what another has
// acquired, as in asyncio. Releases are counted, though, and releasing more
// than is held panics. The Do methods and [Use] acquire, call a function, and
// release when it returns, panics or calls [runtime.Goexit]. The context that
// they pass to the function is canceled when the function returns, so nothing
// that outlives the call may depend on it.
//
// # Contexts
//
// A call whose context is already done takes nothing, even if it were free. A
// wait that is ended by its context returns an error for which [errors.Is]
// finds both ctx.Err() and [context.Cause](ctx), and whose text names the call,
// as in "semaphore: Acquire: context deadline exceeded". What has already
// happened is reported whatever the context says: Wait on a set [Event],
// [Cond.WaitFor] with a true predicate. The order of checks is: context, closed
// or broken, too large.
//
// # Ties
//
// A grant and a cancellation may come at the same moment. A waiter that is
// granted a permit, a lock or a notification and finds its context done returns
// the context's error, and the grant goes to the next waiter. The trip of a
// Barrier and the setting of an Event cannot be passed on: there the delivery
// wins and the error is nil.
//
// # Fairness
//
// Waiters are granted in FIFO order by direct hand-off: what is released goes
// to the caller that has waited longest, and a later call cannot barge in, not
// even a Try method. A wait for many permits is therefore never starved by
// waits for few. The price is a switch of goroutines per release while callers
// wait, where a [sync.Mutex] admits a running goroutine first. Without waiters,
// acquiring and releasing are one atomic operation each, except in [Keyed].
//
// # Panics
//
// A wrong call panics with an error that wraps [ErrMisuse], and leaves the
// state as it was: releasing what is not held, a negative size, a nil function.
// What can happen in a correct program is returned as an error.
//
// # Memory model
//
// A release happens before the return of the acquisition that it lets through,
// and so do [Semaphore.Close] and [Semaphore.Resize]. Set happens before the
// return of Wait and before an IsSet that is true; Notify before the return of
// the Wait that it ends; the last arrival at a barrier before every return from
// it.
//
// # Testing
//
// Every wait is durably blocked in a [testing/synctest] bubble. A value made
// outside may be used in one bubble after the other, and outside again, as long
// as no call waits in one place for a call in another. Only the channel of
// [Event.Done] belongs to where it was made.
package semaphore

import (
	"context"
	"sync"
	"sync/atomic"

	"example.com/asyncgo/internal/ctxerr"
	"example.com/asyncgo/internal/waitlist"
	"example.com/asyncgo/internal/watch"
)

// Semaphore is a number of permits that are acquired and released. Made by
// [New] it is bounded, made by [NewCounting] it is not. The zero Semaphore is
// equivalent to New(0): it grants nothing until [Semaphore.Resize] gives it
// permits.
//
// Most callers want [Semaphore.Do], or [Semaphore.Acquire] with a deferred
// [Semaphore.Release]. A Semaphore is safe for concurrent use, and must not be
// copied after first use. It starts no goroutine, and need not be closed.
//
// It mirrors asyncio.BoundedSemaphore and asyncio.Semaphore. Unlike them it is
// weighted, can be resized and closed, and enforces its bound even while
// callers wait.
type Semaphore struct {
	// While no call waits, the word holds the whole state, and acquiring and
	// releasing are one compare-and-swap. Otherwise it is 0, and every call
	// goes by mu and what mu guards. lock takes the state out of the word, and
	// unlock puts it back.
	//
	// A waiter leaves the list once, under mu: granted, refused with an error,
	// or because its context is done. If the context wins against a grant that
	// has been made already, the waiter puts the permits back, and they go to
	// the next.
	word    atomic.Uint64
	mu      sync.Mutex
	limit   int // math.MaxInt for a counting semaphore
	free    int // negative while more is held than a lowered limit allows
	waiters waitlist.List[waiter]
	closed  bool

	counting bool // does not change
	tracked  bool // while a monitor is open, the word stays 0
}

const (
	opAcquire  ctxerr.Op = "semaphore: Acquire"
	opAcquireN ctxerr.Op = "semaphore: AcquireN"
)

// New returns a bounded semaphore with n permits, all of them free. If n is 0,
// every call waits until [Semaphore.Resize] adds permits. New panics if n is
// negative.
//
// It mirrors asyncio.BoundedSemaphore. Unlike there, releasing more than is
// held is detected even while callers wait.
func New(n int) *Semaphore {
	if n < 0 {
		panic(misused("New with a negative number of permits"))
	}
	return newSemaphore(n, n)
}

// NewCounting returns a semaphore with n free permits and without a bound: a
// release may come before any acquisition and raise the count. NewCounting
// panics if n is negative.
//
// It mirrors asyncio.Semaphore.
func NewCounting(n int) *Semaphore {
	if n < 0 {
		panic(misused("NewCounting with a negative number of permits"))
	}
	s := newSemaphore(unbounded, n)
	s.counting = true
	return s
}

// Acquire acquires one permit. While none is free, or other callers wait, it
// waits for its turn.
//
// If ctx is done first, Acquire returns the context's error and takes no
// permit, not even one that is granted at the same moment: that goes to the
// next waiter. If ctx is already done at the call, no permit is taken even if
// one is free. Acquire returns [ErrClosed] if the semaphore is closed, before
// or during the wait.
//
// The release that lets it through happens before Acquire returns. It allocates
// only to wait.
//
// It mirrors asyncio.Semaphore.acquire. Unlike there, a canceled call never
// gets a permit.
func (s *Semaphore) Acquire(ctx context.Context) error {
	// The word is read before the context: what was free then was free while
	// ctx was alive, and if the word has changed since, the compare-and-swap
	// fails. (It may have changed back; but then, too, one permit was free
	// while ctx was alive.)
	v := s.word.Load()
	if ctx.Err() != nil {
		return ctxerr.EndedIn(ctx, opAcquire)
	}
	if freeIn(v) > 0 && s.word.CompareAndSwap(v, v+takeDelta(1)) {
		return nil
	}
	return s.acquire(ctx, 1, opAcquire, (*semaphoreResource)(s))
}

// AcquireN acquires n permits at once, or none; see [Semaphore.Acquire]. While
// it is first in line no other call is granted, so that it cannot be starved;
// if its context ends, the waiters behind it proceed.
//
// It returns [ErrTooLarge] if n exceeds a limit above 0, at once or as soon as
// [Semaphore.Resize] makes it so. It panics if n is less than 1.
//
// asyncio has no counterpart.
func (s *Semaphore) AcquireN(ctx context.Context, n int) error {
	if n < 1 {
		panic(misused("AcquireN of less than one permit"))
	}
	v := s.word.Load() // before the context: see Acquire
	if ctx.Err() != nil {
		return ctxerr.EndedIn(ctx, opAcquireN)
	}
	if freeIn(v) >= n && s.word.CompareAndSwap(v, v+takeDelta(n)) {
		return nil
	}
	return s.acquire(ctx, n, opAcquireN, (*semaphoreResource)(s))
}

// TryAcquire acquires a permit if one is free, no call waits and the semaphore
// is not closed, and reports whether it did. It never waits.
//
// asyncio has no counterpart: there, locked() and acquire() are atomic
// together.
func (s *Semaphore) TryAcquire() bool { return s.try(1) }

// TryAcquireN acquires n permits if as many are free, no call waits and the
// semaphore is not closed, and reports whether it did. It never waits. It
// panics if n is less than 1.
//
// asyncio has no counterpart.
func (s *Semaphore) TryAcquireN(n int) bool {
	if n < 1 {
		panic(misused("TryAcquireN of less than one permit"))
	}
	return s.try(n)
}

// Release releases one permit, which goes to the call that has waited longest.
// It never waits, needs no context, and is legal on a closed semaphore. Any
// goroutine may call it.
//
// It panics, and changes nothing, if the semaphore is bounded and no permit is
// held, where a permit granted to a waiter counts as held; the error wraps
// [ErrOverRelease].
//
// It mirrors asyncio.Semaphore.release and asyncio.BoundedSemaphore.release.
func (s *Semaphore) Release() {
	if v := s.word.Load(); roomIn(v) == 0 || !s.word.CompareAndSwap(v, v-takeDelta(1)) {
		s.mustRelease(1)
	}
}

// ReleaseN releases n permits at once, which go to the waiters in order; see
// [Semaphore.Release]. It panics, and changes nothing, if fewer than n are
// held, or if n is less than 1.
//
// asyncio has no counterpart.
func (s *Semaphore) ReleaseN(n int) {
	if n < 1 {
		panic(misused("ReleaseN of less than one permit"))
	}
	if v := s.word.Load(); roomIn(v) < n || !s.word.CompareAndSwap(v, v-takeDelta(n)) {
		s.mustRelease(n)
	}
}

// Do acquires a permit, calls fn, and releases the permit when fn returns,
// panics or calls [runtime.Goexit]. It waits and fails as [Semaphore.Acquire]
// does, and then does not call fn; otherwise it returns fn's error unchanged.
//
// The context passed to fn derives from ctx and is canceled when fn returns. Do
// panics if fn is nil. For a function with a result, see [Use].
//
// It mirrors async with semaphore.
func (s *Semaphore) Do(ctx context.Context, fn func(ctx context.Context) error) error {
	if fn == nil {
		panic(misused("Semaphore.Do of a nil function"))
	}
	if watch.On() {
		return doWatched(ctx, (*semaphoreResource)(s), 1, s, fn)
	}
	if err := s.Acquire(ctx); err != nil {
		return err
	}
	defer s.Release()
	return call(ctx, fn)
}

// Resize sets the number of permits of a bounded semaphore. More permits wake,
// in order, exactly those waiters that now fit. If more are held than the new
// limit allows, no waiter is granted until enough are released. A limit of 0 is
// a pause: every call waits, and the waiters go on waiting. A limit above 0
// ends with [ErrTooLarge] the waits for more permits than that, and those
// behind them proceed.
//
// It panics, and changes nothing, if n is negative or the semaphore is a
// counting one.
//
// asyncio has no counterpart.
func (s *Semaphore) Resize(n int) {
	switch {
	case n < 0:
		panic(misused("Resize to a negative number of permits"))
	case s.counting:
		panic(misused("Resize of a counting semaphore"))
	}
	s.lock()
	held := s.limit - s.free
	s.limit, s.free = n, n-held
	for w := s.waiters.Front(); w != nil; {
		next := w.Next()
		if s.tooLarge(w.Value.n) {
			s.refuse(w, tooLarge)
		}
		w = next
	}
	s.grant()
	s.unlock()
}

// Close ends all waits, and refuses all later calls, with [ErrClosed]. Permits
// that are held stay held and may be released. A second Close does nothing.
//
// asyncio has no counterpart.
func (s *Semaphore) Close() {
	s.lock()
	s.closed = true
	for w := s.waiters.Front(); w != nil; w = s.waiters.Front() {
		s.refuse(w, closed)
	}
	s.unlock()
}

// Locked reports whether a call of [Semaphore.Acquire] would have to wait at
// this moment: no permit is free, or other calls wait. A closed semaphore is
// not locked, since no call waits for it. The answer may be out of date at
// once; to act on it, use [Semaphore.TryAcquire].
//
// It mirrors asyncio.Semaphore.locked.
func (s *Semaphore) Locked() bool {
	if v := s.word.Load(); v != 0 {
		return freeIn(v) == 0
	}
	s.lock()
	defer s.unlock()
	return !s.closed && !s.fits(1)
}

// Stats is the state of a [Semaphore] at one moment.
type Stats struct {
	Limit     int // permits in all; 0 for a counting semaphore
	Held      int // acquired and not released, those granted to waiters included; 0 for a counting semaphore
	Available int // free; never negative
	Waiting   int // calls that wait
}

// Stats returns the state of the semaphore at one moment, for which it locks
// the semaphore. The answer may be out of date at once. Of a counting semaphore
// only Available and Waiting are known.
//
// It mirrors what asyncio shows in the repr of a semaphore.
func (s *Semaphore) Stats() Stats {
	s.lock()
	defer s.unlock()
	stats := Stats{Available: max(s.free, 0), Waiting: s.waiters.Len()}
	if !s.counting {
		stats.Limit, stats.Held = s.limit, s.limit-s.free
	}
	return stats
}

func (s *Semaphore) mustRelease(n int) {
	switch {
	case s.release(n):
	case s.counting:
		panic(misused("counting semaphore released more often than it can count"))
	default:
		panic(misused("released more than held", ErrOverRelease))
	}
}
