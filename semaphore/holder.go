package semaphore

import (
	"context"
	"sync/atomic"

	"example.com/asyncgo/internal/ctxerr"
	"example.com/asyncgo/internal/watch"
)

// holder is what holds a lock that has a name, as a monitor sees it: a call of
// Lock, until Unlock is called.
//
// While a monitor is open the word of such a lock stays 0, so that every call
// comes by here. The record is stored by the call that has acquired the lock,
// and taken out by the one that unlocks it, before it passes the lock on. If the
// lock was acquired otherwise, by TryLock or before the monitor was opened,
// there is none.
type holder struct {
	held atomic.Pointer[watch.Wait]
}

// unknownHolder is that of every lock without a name.
var unknownHolder holder

// track makes what holds the lock known, which has so many permits.
func (l *lazySemaphore) track(permits int) {
	s := l.with(permits)
	s.lock()
	defer s.unlock()
	s.tracked = true
	if l.used.Load() == &unknownHolder {
		l.used.Store(new(holder))
	}
}

// isTracked reports whether Lock notes what holds the lock.
func (l *lazySemaphore) isTracked() bool {
	h := l.used.Load()
	return h != nil && h != &unknownHolder
}

// retrack takes the state out of the word if a monitor is open.
func (l *lazySemaphore) retrack() {
	l.sem.lock()
	l.sem.unlock()
}

// acquireTracked is acquire of all permits of a lock, which has been used; it
// notes what holds it.
func (l *lazySemaphore) acquireTracked(ctx context.Context, acquire func() error, r resource, n int) error {
	if !l.isTracked() {
		return acquire()
	}
	h := l.used.Load()
	held := watchHold(ctx, r, n)
	if err := acquire(); err != nil {
		return err
	}
	if held != nil {
		held.Start()
		h.held.Store(held)
	}
	return nil
}

// released notes that nothing holds the lock any more.
func (l *lazySemaphore) released() {
	if l.isTracked() {
		l.used.Load().held.Swap(nil).End()
	}
}

func (l *Lock) lockWatched(ctx context.Context) error {
	s := l.sem()
	return l.one.acquireTracked(ctx, func() error {
		return s.acquire(ctx, 1, opLock, (*lockResource)(l))
	}, (*lockResource)(l), 1)
}

func (l *RWLock) lockWatched(ctx context.Context) error {
	s := l.sem()
	return l.all.acquireTracked(ctx, func() error {
		return s.acquire(ctx, maxReaders, opWLock, (*rwResource)(l))
	}, (*rwResource)(l), maxReaders)
}

// waitWatched is Wait for a monitor, which sees the call at the condition until
// it has the lock again.
func (c *Cond) waitWatched(ctx context.Context, done <-chan struct{}) error {
	node, lock, l := watch.In(ctx), &c.lock.one, (*lockResource)(c.lock)
	blocked := node.BlockedIn(ctx, watch.Cond, (*condResource)(c), 0)
	var held *watch.Wait
	if lock.isTracked() {
		held = node.Holding(watch.Lock, l, 0)
		lock.released()
	} else {
		held = node.Suspend(l) // that of Do
	}
	blocked.Start()
	defer func() { blocked.End() }() // also if ctx panics
	notified := c.await(ctx, done)
	blocked.End()
	blocked = nil
	held.Start()
	if held != nil && lock.isTracked() {
		lock.used.Load().held.Swap(held).End()
	}
	if !notified {
		return ctxerr.EndedIn(ctx, opCond)
	}
	return nil
}
