package semaphore

import (
	"context"

	"example.com/asyncgo/internal/ctxerr"
	"example.com/asyncgo/internal/watch"
)

// RWLock is a fair readers-writer lock whose waits take a context: any number
// of readers hold it at the same time, or one writer. The zero RWLock is
// unlocked. It is not reentrant, and it has no owner: any goroutine may unlock
// it.
//
// Callers are granted in FIFO order: a reader that comes behind a waiting
// writer waits, so that readers cannot starve writers, and readers in a row are
// granted together. A holder that reads must therefore not call [RWLock.RLock]
// again: if a writer waits by then, the two block each other for good.
//
// An RWLock is safe for concurrent use, and must not be copied after first use.
// Where no wait needs to be canceled, [sync.RWMutex] is faster under
// contention.
//
// asyncio has no counterpart; there, the package aiorwlock has one.
type RWLock struct {
	// A semaphore of which a reader takes one permit and a writer all. So the
	// order, the hand-off, and what happens when a cancellation meets a grant
	// are the semaphore's. It is locked for writing if all permits are held,
	// and for reading if some are.
	all lazySemaphore
}

const (
	opWLock ctxerr.Op = "semaphore: RWLock.Lock"
	opRLock ctxerr.Op = "semaphore: RWLock.RLock"
)

// maxReaders is how many readers may hold an RWLock at the same time; more
// wait.
const maxReaders = 1 << 30

// The words of the semaphore while no call waits.
const (
	rwUnlocked = maxReaders
	rwLocked   = rwUnlocked << halfBits
)

func (l *RWLock) sem() *Semaphore { return l.all.with(maxReaders) }

// Lock locks l for writing. While l is locked in either way, or other callers
// wait, it waits for its turn.
//
// If ctx is done first, Lock returns the context's error and does not take l,
// not even if l is granted at the same moment; readers that waited behind it
// are granted at once, if readers hold l or it is free. If ctx is already done
// at the call, l is not taken even if it is free.
//
// Each unlock that lets it through happens before Lock returns. It allocates
// only to wait.
//
// asyncio has no counterpart.
func (l *RWLock) Lock(ctx context.Context) error {
	v := l.all.sem.word.Load() // before the context: see Semaphore.Acquire
	if ctx.Err() != nil {
		return ctxerr.EndedIn(ctx, opWLock)
	}
	if v == rwUnlocked && l.all.sem.word.CompareAndSwap(rwUnlocked, rwLocked) {
		return nil
	}
	if watch.On() {
		return l.lockWatched(ctx)
	}
	return l.sem().acquire(ctx, maxReaders, opWLock, (*rwResource)(l))
}

// TryLock locks l for writing if it is unlocked and no call waits for it, and
// reports whether it did. It never waits.
//
// asyncio has no counterpart.
func (l *RWLock) TryLock() bool { return l.sem().try(maxReaders) }

// Unlock unlocks l, which is locked for writing, and passes it on to the next
// writer, or to all readers up to the next writer. It never waits. It panics,
// and changes nothing, if l is not locked for writing, even if readers hold it;
// the error wraps [ErrNotLocked].
//
// asyncio has no counterpart.
func (l *RWLock) Unlock() {
	if l.all.sem.word.CompareAndSwap(rwLocked, rwUnlocked) {
		return
	}
	l.all.released()
	if !l.sem().release(maxReaders) {
		panic(misused("Unlock of an RWLock that is not locked for writing", ErrNotLocked))
	}
}

// RLock locks l for reading. While l is locked for writing, or other callers
// wait, it waits for its turn.
//
// If ctx is done first, RLock returns the context's error and does not take l.
// If ctx is already done at the call, l is not taken even if it is free.
//
// The [RWLock.Unlock] that lets it through happens before RLock returns. It
// allocates only to wait.
//
// asyncio has no counterpart.
func (l *RWLock) RLock(ctx context.Context) error {
	v := l.all.sem.word.Load() // before the context: see Semaphore.Acquire
	if ctx.Err() != nil {
		return ctxerr.EndedIn(ctx, opRLock)
	}
	if freeIn(v) > 0 && l.all.sem.word.CompareAndSwap(v, v+takeDelta(1)) {
		return nil
	}
	return l.sem().acquire(ctx, 1, opRLock, (*rwResource)(l))
}

// TryRLock locks l for reading if it is not locked for writing and no call
// waits for it, and reports whether it did. It never waits.
//
// asyncio has no counterpart.
func (l *RWLock) TryRLock() bool { return l.sem().try(1) }

// RUnlock undoes one call of [RWLock.RLock]; the last one passes l on to a
// waiting writer. It never waits. It panics, and changes nothing, if l is not
// locked for reading, even if a writer holds it; the error wraps
// [ErrNotLocked].
//
// It happens before the return of the [RWLock.Lock] that it lets through.
//
// asyncio has no counterpart.
func (l *RWLock) RUnlock() {
	s := l.sem()
	for {
		v := s.word.Load()
		if held := roomIn(v); held == 0 || held == maxReaders {
			break // not locked for reading, or under the lock
		}
		if s.word.CompareAndSwap(v, v-takeDelta(1)) {
			return
		}
	}
	if !l.rUnlockLocking() {
		panic(misused("RUnlock of an RWLock that is not locked for reading", ErrNotLocked))
	}
}

func (l *RWLock) rUnlockLocking() bool {
	s := l.sem()
	s.lock()
	defer s.unlock()
	if held := s.limit - s.free; held == 0 || held == maxReaders {
		return false
	}
	s.free++
	s.grant()
	return true
}

// Waiting returns how many calls wait at this moment to lock l for writing and
// for reading. It takes time in proportion to their number.
//
// asyncio has no counterpart.
func (l *RWLock) Waiting() (writers, readers int) {
	s := l.sem()
	if s.word.Load() != 0 {
		return 0, 0
	}
	s.lock()
	defer s.unlock()
	for w := s.waiters.Front(); w != nil; w = w.Next() {
		if w.Value.n == maxReaders {
			writers++
		}
	}
	return writers, s.waiters.Len() - writers
}

// Do locks l for writing, calls fn, and unlocks l when fn returns, panics or
// calls [runtime.Goexit]. It waits and fails as [RWLock.Lock] does, and then
// does not call fn; otherwise it returns fn's error unchanged.
//
// The context passed to fn derives from ctx and is canceled when fn returns. Do
// panics if fn is nil.
//
// asyncio has no counterpart.
func (l *RWLock) Do(ctx context.Context, fn func(ctx context.Context) error) error {
	if fn == nil {
		panic(misused("RWLock.Do of a nil function"))
	}
	if watch.On() && !l.all.isTracked() {
		return doWatched(ctx, (*rwResource)(l), maxReaders, (*scopedWriter)(l), fn)
	}
	if err := l.Lock(ctx); err != nil {
		return err
	}
	defer l.Unlock()
	return call(ctx, fn)
}

// RDo is [RWLock.Do] for reading.
//
// asyncio has no counterpart.
func (l *RWLock) RDo(ctx context.Context, fn func(ctx context.Context) error) error {
	if fn == nil {
		panic(misused("RWLock.RDo of a nil function"))
	}
	if watch.On() {
		return doWatched(ctx, (*rwResource)(l), 1, (*scopedReader)(l), fn)
	}
	if err := l.RLock(ctx); err != nil {
		return err
	}
	defer l.RUnlock()
	return call(ctx, fn)
}
