package semaphore

import (
	"context"
	"sync"
	"sync/atomic"

	"example.com/asyncgo/internal/ctxerr"
	"example.com/asyncgo/internal/keys"
	"example.com/asyncgo/internal/watch"
)

// Keyed is a bounded semaphore for each key: at most so many callers hold the
// same key, and different keys never wait for each other. A key takes memory
// only while a caller holds or waits for it.
//
// A Keyed is made by [NewKeyed]; the zero value is of no use and panics. It is
// safe for concurrent use, and must not be copied after first use.
//
// asyncio has no counterpart: it takes the place of a dictionary of locks.
type Keyed[K comparable] struct {
	limit int

	// mu guards the map and which of its entries are in use: those of which
	// permits are held, or for which calls wait. No call waits under it. The
	// semaphores' own locks are taken under mu, and never the other way round.
	// When a cancellation meets a grant is the semaphore's business; either way
	// the call is counted out under mu afterwards.
	mu      sync.Mutex
	entries keys.Table[K, *entry]
	spare   *entry // the one dropped last, to be reused

	// freed counts, under mu, the moments at which a permit may have come free.
	freed atomic.Uint64
}

type entry struct {
	waiting int // calls that wait, or are about to, or have done so a moment ago
	sem     Semaphore
}

const opKeyed ctxerr.Op = "semaphore: Keyed.Acquire"

// NewKeyed returns a semaphore with n permits for each key. With n = 1 it is a
// lock for each key. It panics if n is less than 1.
//
// asyncio has no counterpart.
func NewKeyed[K comparable](n int) *Keyed[K] {
	if n < 1 {
		panic(misused("NewKeyed with less than one permit"))
	}
	return &Keyed[K]{limit: n}
}

// Acquire acquires a permit of key. It waits, in FIFO order for that key, and
// fails as [Semaphore.Acquire] does.
//
// It panics, before anything is locked, if key is not equal to itself (NaN), or
// of an interface type with a value that cannot be hashed; so do the other
// methods.
//
// asyncio has no counterpart; for one key it is asyncio.Semaphore.acquire.
func (k *Keyed[K]) Acquire(ctx context.Context, key K) error {
	k.check(key)
	freed := k.freed.Load() // before the context: see below
	if ctx.Err() != nil {
		return ctxerr.EndedIn(ctx, opKeyed)
	}
	k.mu.Lock()
	e := k.entry(key)
	if e.sem.try(1) {
		// What has come free since may have done so after ctx had ended.
		late := k.freed.Load() != freed || e.waiting > 0
		k.mu.Unlock()
		if late && !k.confirm(ctx, key) {
			return ctxerr.EndedIn(ctx, opKeyed)
		}
		return nil
	}
	e.waiting++
	k.mu.Unlock()
	defer k.waited(key, e) // even if a method of ctx panics
	var r resource
	if watch.On() {
		r = &keyedPermit[K]{k, key}
	}
	return e.sem.acquire(ctx, 1, opKeyed, r)
}

// confirm reports whether ctx is alive, and otherwise, or if a method of ctx
// panics, releases the permit.
func (k *Keyed[K]) confirm(ctx context.Context, key K) (alive bool) {
	defer func() {
		if !alive {
			k.Release(key)
		}
	}()
	return ctx.Err() == nil
}

// waited counts one waiting call less.
func (k *Keyed[K]) waited(key K, e *entry) {
	k.mu.Lock()
	defer k.mu.Unlock()
	e.waiting--
	k.freed.Add(1) // if it gave up
	k.tidy(key, e)
}

// TryAcquire acquires a permit of key if one is free and no call waits for it,
// and reports whether it did. It never waits, and leaves nothing behind if it
// fails.
//
// asyncio has no counterpart.
func (k *Keyed[K]) TryAcquire(key K) bool {
	k.check(key)
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.entry(key).sem.try(1)
}

// Release releases a permit of key, which goes to the call that has waited for
// that key longest. It never waits. It panics, and changes nothing, if no
// permit of key is held; the error wraps [ErrOverRelease].
//
// asyncio has no counterpart; for one key it is
// asyncio.BoundedSemaphore.release.
func (k *Keyed[K]) Release(key K) {
	k.check(key)
	k.mu.Lock()
	e, _ := k.entries.Get(key)
	released := e != nil && e.sem.release(1)
	if released {
		k.freed.Add(1)
		k.tidy(key, e)
	}
	k.mu.Unlock()
	if !released {
		panic(misused("released a key that is not held", ErrOverRelease))
	}
}

// Do acquires a permit of key, calls fn, and releases the permit when fn
// returns, panics or calls [runtime.Goexit]. It waits and fails as
// [Keyed.Acquire] does, and then does not call fn; otherwise it returns fn's
// error unchanged.
//
// The context passed to fn derives from ctx and is canceled when fn returns. Do
// panics if fn is nil.
//
// asyncio has no counterpart; for one key it is async with semaphore.
func (k *Keyed[K]) Do(ctx context.Context, key K, fn func(ctx context.Context) error) error {
	if fn == nil {
		panic(misused("Keyed.Do of a nil function"))
	}
	if watch.On() {
		return k.doWatched(ctx, key, fn)
	}
	if err := k.Acquire(ctx, key); err != nil {
		return err
	}
	defer k.Release(key)
	return call(ctx, fn)
}

// Len returns the number of keys that are held or waited for at this moment.
//
// asyncio has no counterpart.
func (k *Keyed[K]) Len() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.entries.Len()
}

// check panics if k is the zero value, or key cannot be the key of a map.
func (k *Keyed[K]) check(key K) {
	if k.limit == 0 {
		panic(misused("use of a zero Keyed"))
	}
	if err := keys.Check(key); err != nil {
		panic(misused(err.Error(), err))
	}
}

// The following are called under mu.

// entry returns the entry of key. A new one has a permit free, which the caller
// takes.
func (k *Keyed[K]) entry(key K) *entry {
	e, ok := k.entries.Get(key)
	if ok {
		return e
	}
	if e = k.spare; e == nil {
		e = new(entry)
		e.sem.setUp(k.limit, k.limit)
	}
	k.spare = nil
	k.entries.Set(key, e)
	return e
}

// tidy drops the entry of key if it is no longer in use.
func (k *Keyed[K]) tidy(key K, e *entry) {
	if e.waiting > 0 || !e.sem.idle() {
		return
	}
	k.entries.Delete(key)
	k.spare = e
}
