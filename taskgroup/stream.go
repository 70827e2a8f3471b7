package taskgroup

import (
	"context"
	"sync"
)

// stream is a call of one function for each item of an input that is pulled one
// at a time.
//
// An item goes through these stages, under mu:
//
//	the input -> the workers -> results -> yielded
//
// The input is pulled only while fewer items than the limit are held, that is
// between the input and the last stage, so a worker takes every item at once,
// and its function is called whether or not the call has been canceled. Without
// a loop that takes results, an item is no longer held once its function has
// ended.
type stream[T, R any] struct {
	call
	workers workers[*item[T, R]]
	fn      func(ctx context.Context, item T) (R, error)
	limit   int
	order   order

	gone     sync.WaitGroup // counts goroutines
	notFull  sync.Cond      // where the input's side waits
	notEmpty sync.Cond      // where the loop waits

	// Under call.mu.
	results   fifo[*item[T, R]]
	pulled    int   // items from the input
	inputErr  error // that the input has yielded as its end
	held      int   // of them
	left      bool  // no further result is wanted
	drained   bool  // the input's side has returned
	exhausted bool  // the input has come to its end, and ctx was not done then
	failed    bool  // a function did not return nil
}

// item is one item with what becomes of it.
type item[T, R any] struct {
	index int
	value T
	res   R
	err   error
	echo  bool // err only echoes the end of the context
	name  string
	ended bool // under call.mu
}

func newStream[T, R any](limit int, order order, fn func(context.Context, T) (R, error)) *stream[T, R] {
	s := &stream[T, R]{fn: fn, limit: limit, order: order}
	s.workers.init(s, &s.mu)
	s.workers.gone = &s.gone
	s.notFull.L = &s.mu
	s.notEmpty.L = &s.mu
	return s
}

// dispatch makes an item ready for the workers.
func (s *stream[T, R]) dispatch(v T) {
	s.mu.Lock()
	it := s.holdLocked(v)
	s.pulled++
	s.workers.ready.push(it)
	s.workers.unlock()
}

// awaitRoom waits until a worker could take a further item, and reports false
// if none is wanted.
func (s *stream[T, R]) awaitRoom() bool {
	s.mu.Lock()
	for s.held >= s.limit && !s.left {
		s.notFull.Wait()
	}
	s.mu.Unlock()
	return !s.over()
}

// enter keeps the labels that a worker has.
func (s *stream[T, R]) enter() {}

// run calls the function for one item.
func (s *stream[T, R]) run(it *item[T, R]) {
	if node := s.node(); node != nil {
		s.runWatched(node, it)
		return
	}
	protect(func() { it.res, it.err = s.fn(s.ctx, it.value) }, func(e exit) { s.ended(it, e) })
}

// ended notes how the function of an item has ended.
func (s *stream[T, R]) ended(it *item[T, R], e exit) {
	if !e.returned {
		s.abnormalExit(it, e)
	} else if it.err != nil {
		s.fail(it)
	}
}

// fail notes the failure of an item's function. The first one cancels the
// others.
func (s *stream[T, R]) fail(it *item[T, R]) {
	if it.echo = s.isEcho(it.err); it.echo {
		return
	}
	s.mu.Lock()
	failure, first := s.addLocked(it.index, it.name, it.err, true)
	s.mu.Unlock()
	if first {
		s.cancel(failure)
	}
}

// abnormalExit notes that an item's function did not return.
func (s *stream[T, R]) abnormalExit(it *item[T, R], e exit) {
	if e.goexit() {
		it.err = ErrGoexit
		s.fail(it)
		return
	}
	name := s.nameOf(it.index)
	if it.name != "" {
		name = s.op + " " + it.name
	}
	pe, isNew := s.recovered(name, e.panicked)
	it.err = pe
	s.raise(it.index, pe, isNew)
}

// finishedLocked moves an item on whose function has ended.
func (s *stream[T, R]) finishedLocked(it *item[T, R]) {
	it.ended = true
	s.failed = s.failed || it.err != nil
	switch {
	case s.order == byInput:
	case s.order == byCompletion && !it.echo:
		s.results.push(it)
	default:
		s.held--
	}
	s.notFull.Signal()
	s.notEmpty.Signal()
}

// finish cancels the functions and waits until every goroutine has exited.
func (s *stream[T, R]) finish() {
	s.stop(nil)
	s.mu.Lock()
	s.left = true
	s.mu.Unlock()
	s.notFull.Signal()
	s.gone.Wait()
}
