package taskgroup

import (
	"context"
	"sync"
	"time"

	"example.com/asyncgo/internal/watch"
)

// Staggered is asyncio.staggered.staggered_race: [FirstSuccess] of functions
// that are called one after the other, the next one when the one begun last has
// failed or has been running for delay. With a delay of 0 all begin at once;
// with a negative one or [NoTimeout], the next only after a failure.
//
// If discard is not nil, it is called with every other value that a function
// returned without an error, also with the winner's after a panic, in the
// caller's goroutine, before Staggered returns: to close connections that came
// too late, say. Its panic passes on once the other values have been discarded.
//
// Staggered panics if a function is nil. It costs a goroutine for each call.
// Unlike asyncio's, which is private, it fails if no function succeeds.
func Staggered[T any](ctx context.Context, delay time.Duration, discard func(T), fns ...Func[T]) (T, error) {
	checkFuncs("Staggered", fns)
	if len(fns) == 0 {
		return *new(T), ErrNoTasks
	}
	var s staggered[T]
	if !s.open(ctx, "Staggered", &s, nil) {
		return *new(T), s.join(false)
	}
	if node := s.node(); node != nil {
		node.Plan(len(fns))
	}
	defer func() { // also if discard panics
		s.stop(nil)
		s.endWatched(errCallerLeft)
	}()
	s.begin(delay, fns)
	s.running.Wait()
	losers := s.succeeded
	won := len(losers) > 0
	if won && s.outcome.panic == nil {
		losers = losers[1:]
	}
	if discard != nil {
		discardAll(discard, losers)
	}
	if won {
		s.reraise()
		return s.succeeded[0], nil
	}
	return *new(T), s.join(false)
}

// staggered is a call of functions that begin one after the other.
type staggered[T any] struct {
	call
	running   sync.WaitGroup
	succeeded []T // under mu; the first one wins
}

// begin begins the functions, until one of them wins.
func (s *staggered[T]) begin(delay time.Duration, fns []Func[T]) {
	var failed chan struct{} // closed when the function begun last has failed
	for i, fn := range fns {
		if i > 0 && !s.awaitNext(delay, failed) {
			return
		}
		failed = make(chan struct{})
		s.running.Add(1)
		go s.run(i, fn, failed)
	}
}

// awaitNext waits until the next function may begin, and reports false if no
// more may.
func (s *staggered[T]) awaitNext(delay time.Duration, failed <-chan struct{}) bool {
	var passed <-chan time.Time
	if delay > 0 {
		timer := time.NewTimer(delay)
		defer timer.Stop()
		passed = timer.C
	}
	if delay != 0 {
		select {
		case <-failed:
		case <-passed:
		case <-s.ctx.Done():
		}
	}
	return !s.over()
}

// run is the goroutine of one function.
func (s *staggered[T]) run(i int, fn Func[T], failed chan<- struct{}) {
	defer s.running.Done()
	if s.over() {
		return
	}
	var v T
	var err error
	var f *watch.Node
	returned := false
	defer func() {
		if !returned {
			err := s.abnormalExit(i, recover())
			close(failed)
			if f != nil {
				f.End(err, howEnded(err, false)) // last: a tracer may end the goroutine
			}
		} else if s.returned(i, v, err); err != nil {
			close(failed)
		}
	}()
	node := s.node()
	if node == nil {
		v, err = fn(s.ctx)
		returned = true
		return
	}
	f = node.BeginFunc(i, watch.CodeOf(fn))
	callTraced(f, f, func(ctx context.Context) {
		v, err = fn(ctx)
		returned = true
		f.End(err, s.how(err))
	})
}

// returned notes what function i has returned.
func (s *staggered[T]) returned(i int, v T, err error) {
	switch {
	case err == nil:
		s.mu.Lock()
		s.succeeded = append(s.succeeded, v)
		s.mu.Unlock()
		s.stop(nil)
	case !s.isEcho(err):
		_ = s.add(i, err)
	}
}

// abnormalExit notes that function i did not return, and returns how.
func (s *staggered[T]) abnormalExit(i int, v any) error {
	if v == nil {
		_ = s.add(i, ErrGoexit)
		return ErrGoexit
	}
	pe, isNew := s.recovered(s.nameOf(i), v)
	s.raise(i, pe, isNew)
	return pe
}

// discardAll calls discard with each value, with the rest also if it does not
// return for one.
func discardAll[T any](discard func(T), values []T) {
	defer func() {
		if len(values) > 0 {
			discardAll(discard, values)
		}
	}()
	for len(values) > 0 {
		v := values[0]
		values = values[1:]
		discard(v)
	}
}
