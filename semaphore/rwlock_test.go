package semaphore_test

import (
	"context"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/semaphore"
)

// The zero RWLock is ready to use, whichever method is the first.
func TestZeroRWLock(t *testing.T) {
	nothing := func(context.Context) error { return nil }
	for _, first := range []func(l *semaphore.RWLock){
		func(*semaphore.RWLock) {},
		func(l *semaphore.RWLock) { assert.True(t, l.TryLock()); l.Unlock() },
		func(l *semaphore.RWLock) { assert.True(t, l.TryRLock()); l.RUnlock() },
		func(l *semaphore.RWLock) { assert.NoError(t, l.Lock(t.Context())); l.Unlock() },
		func(l *semaphore.RWLock) { assert.NoError(t, l.RLock(t.Context())); l.RUnlock() },
		func(l *semaphore.RWLock) { assertMisuse(t, l.Unlock, semaphore.ErrNotLocked) },
		func(l *semaphore.RWLock) { assertMisuse(t, l.RUnlock, semaphore.ErrNotLocked) },
		func(l *semaphore.RWLock) { assert.NoError(t, l.Do(t.Context(), nothing)) },
		func(l *semaphore.RWLock) { assert.NoError(t, l.RDo(t.Context(), nothing)) },
		func(l *semaphore.RWLock) {
			writers, readers := l.Waiting()
			assert.Zero(t, writers+readers)
		},
	} {
		var l semaphore.RWLock
		first(&l)
		assert.True(t, l.TryLock())
		assert.False(t, l.TryLock())
		assert.False(t, l.TryRLock())
		l.Unlock()
		assert.True(t, l.TryRLock())
		assert.True(t, l.TryRLock())
		assert.False(t, l.TryLock())
		l.RUnlock()
		assert.False(t, l.TryLock())
		l.RUnlock()
		assert.True(t, l.TryLock())
	}
}

// Rule 9: unlocking what is not held in that way panics and changes nothing,
// with and without waiters.
func TestRWLockUnlockedTheWrongWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l semaphore.RWLock
		both := func() {
			t.Helper()
			assertMisuse(t, l.Unlock, semaphore.ErrNotLocked)
			assertMisuse(t, l.RUnlock, semaphore.ErrNotLocked)
		}
		both()
		assert.True(t, l.TryRLock())
		assertMisuse(t, l.Unlock, semaphore.ErrNotLocked)
		writer := begin(func() error { return l.Lock(t.Context()) })
		reader := begin(func() error { return l.RLock(t.Context()) })
		assertMisuse(t, l.Unlock, semaphore.ErrNotLocked)
		writer.assertBlocked(t)
		l.RUnlock()
		writer.assertReturned(t, nil)
		assertMisuse(t, l.RUnlock, semaphore.ErrNotLocked)
		reader.assertBlocked(t)
		l.Unlock()
		reader.assertReturned(t, nil)
		assertMisuse(t, l.Unlock, semaphore.ErrNotLocked)
		l.RUnlock()
		both()

		assert.True(t, l.TryLock())
		assertMisuse(t, l.RUnlock, semaphore.ErrNotLocked)
		l.Unlock()
		both()
		assert.True(t, l.TryLock())
	})
}

// Rule 6: first come, first served. A reader behind a waiting writer waits, not
// even a Try overtakes, and readers in a row are granted together.
func TestRWLockIsFair(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l semaphore.RWLock
		write := func() *call { return begin(func() error { return l.Lock(t.Context()) }) }
		read := func() *call { return begin(func() error { return l.RLock(t.Context()) }) }
		waiting := func(writers, readers int) {
			t.Helper()
			w, r := l.Waiting()
			assert.Equal(t, []int{writers, readers}, []int{w, r})
		}
		a, b := read(), read()
		a.assertReturned(t, nil)
		b.assertReturned(t, nil)
		waiting(0, 0)
		c := write()
		waiting(1, 0)
		assert.False(t, l.TryRLock())
		assert.False(t, l.TryLock())
		d, e := read(), read()
		f, g, h := write(), write(), read()
		waiting(3, 3)
		l.RUnlock()
		c.assertBlocked(t)
		l.RUnlock()
		c.assertReturned(t, nil)
		waiting(2, 3)
		d.assertBlocked(t)
		l.Unlock()
		d.assertReturned(t, nil)
		e.assertReturned(t, nil)
		f.assertBlocked(t)
		h.assertBlocked(t)
		waiting(2, 1)
		assert.False(t, l.TryRLock())
		l.RUnlock()
		f.assertBlocked(t)
		l.RUnlock()
		f.assertReturned(t, nil)
		g.assertBlocked(t)
		l.Unlock()
		g.assertReturned(t, nil)
		h.assertBlocked(t)
		l.Unlock()
		h.assertReturned(t, nil)
		waiting(0, 0)
		assert.True(t, l.TryRLock())
		assert.False(t, l.TryLock())
	})
}

// A canceled writer lets the readers behind it through at once, if only readers
// hold the lock, and up to the next writer.
func TestRWLockCanceledWriter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l semaphore.RWLock
		assert.True(t, l.TryRLock())
		ctx, cancel := context.WithCancelCause(t.Context())
		writer := begin(func() error { return l.Lock(ctx) })
		a := begin(func() error { return l.RLock(t.Context()) })
		b := begin(func() error { return l.RLock(t.Context()) })
		next := begin(func() error { return l.Lock(t.Context()) })
		c := begin(func() error { return l.RLock(t.Context()) })
		cancel(errWhy)
		synctest.Wait()
		assertContextError(t, ctx, writer.err)
		a.assertReturned(t, nil)
		b.assertReturned(t, nil)
		next.assertBlocked(t)
		c.assertBlocked(t)
		for range 3 {
			l.RUnlock()
		}
		next.assertReturned(t, nil)

		// While a writer holds it, there is nothing to let through.
		ctx, cancelOther := context.WithCancel(t.Context())
		other := begin(func() error { return l.Lock(ctx) })
		cancelOther()
		other.assertReturned(t, context.Canceled)
		c.assertBlocked(t)
		l.Unlock()
		c.assertReturned(t, nil)
		l.RUnlock()
	})
}

// Rule 3, in both orders and with both ends: a canceled reader or writer does
// not hold the lock, and those behind it are granted.
func TestRWLockTies(t *testing.T) {
	type end struct {
		hold, release func(l *semaphore.RWLock)
		wait          func(l *semaphore.RWLock, ctx context.Context) error
		unlock        func(l *semaphore.RWLock)
	}
	hold := func(l *semaphore.RWLock) { l.TryLock() }
	holdRead := func(l *semaphore.RWLock) { l.TryRLock() }
	for name, e := range map[string]end{
		"writer behind writer": {hold, (*semaphore.RWLock).Unlock, (*semaphore.RWLock).Lock, (*semaphore.RWLock).Unlock},
		"writer behind reader": {holdRead, (*semaphore.RWLock).RUnlock, (*semaphore.RWLock).Lock, (*semaphore.RWLock).Unlock},
		"reader behind writer": {hold, (*semaphore.RWLock).Unlock, (*semaphore.RWLock).RLock, (*semaphore.RWLock).RUnlock},
	} {
		for _, cancelFirst := range []bool{true, false} {
			t.Run(name, func(t *testing.T) {
				for range 50 {
					synctest.Test(t, func(t *testing.T) {
						var l semaphore.RWLock
						e.hold(&l)
						ctx, cancel := context.WithCancel(t.Context())
						c := begin(func() error { return e.wait(&l, ctx) })
						writer := begin(func() error { return l.Lock(t.Context()) })
						reader := begin(func() error { return l.RLock(t.Context()) })
						if cancelFirst {
							cancel()
							e.release(&l)
						} else {
							e.release(&l)
							cancel()
						}
						synctest.Wait()
						if c.err == nil && !cancelFirst { // it had returned before
							writer.assertBlocked(t)
							e.unlock(&l)
						} else {
							c.assertReturned(t, context.Canceled)
						}
						writer.assertReturned(t, nil)
						reader.assertBlocked(t)
						l.Unlock()
						reader.assertReturned(t, nil)
						l.RUnlock()
						assert.True(t, l.TryLock(), "nothing is held in the end")
					})
				}
			})
		}
	}
}

// Rule 2: a call whose context is done takes nothing, even if it were free.
func TestRWLockWithADoneContextTakesNothing(t *testing.T) {
	var l semaphore.RWLock
	ctx := canceled(t)
	for range 100 {
		assertContextError(t, ctx, l.Lock(ctx))
		assertContextError(t, ctx, l.RLock(ctx))
	}
	assert.True(t, l.TryLock())
	assertContextError(t, ctx, l.RLock(ctx))
	l.Unlock()
	assert.True(t, l.TryLock())
}

// It has no owner, and it is not reentrant.
func TestRWLockHasNoOwner(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l semaphore.RWLock
		assert.NoError(t, l.Lock(t.Context()))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		assertContextError(t, ctx, l.RLock(ctx))
		go l.Unlock()
		synctest.Wait()
		assert.NoError(t, l.RLock(t.Context()))
		go l.RUnlock()
		synctest.Wait()
		assert.True(t, l.TryLock())
	})
}

// Several calls of RDo run at the same time; Do runs alone.
func TestRDoWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l semaphore.RWLock
		start := time.Now()
		minute := func(context.Context) error { time.Sleep(time.Minute); return nil }
		first := begin(func() error { return l.RDo(t.Context(), minute) })
		second := begin(func() error { return l.RDo(t.Context(), minute) })
		assert.NoError(t, l.Do(t.Context(), minute))
		first.assertReturned(t, nil)
		second.assertReturned(t, nil)
		assert.Equal(t, 2*time.Minute, time.Since(start))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		assert.True(t, l.TryLock())
		assertContextError(t, ctx, l.RDo(ctx, func(context.Context) error { panic("called") }))
		l.Unlock()
	})
}

// Whatever is canceled whenever, there is never a writer beside another holder,
// and in the end nothing is held.
func TestRWLockExcludes(t *testing.T) {
	var l semaphore.RWLock
	var writers, readers atomic.Int64
	value := 0 // for the race detector
	stress(8, 2000, func(r *rand.Rand) {
		ctx, cancel := maybeCanceled(t.Context(), r)
		defer cancel()
		write, try := r.IntN(3) == 0, r.IntN(8) == 0
		switch {
		case write && try && l.TryLock(), write && !try && l.Lock(ctx) == nil:
			assert.EqualValues(t, 1, writers.Add(1))
			assert.Zero(t, readers.Load())
			value++
			writers.Add(-1)
			l.Unlock()
		case !write && try && l.TryRLock(), !write && !try && l.RLock(ctx) == nil:
			readers.Add(1)
			assert.Zero(t, writers.Load())
			_ = value
			readers.Add(-1)
			l.RUnlock()
		}
	})
	w, r := l.Waiting()
	assert.Zero(t, w+r)
	assert.True(t, l.TryLock())
}
