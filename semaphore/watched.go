package semaphore

import (
	"context"
	"weak"

	"example.com/asyncgo/internal/watch"
)

// resource is what a monitor sees of a semaphore, or of what is made of one.
type resource interface {
	watch.Resource
	// wait says what a call waits for, or holds, that wants n permits of the
	// semaphore, and how it counts them.
	wait(n int) (what watch.What, count int)
}

// watchWait is the record of a call that is about to wait for n permits.
func watchWait(ctx context.Context, r resource, n int) *watch.Wait {
	what, count := r.wait(n)
	return watch.Blocked(ctx, what, r, count)
}

// scoped is what a Do method acquires and releases.
type scoped interface {
	Acquire(ctx context.Context) error
	Release()
}

type (
	scopedLock   Lock
	scopedWriter RWLock
	scopedReader RWLock
)

func (l *scopedLock) Acquire(ctx context.Context) error   { return (*Lock)(l).Lock(ctx) }
func (l *scopedLock) Release()                            { (*Lock)(l).Unlock() }
func (l *scopedWriter) Acquire(ctx context.Context) error { return (*RWLock)(l).Lock(ctx) }
func (l *scopedWriter) Release()                          { (*RWLock)(l).Unlock() }
func (l *scopedReader) Acquire(ctx context.Context) error { return (*RWLock)(l).RLock(ctx) }
func (l *scopedReader) Release()                          { (*RWLock)(l).RUnlock() }

// doWatched is a Do method for a monitor: it sees n permits of r as held while
// fn is called.
func doWatched(ctx context.Context, r resource, n int, s scoped, fn func(ctx context.Context) error) error {
	held := watchHold(ctx, r, n)
	if err := s.Acquire(ctx); err != nil {
		return err
	}
	defer s.Release()
	held.Start()
	defer held.End()
	return call(ctx, fn)
}

// useWatched is [Use] for a monitor, which sees a hold of what is this
// package's.
func useWatched[T any](ctx context.Context, l scoped, fn func(ctx context.Context) (T, error)) (result T, err error) {
	var held *watch.Wait
	if s, ok := l.(*Semaphore); ok {
		held = watchHold(ctx, (*semaphoreResource)(s), 1)
	}
	if err := l.Acquire(ctx); err != nil {
		return result, err
	}
	defer l.Release()
	held.Start()
	defer held.End()
	err = call(ctx, func(ctx context.Context) (err error) {
		result, err = fn(ctx)
		return err
	})
	return result, err
}

// watchHold is the record of a call that is about to acquire n permits.
func watchHold(ctx context.Context, r resource, n int) *watch.Wait {
	what, count := r.wait(n)
	return watch.Holding(ctx, what, r, count)
}

// The resources are what they are of, seen with other methods.
type (
	semaphoreResource Semaphore
	lockResource      Lock
	rwResource        RWLock
	eventResource     Event
	condResource      Cond
	barrierResource   Barrier
)

func (r *semaphoreResource) wait(n int) (watch.What, int) { return watch.Semaphore, n }
func (r *semaphoreResource) Identity() any                { return weak.Make((*Semaphore)(r)) }

func (r *semaphoreResource) State() (kind string, stats []watch.Stat) {
	s := (*Semaphore)(r).Stats()
	return "semaphore", []watch.Stat{{Name: "limit", Value: s.Limit}, {Name: "held", Value: s.Held}, {Name: "free", Value: s.Available}, {Name: "waiting", Value: s.Waiting}}
}

func (r *lockResource) wait(int) (watch.What, int) { return watch.Lock, 0 }
func (r *lockResource) Identity() any              { return weak.Make((*Lock)(r)) }

func (r *lockResource) State() (kind string, stats []watch.Stat) {
	s := (*Lock)(r).sem().Stats()
	return "lock", []watch.Stat{{Name: "held", Value: s.Held}, {Name: "waiting", Value: s.Waiting}}
}

func (r *rwResource) wait(n int) (watch.What, int) {
	if n == maxReaders {
		return watch.Lock, 0
	}
	return watch.RLock, 0
}
func (r *rwResource) Identity() any { return weak.Make((*RWLock)(r)) }

func (r *rwResource) State() (kind string, stats []watch.Stat) {
	s := (*RWLock)(r).sem().Stats()
	readers, writer := s.Held, 0
	if readers == maxReaders {
		readers, writer = 0, 1
	}
	return "rwlock", []watch.Stat{{Name: "readers", Value: readers}, {Name: "writer", Value: writer}, {Name: "waiting", Value: s.Waiting}}
}

func (r *eventResource) Identity() any { return weak.Make((*Event)(r)) }

func (r *eventResource) State() (kind string, stats []watch.Stat) {
	e := (*Event)(r)
	set := 0
	if e.IsSet() {
		set = 1
	}
	return "event", []watch.Stat{{Name: "set", Value: set}, {Name: "waiting", Value: e.Waiting()}}
}

func (r *condResource) Identity() any { return weak.Make((*Cond)(r)) }

func (r *condResource) State() (kind string, stats []watch.Stat) {
	return "cond", []watch.Stat{{Name: "waiting", Value: (*Cond)(r).Waiting()}}
}

func (r *barrierResource) Identity() any { return weak.Make((*Barrier)(r)) }

func (r *barrierResource) State() (kind string, stats []watch.Stat) {
	b := (*Barrier)(r)
	broken := 0
	if b.Broken() {
		broken = 1
	}
	return "barrier", []watch.Stat{{Name: "parties", Value: b.Parties()}, {Name: "waiting", Value: b.Waiting()}, {Name: "broken", Value: broken}}
}

// keyedResource is a Keyed, of which calls wait for permits of one key.
type keyedResource[K comparable] Keyed[K]

func (r *keyedResource[K]) Identity() any { return weak.Make((*Keyed[K])(r)) }

func (r *keyedResource[K]) State() (kind string, stats []watch.Stat) {
	k := (*Keyed[K])(r)
	k.mu.Lock()
	defer k.mu.Unlock()
	waiting := 0
	for _, e := range k.entries.All() {
		waiting += e.sem.waiting()
	}
	return "keyed", []watch.Stat{{Name: "keys", Value: k.entries.Len()}, {Name: "waiting", Value: waiting}}
}

// keyedPermit is a permit of one key.
type keyedPermit[K comparable] struct {
	keyed *Keyed[K]
	key   K
}

func (p *keyedPermit[K]) wait(n int) (watch.What, int)      { return watch.Keyed, n }
func (p *keyedPermit[K]) Key() any                          { return p.key }
func (p *keyedPermit[K]) Identity() any                     { return (*keyedResource[K])(p.keyed).Identity() }
func (p *keyedPermit[K]) Acquire(ctx context.Context) error { return p.keyed.Acquire(ctx, p.key) }
func (p *keyedPermit[K]) Release()                          { p.keyed.Release(p.key) }

func (p *keyedPermit[K]) State() (kind string, stats []watch.Stat) {
	return (*keyedResource[K])(p.keyed).State()
}

// Permits are how many of the key there are, and how many calls wait for one.
func (p *keyedPermit[K]) Permits() (limit, waiting int) {
	p.keyed.mu.Lock()
	defer p.keyed.mu.Unlock()
	if e, ok := p.keyed.entries.Get(p.key); ok {
		waiting = e.sem.waiting()
	}
	return p.keyed.limit, waiting
}

// doWatched is Do for a monitor.
func (k *Keyed[K]) doWatched(ctx context.Context, key K, fn func(ctx context.Context) error) error {
	p := &keyedPermit[K]{k, key}
	return doWatched(ctx, p, 1, p, fn)
}
