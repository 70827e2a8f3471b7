package taskgroup

import (
	"context"
	"iter"
)

// source is an input that ends with a context, and may end with an error.
type source[T any] = func(ctx context.Context) iter.Seq2[T, error]

// withoutErrors makes a source of an input that yields no errors.
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

// pull takes items from the input for as long as a worker can take them. An
// error ends the input; it cancels nothing, so that the items before it are
// yielded.
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

// constant is a source that does not obey its context.
func constant[T any](items iter.Seq[T]) source[T] {
	return withoutErrors(func(context.Context) iter.Seq[T] { return items })
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

// inputFailed notes that the input did not return, in the place of the item
// that was to come.
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
