package semaphore

import (
	"context"
	"sync/atomic"

	"example.com/asyncgo/internal/ctxerr"
)

// Lock is a mutual exclusion lock whose wait takes a context. The zero Lock is unlocked. It
// is not reentrant, and nobody owns it: any goroutine may unlock it.
//
// A Lock is safe for concurrent use, and must not be copied after first use. Where no wait
// needs to be cancelled, and order does not matter, [sync.Mutex] is faster under
// contention.
//
// It mirrors asyncio.Lock.
type Lock struct {
	// A semaphore of one permit, which gets it when first needed.
	one  Semaphore
	used atomic.Bool
}

// The words of the semaphore while nobody waits.
const (
	unlocked = 1
	locked   = unlocked << halfBits
)

func (l *Lock) sem() *Semaphore {
	if !l.used.Load() {
		l.setUp()
	}
	return &l.one
}

func (l *Lock) setUp() {
	l.one.mu.Lock()
	defer l.one.mu.Unlock()
	if !l.used.Load() {
		l.one.setUp(1, 1)
		l.used.Store(true)
	}
}

// Lock locks l. While it is locked, or others wait, Lock waits until those who came before
// have had it and it is handed over.
//
// If ctx ends first, the error is that of ctx and l is not taken, also if it was handed
// over in the same moment: it goes to the next. If ctx is done at the call, l is not taken
// even if it is free.
//
// The [Lock.Unlock] that let it through happens before the return of Lock. It allocates
// only to wait.
//
// It mirrors asyncio.Lock.acquire. Unlike there, a cancelled caller never gets the lock.
func (l *Lock) Lock(ctx context.Context) error {
	if ctx.Err() != nil {
		return ctxerr.Ended(ctx)
	}
	if l.one.word.CompareAndSwap(unlocked, locked) {
		return nil
	}
	return l.sem().acquire(ctx, 1)
}

// TryLock locks l if it is unlocked and nobody waits for it, and reports whether it has. It
// never waits.
//
// asyncio has no counterpart: there, locked() and acquire() are atomic together.
func (l *Lock) TryLock() bool { return l.sem().TryAcquire() }

// Unlock unlocks l, or hands it, locked as it is, to the one who has waited longest. It
// never waits. It panics, and changes nothing, if l is not locked; the error wraps
// [ErrNotLocked].
//
// It mirrors asyncio.Lock.release.
func (l *Lock) Unlock() {
	if !l.one.word.CompareAndSwap(locked, unlocked) {
		l.unlock()
	}
}

func (l *Lock) unlock() {
	if !l.sem().release(1) {
		panic(misused("Unlock of a lock that is not locked", ErrNotLocked))
	}
}

// Locked reports whether l is locked at this moment. The answer may be out of date at once;
// to act on it, use [Lock.TryLock].
//
// It mirrors asyncio.Lock.locked. Unlike there, a lock on its way from one holder to the
// next is locked.
func (l *Lock) Locked() bool { return l.sem().Locked() }

// Do calls fn with l locked, and unlocks it on every way out: result, error, panic or
// [runtime.Goexit]. It waits for the lock and fails as [Lock.Lock] does, and then does not
// call fn; otherwise it returns fn's error as it is.
//
// The context that fn gets derives from ctx and ends with fn. Do panics if fn is nil.
//
// It mirrors async with lock.
func (l *Lock) Do(ctx context.Context, fn func(ctx context.Context) error) error {
	if fn == nil {
		panic(misused("Lock.Do of a nil function"))
	}
	if err := l.Lock(ctx); err != nil {
		return err
	}
	defer l.Unlock()
	return call(ctx, fn)
}
