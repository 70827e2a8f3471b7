package taskgroup

import (
	"context"
	"errors"
	"iter"
	"sync"

	"example.com/asyncgo/internal/ctxerr"
)

// flow is a call of one function for each item of an input that is asked for
// them one at a time.
//
// An item goes through these places, under mu:
//
//	the input -> waiting -> a worker -> out -> yielded
//
// The input is asked only while fewer items than the limit are held, that is on
// the way from there to the last place, so whatever it yields gets its function
// called, be it cancelled or not. Waiting is not for long: a worker is on its
// way while it is not empty. A worker is a goroutine that calls the function
// for one item after the other; before each it sees to it that another worker
// is on its way if more wait, and it leaves when none do. Without a loop that
// takes the results, an item is no longer held once its function has ended.
type flow[T, R any] struct {
	call
	fn      func(ctx context.Context, item T) (R, error)
	limit   int
	results order

	arrive func()         // what a new worker does
	gone   sync.WaitGroup // counts goroutines
	room   sync.Cond      // where the input's side waits
	ready  sync.Cond      // where the loop waits

	// Under call.mu.
	waiting  fifo[cell[T, R]]
	out      fifo[cell[T, R]]
	onItsWay bool // a worker
	taken    int  // items from the input
	held     int  // of them
	left     bool // nobody wants further results
	drained  bool // the input's side is done
	whole    bool // the input has come to its end, and ctx was not done then
	spoilt   bool // a function did not return nil
}

// order says in which order a flow's results are handed out.
type order int

const (
	dropped order = iota // not at all
	byTime               // in order of their end
	byItem               // in order of input
)

// cell is one item with what becomes of it.
type cell[T, R any] struct {
	index int
	item  T
	value R
	err   error
	noise bool // err only echoes the end of the context
	name  string
	ended bool // under call.mu
}

func newFlow[T, R any](limit int, results order, fn func(context.Context, T) (R, error)) *flow[T, R] {
	f := &flow[T, R]{fn: fn, limit: limit, results: results}
	f.arrive = f.serve
	f.room.L = &f.mu
	f.ready.L = &f.mu
	return f
}

// feed asks the input for items, for as long as they can be handed on.
func (f *flow[T, R]) feed(items iter.Seq[T]) {
	for item := range items {
		f.hand(item)
		if !f.awaitRoom() {
			return
		}
	}
	alive := f.parent.Err() == nil
	f.mu.Lock()
	f.whole = alive
	f.mu.Unlock()
}

// hand gives an item to the workers.
func (f *flow[T, R]) hand(item T) {
	f.mu.Lock()
	c := &cell[T, R]{index: f.taken, item: item}
	f.taken++
	f.held++
	f.waiting.push(c)
	if f.results == byItem {
		f.out.push(c)
	}
	f.unlock()
}

// awaitRoom waits until a further item could be handed on, and reports false if
// none is wanted.
func (f *flow[T, R]) awaitRoom() bool {
	f.mu.Lock()
	for f.held >= f.limit && !f.left {
		f.room.Wait()
	}
	f.mu.Unlock()
	return !f.over()
}

// unlock lets go of mu, and keeps the promise that a worker is on its way while
// an item waits.
func (f *flow[T, R]) unlock() {
	start := f.waiting.n > 0 && !f.onItsWay
	if start {
		f.onItsWay = true
		f.gone.Add(1)
	}
	f.mu.Unlock()
	if start {
		go f.arrive()
	}
}

// serve is the life of a worker. If a function ends it by [runtime.Goexit],
// another one is on its way already if there is something to do.
func (f *flow[T, R]) serve() {
	defer f.gone.Done()
	for c := f.pick(true); c != nil; c = f.pick(false) {
		f.do(c)
	}
}

// pick returns the item that has waited longest, or nil. first says that the
// worker has just arrived.
func (f *flow[T, R]) pick(first bool) *cell[T, R] {
	f.mu.Lock()
	if first {
		f.onItsWay = false
	}
	c := f.waiting.pop()
	f.unlock()
	return c
}

// do calls the function for one item.
func (f *flow[T, R]) do(c *cell[T, R]) {
	returned := false
	defer func() {
		if !returned {
			f.broke(c, recover())
			f.end(c)
		}
	}()
	c.value, c.err = f.fn(f.ctx, c.item)
	if c.err != nil {
		f.failed(c)
	}
	returned = true
	f.end(c)
}

// failed keeps the failure of an item's function. The first one cancels the
// others.
func (f *flow[T, R]) failed(c *cell[T, R]) {
	c.noise = f.isNoise(c.err)
	if !c.noise && f.keep(c.index, c.name, c.err) {
		f.cancel(c.err)
	}
}

// broke takes note of a function that did not return, given what recover
// answered. That is nil for [runtime.Goexit].
func (f *flow[T, R]) broke(c *cell[T, R], v any) {
	if v == nil {
		c.err = ErrGoexit
		f.failed(c)
		return
	}
	name := f.nameOf(c.index)
	if c.name != "" {
		name = f.op + " " + c.name
	}
	pe, isNew := f.recovered(name, v)
	c.err = pe
	f.raise(c.index, pe, isNew)
}

// end moves an item on whose function has ended.
func (f *flow[T, R]) end(c *cell[T, R]) {
	f.mu.Lock()
	c.ended = true
	f.spoilt = f.spoilt || c.err != nil
	switch {
	case f.results == byItem:
	case f.results == byTime && !c.noise:
		f.out.push(c)
	default:
		f.held--
	}
	f.mu.Unlock()
	f.room.Signal()
	f.ready.Signal()
}

// stop cancels the functions and waits until nothing runs any more.
func (f *flow[T, R]) stop() {
	f.cancel(nil)
	f.mu.Lock()
	f.left = true
	f.mu.Unlock()
	f.room.Signal()
	f.gone.Wait()
}

// consume feeds a flow that has no results in the caller's goroutine, and says
// how the call ends.
func (f *flow[T, R]) consume(ctx context.Context, op string, source func(context.Context) iter.Seq[T]) error {
	if !f.open(ctx, op) {
		return f.join(false)
	}
	defer f.stop() // also if the input panics
	items := source(f.ctx)
	if items == nil {
		panic(misused(op + " of a nil sequence"))
	}
	f.feed(items)
	f.gone.Wait()
	return f.join(f.whole && !f.spoilt)
}

// stream yields the results, while the input is asked in another goroutine.
func (f *flow[T, R]) stream(ctx context.Context, op string, items iter.Seq[T], yield func(R, error) bool) {
	if !f.open(ctx, op) {
		yield(*new(R), ctxerr.Of(ctx))
		return
	}
	defer f.stop() // also if the loop's body panics
	f.gone.Add(1)
	go f.ask(items)
	f.yieldAll(yield)
	f.stop()
	f.reraise()
}

// ask feeds the flow in a goroutine of its own.
func (f *flow[T, R]) ask(items iter.Seq[T]) {
	defer f.gone.Done()
	returned := false
	defer func() {
		if !returned {
			f.askBroke(recover())
		}
		f.mu.Lock()
		f.drained = true
		f.mu.Unlock()
		f.ready.Signal()
	}()
	f.feed(items)
	returned = true
}

// askBroke takes note of an input that did not return, in the place of the item
// that it was asked for.
func (f *flow[T, R]) askBroke(v any) {
	f.mu.Lock()
	c := &cell[T, R]{index: f.taken, name: "input"}
	f.held++
	if f.results == byItem {
		f.out.push(c)
	}
	f.mu.Unlock()
	f.broke(c, v)
	f.end(c)
}

// yieldAll yields results until there are no more, the loop is left, or a panic
// has to be raised. An error is the last pair.
func (f *flow[T, R]) yieldAll(yield func(R, error) bool) {
	for {
		c, over := f.next()
		switch {
		case c != nil && c.err == nil:
			if yield(c.value, nil) {
				continue
			}
		case c != nil:
			yield(*new(R), f.why(c))
		case over:
			if !f.whole || f.spoilt {
				yield(*new(R), ctxerr.Of(f.parent))
			}
		}
		return
	}
}

// next waits for the next result. It answers nil if there is none: because the
// flow is over, or a panic has to be raised.
func (f *flow[T, R]) next() (c *cell[T, R], over bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for f.failures.panic == nil {
		if c := f.out.front(); c != nil && c.ended {
			f.out.pop()
			f.held--
			f.room.Signal()
			return c, false
		}
		if f.drained && f.held == 0 {
			return nil, true
		}
		f.ready.Wait()
	}
	return nil, false
}

// why is the error that is yielded in the place of c, which has no value.
func (f *flow[T, R]) why(c *cell[T, R]) error {
	own := &TaskError{Index: c.index, Name: c.name, Err: c.err}
	if !c.noise {
		return own
	}
	f.mu.Lock()
	failures := f.failures.errs
	f.mu.Unlock()
	ended := ctxerr.Of(f.parent)
	switch {
	case len(failures) == 0 || ended != nil && !ctxerr.Same(context.Cause(f.ctx), failures[0].Err):
		return ended
	case errors.Is(c.err, context.Canceled):
		return failures[0] // which cancelled c
	}
	return own // the same error as the first one, but not because of that
}
