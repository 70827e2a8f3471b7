package semaphore

import "example.com/asyncgo/internal/watch"

// Named gives the semaphore a name, for package inspect, and returns it:
//
//	var db = semaphore.New(5).Named("db")
//
// It may be called at any time, and again: the last name counts. Several may
// have the same name. A name does not keep a semaphore from being collected.
//
// asyncio has no counterpart.
func (s *Semaphore) Named(name string) *Semaphore {
	watch.Name(s, name, func(s *Semaphore) watch.Resource { return (*semaphoreResource)(s) }, nil)
	return s
}

// Named gives the semaphores a name, as [Semaphore.Named] does, and returns k.
//
// asyncio has no counterpart.
func (k *Keyed[K]) Named(name string) *Keyed[K] {
	watch.Name(k, name, func(k *Keyed[K]) watch.Resource { return (*keyedResource[K])(k) }, nil)
	return k
}

// Named gives the lock a name, as [Semaphore.Named] does, and returns it.
// Package inspect then knows what holds it by [Lock.Lock], not only by
// [Lock.Do]; while a monitor is open, that makes both methods slower. It counts
// as a use: the lock must not be copied after it.
//
// asyncio has no counterpart.
func (l *Lock) Named(name string) *Lock {
	l.one.track(1)
	watch.Name(l, name, func(l *Lock) watch.Resource { return (*lockResource)(l) }, func(l *Lock) { l.one.retrack() })
	return l
}

// Named gives the lock a name, as [Lock.Named] does, and returns it. Of readers,
// only those of [RWLock.RDo] are known.
//
// asyncio has no counterpart.
func (l *RWLock) Named(name string) *RWLock {
	l.all.track(maxReaders)
	watch.Name(l, name, func(l *RWLock) watch.Resource { return (*rwResource)(l) }, func(l *RWLock) { l.all.retrack() })
	return l
}

// Named gives the event a name, as [Semaphore.Named] does, and returns it.
//
// asyncio has no counterpart.
func (e *Event) Named(name string) *Event {
	watch.Name(e, name, func(e *Event) watch.Resource { return (*eventResource)(e) }, nil)
	return e
}

// Named gives the condition variable a name, as [Semaphore.Named] does, and
// returns it.
//
// asyncio has no counterpart.
func (c *Cond) Named(name string) *Cond {
	watch.Name(c, name, func(c *Cond) watch.Resource { return (*condResource)(c) }, nil)
	return c
}

// Named gives the barrier a name, as [Semaphore.Named] does, and returns it.
//
// asyncio has no counterpart.
func (b *Barrier) Named(name string) *Barrier {
	watch.Name(b, name, func(b *Barrier) watch.Resource { return (*barrierResource)(b) }, nil)
	return b
}
