package taskgroup

import (
	"context"
	"sync"
	"sync/atomic"
)

// crew is a call whose functions are known from the start, and numbered from 0.
//
// Goroutines that work, the workers, claim a number, call that function, and
// claim the next one. Before a worker calls the user's function it sees to it
// that another worker is on its way, if there is more to claim. So functions
// that wait have a goroutine each, as with a go statement, and trivial ones
// share a few. A limit is nothing but a bound on the workers.
//
// state holds how many workers there are, and whether one of them is still on
// its way. A worker that finds nothing to claim leaves, and the last one to
// leave ends the call. The caller does not work: a function may end its
// goroutine by [runtime.Goexit]. Then another worker takes over what it had.
type crew struct {
	call
	n       int
	limit   int64                  // of workers
	do      func(i int) error      // calls function i and keeps its value
	failed  func(i int, err error) // is given its failure; nil: fail, which cancels the others
	settles bool                   // failed is given panics, too
	ended   func()                 // is called when the last worker leaves; may be nil

	arrive func()         // what a new worker does
	gone   sync.WaitGroup // where the caller waits
	good   atomic.Int64   // functions that returned nil, counted when a worker leaves

	_     [128]byte // up to here it is only read, mostly, while the workers work
	state atomic.Int64
	claims
}

// onItsWay is the flag in crew.state. The rest is the number of workers.
const onItsWay = 1 << 62

// worker is what a worker carries from one function to the next.
type worker struct {
	good int // functions that returned nil, and are not in crew.good yet
	pace
}

// newCrew returns a crew for n functions. Its do has to be set. A negative limit
// is none.
func newCrew(n, limit int) *crew {
	c := &crew{n: n, limit: int64(limit)}
	if limit < 0 {
		c.limit = int64(n)
	}
	return c
}

// run calls the functions, waits until they have ended and says how the call
// ends.
func (c *crew) run(ctx context.Context, op string) error {
	if c.n == 0 {
		return nil
	}
	if !c.start(ctx, op) {
		return c.join(false)
	}
	return c.join(c.wait())
}

// start has the functions called, at least one, and reports true; unless ctx is
// done already.
func (c *crew) start(ctx context.Context, op string) bool {
	if !c.open(ctx, op) {
		return false
	}
	c.arrive = func() {
		c.state.And(^onItsWay)
		c.serve(worker{})
	}
	c.gone.Add(1)
	c.state.Store(1 | onItsWay)
	go c.arrive()
	return true
}

// wait waits until nothing runs any more, and reports whether all functions
// were called and returned nil.
func (c *crew) wait() (whole bool) {
	c.gone.Wait()
	c.cancel(nil)
	return c.good.Load() == int64(c.n)
}

// stop cancels the functions and waits until nothing runs any more.
func (c *crew) stop() {
	if c.ctx != nil {
		c.cancel(nil)
		c.gone.Wait()
	}
}

// serve is the life of a worker. One that a function has ended by
// [runtime.Goexit] is replaced before it is gone.
func (c *crew) serve(w worker) {
	alive := false
	defer func() {
		if !alive {
			go c.serve(w)
		}
	}()
	for left := false; !left; left = c.leave() {
		for !c.shift(&w) {
			continue
		}
		c.good.Add(int64(w.good))
		w.good = 0
	}
	alive = true
}

// shift calls functions until there is none left to call, which it reports, or
// one of them panics.
func (c *crew) shift(w *worker) (over bool) {
	current := -1
	defer func() {
		if current >= 0 {
			c.broke(current, recover())
		}
	}()
	for !c.over() {
		i := w.take()
		if i < 0 {
			if i = c.next(&w.pace, c.n, c.limit < int64(c.n)); i < 0 {
				return true
			}
		}
		if s := c.state.Load(); s < c.limit { // and nobody is on his way, then
			c.reinforce(w, s)
		}
		current = i
		if err := c.do(i); err == nil {
			w.good++
		} else {
			c.failure(i, err)
		}
		current = -1
	}
	return true
}

// reinforce has a further worker come if there is something for it to do. s is
// the state.
func (c *crew) reinforce(w *worker, s int64) {
	if !c.unused(c.n) && !w.holds() {
		return
	}
	for s < c.limit {
		if c.state.CompareAndSwap(s, (s+1)|onItsWay) {
			go c.arrive()
			return
		}
		s = c.state.Load()
	}
}

// leave takes leave of a worker that has found nothing to claim. It reports
// false if that has to go on: another worker may have come by a window only
// after this one looked, and have sent for nobody because this one was there.
func (c *crew) leave() (left bool) {
	s := c.state.Add(-1)
	if s == 0 {
		if c.ended != nil {
			c.ended()
		}
		c.gone.Done()
		return true
	}
	for 0 < s && s < c.limit && c.ctx.Err() == nil && c.windowed() {
		if c.state.CompareAndSwap(s, s+1) {
			return false
		}
		s = c.state.Load()
	}
	return true
}

// failure takes note of a failure.
func (c *crew) failure(i int, err error) {
	if c.failed == nil {
		c.fail(i, err)
	} else {
		c.failed(i, err)
	}
}

// broke takes note of a function that did not return, given what recover
// answered. That is nil for [runtime.Goexit].
func (c *crew) broke(i int, v any) {
	if v == nil {
		c.failure(i, ErrGoexit)
		return
	}
	pe, isNew := c.recovered(c.nameOf(i), v)
	if !c.settles {
		c.raise(i, pe, isNew)
		return
	}
	c.failed(i, pe)
	if isNew {
		pe.report()
	}
}
