package taskgroup

import (
	"context"
	"iter"
)

// ForEach calls fn for each item of the input, with at most limit calls
// running. The input is pulled in the caller's goroutine, only when an item can
// be passed to fn at once; every item pulled is passed to fn. An input that
// blocks delays the return: see [Consume].
//
// The first failure, or the end of ctx, ends the pulling and cancels the calls;
// the error is a [*GroupError]. That ctx is done when the input ends is an
// error, too. A panic or [runtime.Goexit] in the input passes through once the
// calls have returned.
//
// ForEach panics if limit is less than 1 or if items or fn is nil. It allocates
// once per item. It mirrors a loop around create_task with a semaphore, but
// holds at most limit items.
func ForEach[T any](ctx context.Context, limit int, items iter.Seq[T], fn func(ctx context.Context, item T) error) error {
	checkStream("ForEach", limit, items == nil || fn == nil)
	return newStream(limit, dropped, noResult(fn)).consume(ctx, "ForEach", fn, constant(items))
}

// noResult makes fn a function with a result.
func noResult[T any](fn func(context.Context, T) error) func(context.Context, T) (struct{}, error) {
	return func(ctx context.Context, item T) (struct{}, error) { return struct{}{}, fn(ctx, item) }
}

// consume runs a stream without results, whose function was given as fn,
// pulling in the caller's goroutine, and says how the call ends.
func (s *stream[T, R]) consume(ctx context.Context, op string, fn any, input source[T]) error {
	if !s.open(ctx, op, s, fn) {
		return s.join(false)
	}
	defer func() { // also if the input panics
		s.finish()
		s.endWatched(errCallerLeft)
	}()
	s.pull(input)
	s.gone.Wait()
	return s.join(s.exhausted && !s.failed)
}
