package conformance

import (
	"slices"
	"sync"

	"example.com/asyncgo/semaphore"
)

// cpythonCond is CPython's condition, made of this module's Lock and Event: it
// differs from Cond where rules C-02 and C-03 say so, and only there. A waiter
// that is cancelled while it queues for the lock queues again, and one that
// was cancelled at any time wakes the next.
type cpythonCond struct {
	lockOps

	mu      sync.Mutex
	waiters []*sleeper
}

// sleeper is one who waits to be notified.
type sleeper struct {
	semaphore.Event
	notified bool // under the condition's mu
}

func (c *cpythonCond) do(a *actor, st *Step) (any, error) {
	if st.Op == "acquire" || st.Op == "release" || st.Op == "locked" {
		return c.lockOps.do(a, st)
	}
	if st.Op == "wait_until" {
		v := a.world.resources[st.Var].(*variable)
		for v.get() < st.GE {
			if err := c.wait(a); err != nil {
				return nil, err
			}
		}
		return nil, nil
	}
	if st.Op == "wait" {
		return nil, c.wait(a)
	}
	if !c.Locked() {
		return nil, semaphore.ErrNotLocked
	}
	if st.Op == "notify" {
		c.notify(st.N)
	} else {
		c.notify(len(a.world.scenario.Actors))
	}
	return nil, nil
}

func (c *cpythonCond) wait(a *actor) error {
	if !c.Locked() {
		return semaphore.ErrNotLocked
	}
	me := &sleeper{}
	c.mu.Lock()
	c.waiters = append(c.waiters, me)
	c.mu.Unlock()
	c.Unlock()
	err := a.wait(me.Wait)
	c.mu.Lock()
	c.waiters = slices.DeleteFunc(c.waiters, func(w *sleeper) bool { return w == me })
	c.mu.Unlock()
	for {
		again := c.acquire(a)
		if again == nil {
			break
		}
		err = again
	}
	if err != nil {
		c.notify(1)
	}
	return err
}

func (c *cpythonCond) notify(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, w := range c.waiters {
		if n <= 0 {
			return
		}
		if !w.notified {
			w.notified = true
			w.Set()
			n--
		}
	}
}
