package taskgroup

import (
	"context"
	"iter"
	"sync"
)

// stream is a call of one function for each item of an input that is pulled one
// at a time.
//
// An item goes through these places, under mu:
//
//	the input -> the workers -> results -> yielded
//
// The input is pulled only while fewer items than the limit are held, that is on
// the way from there to the last place, so a worker takes every item at once, and
// its function is called whether or not the call has been canceled. Without a loop
// that takes results, an item is no longer held once its function has ended.
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

// order says in which order a stream yields results.
type order int

const (
	dropped      order = iota // not at all
	byCompletion              // in order of the calls' end
	byInput                   // in order of the items
)

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

// source is an input that ends with a context, and may end with an error.
type source[T any] = func(ctx context.Context) iter.Seq2[T, error]

// withoutErrors makes a source of an input that knows no errors.
func withoutErrors[T any](input func(context.Context) iter.Seq[T]) source[T] {
	return func(ctx context.Context) iter.Seq2[T, error] {
		items := input(ctx)
		if items == nil {
			return nil
		}
		return func(yield func(T, error) bool) {
			for v := range items {
				if !yield(v, nil) {
					return
				}
			}
		}
	}
}

// pull takes items from the input for as long as a worker can take them. An error
// ends the input; it cancels nothing, so that what came before is seen to.
func (s *stream[T, R]) pull(input source[T]) {
	items := input(s.ctx)
	if items == nil {
		panic(misused(s.op + " of a nil sequence"))
	}
	for v, err := range items {
		if err != nil {
			if !s.isEcho(err) {
				s.mu.Lock()
				s.inputErr = err
				s.mu.Unlock()
			}
			return
		}
		s.dispatch(v)
		if !s.awaitRoom() {
			return
		}
	}
	alive := s.parent.Err() == nil
	s.mu.Lock()
	s.exhausted = alive
	s.mu.Unlock()
}

// dispatch hands an item to the workers.
func (s *stream[T, R]) dispatch(v T) {
	s.mu.Lock()
	it := s.holdLocked(v)
	s.pulled++
	s.workers.ready.push(it)
	s.workers.unlock()
}

func (s *stream[T, R]) holdLocked(v T) *item[T, R] {
	it := &item[T, R]{index: s.pulled, value: v}
	s.held++
	if s.order == byInput {
		s.results.push(it)
	}
	return it
}

// awaitRoom waits until a worker could take a further item, and reports false if
// none is wanted.
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
	protect(func() { it.res, it.err = s.fn(s.ctx, it.value) }, func(e exit) {
		if !e.returned {
			s.abnormalExit(it, e)
		} else if it.err != nil {
			s.fail(it)
		}
	})
}

// fail notes the failure of an item's function. The first one cancels the others.
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

// consume runs a stream without results, pulling in the caller's goroutine, and
// says how the call ends.
func (s *stream[T, R]) consume(ctx context.Context, op string, input source[T]) error {
	if !s.open(ctx, op) {
		return s.join(false)
	}
	defer s.finish() // also if the input panics
	s.pull(input)
	s.gone.Wait()
	return s.join(s.exhausted && !s.failed)
}

// yieldTo yields the results, while another goroutine pulls the input.
func (s *stream[T, R]) yieldTo(ctx context.Context, op string, input source[T], yield func(R, error) bool) {
	if !s.open(ctx, op) {
		yield(*new(R), s.endOf(ctx))
		return
	}
	defer s.finish() // also if the loop's body panics
	s.gone.Add(1)
	go s.pullAsync(input)
	s.yieldAll(yield)
	s.finish()
	s.reraise()
}

// pullAsync pulls the input in a goroutine of its own.
func (s *stream[T, R]) pullAsync(input source[T]) {
	defer s.gone.Done()
	protect(func() { s.pull(input) }, func(e exit) {
		if !e.returned {
			s.inputFailed(e)
		}
		s.mu.Lock()
		s.drained = true
		s.mu.Unlock()
		s.notEmpty.Signal()
	})
}

// inputFailed notes that the input did not return, in the place of the item that
// was to come.
func (s *stream[T, R]) inputFailed(e exit) {
	s.mu.Lock()
	it := s.holdLocked(*new(T))
	it.name = nameOfInput
	s.mu.Unlock()
	s.abnormalExit(it, e)
	s.mu.Lock()
	s.finishedLocked(it)
	s.mu.Unlock()
}

// yieldAll yields results until there are no more, the loop is left, or a panic
// must be raised. An error is the last pair.
func (s *stream[T, R]) yieldAll(yield func(R, error) bool) {
	for {
		it, over := s.next()
		switch {
		case it != nil && it.err == nil:
			if yield(it.res, nil) {
				continue
			}
		case it != nil:
			yield(*new(R), s.why(it))
		case over && s.inputErr != nil && !s.failed:
			yield(*new(R), s.inputErr)
		case over && (!s.exhausted || s.failed):
			yield(*new(R), s.endOf(s.parent))
		}
		return
	}
}

// next waits for the next result. It returns nil if there is none: because the
// stream is over, or a panic must be raised.
func (s *stream[T, R]) next() (it *item[T, R], over bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.outcome.panic == nil {
		if s.results.n > 0 && (*s.results.at(0)).ended {
			it, _ := s.results.pop()
			s.held--
			s.notFull.Signal()
			return it, false
		}
		if s.drained && s.held == 0 {
			return nil, true
		}
		s.notEmpty.Wait()
	}
	return nil, false
}

// why is the error that is yielded in the place of an item that has no result.
func (s *stream[T, R]) why(it *item[T, R]) error {
	s.mu.Lock()
	failures := s.outcome.errs
	s.mu.Unlock()
	own := &TaskError{Index: it.index, Name: it.name, Err: it.err, op: s.op}
	switch {
	case !it.echo && s.order == byCompletion:
		return failures[0] // which has canceled the others, though others may have ended before it
	case !it.echo:
		return own
	case len(failures) == 0 || s.parent.Err() != nil && context.Cause(s.ctx) != error(failures[0]):
		return s.endOf(s.parent)
	}
	return failures[0] // which canceled it
}
