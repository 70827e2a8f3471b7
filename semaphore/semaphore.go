// Package semaphore has asyncio's synchronisation primitives in Go: [Semaphore], bounded,
// counting, weighted and resizable; [Keyed], one for each key; [Lock], [Event], [Cond] and
// [Barrier].
//
// What they add to those of the standard library is that every wait takes a context, that
// waiters are served in the order in which they came, and that all of it is exact: no
// permit and no notification is lost or doubled, whatever is cancelled at whatever moment.
//
// # Ownership
//
// Permits and locks belong to nobody: any goroutine may release what another has taken, as
// in asyncio. What is released is counted, though, and releasing more than is held is
// misuse. The Do methods take, call a function and release on every way out of it: result,
// error, panic or [runtime.Goexit]. The context they give to the function ends with it, so
// nothing that outlives the call may depend on it.
//
// # Contexts
//
// A call whose context is done already takes nothing, even if it were free. A wait that its
// context ends returns an error for which [errors.Is] finds both ctx.Err() and
// [context.Cause] of ctx. What has already happened is reported whatever the context says:
// Wait on a set [Event], [Cond.WaitFor] with a predicate that is true. The order of checks
// is: context, closed or broken, too large.
//
// # Ties
//
// A grant and a cancellation may meet. A waiter that is given a permit, a lock or a
// notification and finds its context done reports the cancellation, and what it was given
// goes to the next in line. The trip of a Barrier and the setting of an Event are not
// anyone's to pass on: there the delivery wins and the error is nil.
//
// # Fairness
//
// First come, first served: what is released is handed to the one who has waited longest,
// and nobody who comes later overtakes, not even by a Try method. A waiter that asks for
// many permits is therefore never starved by those who ask for few. The price is that of a
// switch between goroutines whenever somebody waits, where a [sync.Mutex] lets a running
// goroutine in first. Without waiters, taking or releasing is one atomic operation.
//
// # Panics
//
// Misuse panics with an error that wraps [ErrMisuse], and leaves the state as it was:
// releasing what is not held, a negative size, a nil function. What the world can cause is
// returned as an error.
//
// # Memory model
//
// A release happens before the return of the acquisition that it lets through, and so do
// [Semaphore.Close] and [Semaphore.Resize]; Set before the return of Wait and before an
// IsSet that is true; Notify before the return of the Wait that it ends; the last arrival
// at a barrier before every return from it.
//
// # Testing
//
// Everything that blocks is durably blocked in a [testing/synctest] bubble. A value made
// outside may be used in one bubble after the other, and outside again, as long as nobody
// waits across the border; only the channel of [Event.Done] stays where it was first asked
// for.
package semaphore

import (
	"context"
	"sync"
	"sync/atomic"

	"example.com/asyncgo/internal/ctxerr"
	"example.com/asyncgo/internal/waitlist"
)

// Semaphore is a number of permits that are taken and given back. Made by [New] it is
// bounded, made by [NewCounting] it is not. The zero Semaphore is that of New(0): it grants
// nothing until [Semaphore.Resize] gives it permits.
//
// Most callers want [Semaphore.Do], or [Semaphore.Acquire] with a deferred
// [Semaphore.Release]. A Semaphore is safe for concurrent use, and must not be copied after
// first use. It starts no goroutine, and need not be closed.
//
// It mirrors asyncio.BoundedSemaphore and asyncio.Semaphore. Unlike them it is weighted,
// can be resized and closed, and a bound is enforced also while others wait.
type Semaphore struct {
	// As long as nobody waits, the word has the whole state, and taking and releasing are
	// one compare-and-swap. Otherwise it is 0, and everybody goes by mu and what it guards.
	// lock takes the state out of the word and unlock puts it back.
	//
	// A waiter leaves the line once, under mu: with permits, with an error, or because its
	// context has ended. If it has been given permits by then, it puts them back.
	word    atomic.Uint64
	mu      sync.Mutex
	limit   int // math.MaxInt for a counting semaphore
	free    int // negative while more is held than a lowered limit allows
	waiters waitlist.List[waiter]
	closed  bool

	counting bool // does not change
}

// New returns a bounded semaphore with n permits, all of them free. If n is 0, everybody
// waits until [Semaphore.Resize] brings permits. It panics if n is negative.
//
// It mirrors asyncio.BoundedSemaphore. Unlike there, releasing more than is held is noticed
// also while others wait.
func New(n int) *Semaphore {
	if n < 0 {
		panic(misused("New with a negative number of permits"))
	}
	return newSemaphore(n, n)
}

// NewCounting returns a semaphore with n free permits and without a bound: a release may
// come before any acquisition and raise the count. It panics if n is negative.
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

// Acquire takes one permit. While none is free, or others wait, it waits until those who
// came before have been served and a permit is handed to it.
//
// If ctx ends first, the error is that of ctx and no permit is taken, also if one was
// handed over in the same moment: that goes to the next. If ctx is done at the call, no
// permit is taken even if one is free. Acquire returns [ErrClosed] if the semaphore is, or
// is then, closed.
//
// The release that let it through happens before the return of Acquire. It allocates only
// to wait.
//
// It mirrors asyncio.Semaphore.acquire. Unlike there, a cancelled caller never gets a
// permit.
func (s *Semaphore) Acquire(ctx context.Context) error {
	if ctx.Err() != nil {
		return ctxerr.Ended(ctx)
	}
	if v := s.word.Load(); freeIn(v) > 0 && s.word.CompareAndSwap(v, v+moved(1)) {
		return nil
	}
	return s.acquire(ctx, 1)
}

// AcquireN takes n permits at once, or none; see [Semaphore.Acquire]. Nobody is served
// while it is first in line, so that it is not starved; when its context ends, those behind
// it go on.
//
// It returns [ErrTooLarge] if n is more than a limit above 0, at once or as soon as
// [Semaphore.Resize] makes it so. It panics if n is less than 1.
//
// asyncio has no counterpart.
func (s *Semaphore) AcquireN(ctx context.Context, n int) error {
	if n < 1 {
		panic(misused("AcquireN of less than one permit"))
	}
	if ctx.Err() != nil {
		return ctxerr.Ended(ctx)
	}
	if v := s.word.Load(); freeIn(v) >= n && s.word.CompareAndSwap(v, v+moved(n)) {
		return nil
	}
	return s.acquire(ctx, n)
}

// TryAcquire takes a permit if one is free, nobody waits for it and the semaphore is not
// closed, and reports whether it has. It never waits.
//
// asyncio has no counterpart: there, locked() and acquire() are atomic together.
func (s *Semaphore) TryAcquire() bool { return s.try(1) }

// TryAcquireN takes n permits if as many are free, nobody waits and the semaphore is not
// closed, and reports whether it has. It never waits. It panics if n is less than 1.
//
// asyncio has no counterpart.
func (s *Semaphore) TryAcquireN(n int) bool {
	if n < 1 {
		panic(misused("TryAcquireN of less than one permit"))
	}
	return s.try(n)
}

// Release gives one permit back and hands it to the one who has waited longest. It never
// waits, needs no context, and is legal on a closed semaphore. Any goroutine may call it.
//
// It panics, and changes nothing, if the semaphore is bounded and no permit is held (those
// handed to waiters are); the error wraps [ErrOverRelease].
//
// It mirrors asyncio.Semaphore.release and asyncio.BoundedSemaphore.release.
func (s *Semaphore) Release() {
	if v := s.word.Load(); roomIn(v) == 0 || !s.word.CompareAndSwap(v, v-moved(1)) {
		s.mustRelease(1)
	}
}

// ReleaseN gives n permits back at once and hands them on in the order of the waiters; see
// [Semaphore.Release]. It panics, and changes nothing, if fewer than n are held, or if n is
// less than 1.
//
// asyncio has no counterpart.
func (s *Semaphore) ReleaseN(n int) {
	if n < 1 {
		panic(misused("ReleaseN of less than one permit"))
	}
	if v := s.word.Load(); roomIn(v) < n || !s.word.CompareAndSwap(v, v-moved(n)) {
		s.mustRelease(n)
	}
}

// Do calls fn with one permit, which is released on every way out: result, error, panic or
// [runtime.Goexit]. It waits for the permit and fails as [Semaphore.Acquire] does, and then
// does not call fn; otherwise it returns fn's error as it is.
//
// The context that fn gets derives from ctx and ends with fn. Do panics if fn is nil.
//
// It mirrors async with semaphore.
func (s *Semaphore) Do(ctx context.Context, fn func(ctx context.Context) error) error {
	if fn == nil {
		panic(misused("Semaphore.Do of a nil function"))
	}
	if err := s.Acquire(ctx); err != nil {
		return err
	}
	defer s.Release()
	return call(ctx, fn)
}

// Resize sets the number of permits of a bounded semaphore. More permits wake, in order,
// exactly those waiters who now fit. If more are held than the new limit, nobody is served
// until enough are released. A limit of 0 is a pause: all wait. A limit above 0 ends with
// [ErrTooLarge] the waits for more permits than that, and those behind them go on.
//
// It panics, and changes nothing, if n is negative or the semaphore is a counting one.
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

// Close ends all waits, and refuses all that come later, with [ErrClosed]. Permits that are
// held stay so and may be released. A second Close does nothing.
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

// Locked reports whether a call of [Semaphore.Acquire] would have to wait at this moment: no
// permit is free, or others wait. On a closed semaphore nobody waits. The answer may be out
// of date at once; to act on it, use [Semaphore.TryAcquire].
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

// Stats is a [Semaphore] at one moment.
type Stats struct {
	Limit     int // permits in all; 0 for a counting semaphore
	Held      int // taken and not released, those just handed to waiters included; 0 for a counting semaphore
	Available int // free; never negative
	Waiting   int // calls that wait
}

// Stats returns the state of the semaphore at one moment, for which it locks it. The answer
// may be out of date at once.
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
