package semaphore

import (
	"context"

	"example.com/asyncgo/internal/ctxerr"
	"example.com/asyncgo/internal/watch"
)

// Lock is a mutual exclusion lock whose wait takes a context. The zero Lock is
// unlocked. It is not reentrant, and it has no owner: any goroutine may unlock
// it.
//
// A Lock is safe for concurrent use, and must not be copied after first use.
// Where no wait needs to be canceled, and order does not matter, [sync.Mutex]
// is faster under contention. Where most callers only read, see [RWLock].
//
// It mirrors asyncio.Lock.
type Lock struct {
	one lazySemaphore // of one permit
}

const opLock ctxerr.Op = "semaphore: Lock"

// The words of the semaphore while no call waits.
const (
	unlocked = 1
	locked   = unlocked << halfBits
)

func (l *Lock) sem() *Semaphore { return l.one.with(1) }

// Lock locks l. While l is locked, or other callers wait, it waits for its
// turn.
//
// If ctx is done first, Lock returns the context's error and does not take l,
// not even if l is granted at the same moment: it goes to the next waiter. If
// ctx is already done at the call, l is not taken even if it is free.
//
// The [Lock.Unlock] that lets it through happens before Lock returns. It
// allocates only to wait.
//
// It mirrors asyncio.Lock.acquire. Unlike there, a canceled call never gets the
// lock.
func (l *Lock) Lock(ctx context.Context) error {
	v := l.one.sem.word.Load() // before the context: see Semaphore.Acquire
	if ctx.Err() != nil {
		return ctxerr.EndedIn(ctx, opLock)
	}
	if v == unlocked && l.one.sem.word.CompareAndSwap(unlocked, locked) {
		return nil
	}
	if watch.On() {
		return l.lockWatched(ctx)
	}
	return l.sem().acquire(ctx, 1, opLock, (*lockResource)(l))
}

// TryLock locks l if it is unlocked and no call waits for it, and reports
// whether it did. It never waits.
//
// asyncio has no counterpart: there, locked() and acquire() are atomic
// together.
func (l *Lock) TryLock() bool { return l.sem().TryAcquire() }

// Unlock unlocks l, or passes it on, locked as it is, to the call that has
// waited longest. It never waits. It panics, and changes nothing, if l is not
// locked; the error wraps [ErrNotLocked].
//
// It mirrors asyncio.Lock.release.
func (l *Lock) Unlock() {
	if !l.one.sem.word.CompareAndSwap(locked, unlocked) {
		l.unlock()
	}
}

func (l *Lock) unlock() {
	l.one.released()
	if !l.sem().release(1) {
		panic(misused("Unlock of a lock that is not locked", ErrNotLocked))
	}
}

// Locked reports whether l is locked at this moment. The answer may be out of
// date at once; to act on it, use [Lock.TryLock].
//
// It mirrors asyncio.Lock.locked. Unlike there, a lock that is being passed on
// from one holder to the next is locked.
func (l *Lock) Locked() bool { return l.sem().Locked() }

// Waiting returns how many calls wait for l at this moment. These include calls
// of [Cond.Wait] that have been notified and wait to lock l again.
//
// It mirrors what asyncio shows in the repr of a lock.
func (l *Lock) Waiting() int { return l.sem().waiting() }

// Do locks l, calls fn, and unlocks l when fn returns, panics or calls
// [runtime.Goexit]. It waits and fails as [Lock.Lock] does, and then does not
// call fn; otherwise it returns fn's error unchanged.
//
// The context passed to fn derives from ctx and is canceled when fn returns. Do
// panics if fn is nil.
//
// It mirrors async with lock.
func (l *Lock) Do(ctx context.Context, fn func(ctx context.Context) error) error {
	if fn == nil {
		panic(misused("Lock.Do of a nil function"))
	}
	if watch.On() && !l.one.isTracked() {
		return doWatched(ctx, (*lockResource)(l), 1, (*scopedLock)(l), fn)
	}
	if err := l.Lock(ctx); err != nil {
		return err
	}
	defer l.Unlock()
	return call(ctx, fn)
}
