package conformance

import (
	"context"
	"slices"
	"sync"

	"example.com/asyncgo/semaphore"
)

// modelCond is a condition with a lock, without Cond and Lock. It does what
// Cond promises, except for the peculiarities of CPython that it is to have.
//
// A sleeper is in waiters until a notification or its cancellation moves it to
// the end of the queue for the lock. If it was canceled, it passes the
// notification on once it has the lock.
type modelCond struct {
	modelLock
	how Emulation

	mu       sync.Mutex // guards what follows, and what is in a sleeper
	arrivals int
	waiters  []*sleeper // in order of arrival
}

// sleeper is one wait to be notified.
type sleeper struct {
	arrival int           // counts from 0
	before  int           // the number of arrivals at the Notify that woke it; 0: none has
	awake   chan struct{} // closed once lock is set
	lock    place         // in the queue for the lock
}

func (c *modelCond) do(a *actor, st *Step) (any, error) {
	switch st.Op {
	case "wait":
		return nil, c.wait(a)
	case "wait_until":
		return nil, c.waitUntil(a, a.world.resources[st.Var].(*variable), st.GE)
	case "notify":
		return nil, c.notify(st.N)
	case "notify_all":
		return nil, c.notify(len(a.world.scenario.Actors))
	}
	return c.modelLock.do(a, st)
}

func (c *modelCond) waitUntil(a *actor, v *variable, ge int) error {
	if !c.how.has(CPythonFreePredicates) && !c.isLocked() {
		return semaphore.ErrNotLocked
	}
	for v.get() < ge {
		if err := c.wait(a); err != nil {
			return err
		}
	}
	return nil
}

func (c *modelCond) wait(a *actor) error {
	if !c.isLocked() {
		return semaphore.ErrNotLocked
	}
	if !c.how.has(CPythonUnlocks) && a.takeRequest() {
		return errCancelled
	}
	me := c.arrive()
	_ = c.release()
	err := a.wait(func(ctx context.Context) error { return c.sleep(ctx, me) })
	if late := c.lockAgain(a, me); late != nil {
		err = late
	}
	if err != nil {
		c.passOn(me)
	}
	return err
}

func (c *modelCond) arrive() *sleeper {
	c.mu.Lock()
	defer c.mu.Unlock()
	me := &sleeper{arrival: c.arrivals, awake: make(chan struct{})}
	c.arrivals++
	c.waiters = append(c.waiters, me)
	return me
}

// sleep returns once me is in the queue for the lock.
func (c *modelCond) sleep(ctx context.Context, me *sleeper) error {
	select {
	case <-me.awake:
		return nil
	case <-ctx.Done():
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if slices.Contains(c.waiters, me) {
		c.moveLocked(me)
	}
	return ctx.Err()
}

// moveLocked has me queue for the lock.
func (c *modelCond) moveLocked(me *sleeper) {
	c.waiters = slices.DeleteFunc(c.waiters, func(w *sleeper) bool { return w == me })
	me.lock = c.enqueue()
	close(me.awake)
}

// lockAgain waits until me has the lock, whatever happens. The error is that
// of a request that came meanwhile.
func (c *modelCond) lockAgain(a *actor, me *sleeper) (err error) {
	for c.how.has(CPythonRequeues) && a.world.ctx.Err() == nil {
		again := a.wait(func(ctx context.Context) error { return c.await(ctx, me.lock) })
		if again == nil {
			return err
		}
		err = again
		me.lock = c.enqueue()
	}
	late := a.wait(func(ctx context.Context) error {
		<-me.lock
		return ctx.Err()
	})
	if late != nil {
		err = late
	}
	return err
}

func (c *modelCond) notify(n int) error {
	if !c.isLocked() {
		return semaphore.ErrNotLocked
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wakeLocked(n, c.arrivals)
	return nil
}

// passOn is called when me, which holds the lock, has been canceled.
func (c *modelCond) passOn(me *sleeper) {
	c.mu.Lock()
	defer c.mu.Unlock()
	before := me.before
	if c.how.has(CPythonWakeUps) {
		before = c.arrivals
	}
	c.wakeLocked(1, before)
}

// wakeLocked notifies the first n of those that arrived before the number
// given.
func (c *modelCond) wakeLocked(n, before int) {
	for ; n > 0 && len(c.waiters) > 0 && c.waiters[0].arrival < before; n-- {
		me := c.waiters[0]
		me.before = before
		c.moveLocked(me)
	}
}
