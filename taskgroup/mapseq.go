package taskgroup

import (
	"context"
	"iter"
)

// MapSeq returns an iterator over fn's results for the items of the input, in
// input order, with at most limit calls running. Each range starts over.
//
// The input is pulled in a goroutine of its own, at most limit items ahead of
// the loop; every item pulled is passed to fn. Leaving the loop waits for the
// input, too: for one that blocks, see [MapSource].
//
// An error is the last pair, after the results of earlier items: a [*TaskError]
// for the first item without a result, or the error of ctx, also if ctx is done
// when the input ends. A panic in fn or the input is raised at the loop's next
// step.
//
// MapSeq panics if limit is less than 1 or if items or fn is nil. It allocates
// once per item.
func MapSeq[T, R any](ctx context.Context, limit int, items iter.Seq[T], fn func(ctx context.Context, item T) (R, error)) iter.Seq2[R, error] {
	checkStream("MapSeq", limit, items == nil || fn == nil)
	return func(yield func(R, error) bool) {
		newStream(limit, byInput, fn).yieldTo(ctx, "MapSeq", constant(items), yield)
	}
}

// MapUnordered is [MapSeq] in the order in which the calls return: a slow one
// does not delay the results of others. The failure that has canceled the
// others, or the error of ctx, is the last pair. It mirrors
// asyncio.as_completed over tasks of which only limit exist at once.
func MapUnordered[T, R any](ctx context.Context, limit int, items iter.Seq[T], fn func(ctx context.Context, item T) (R, error)) iter.Seq2[R, error] {
	checkStream("MapUnordered", limit, items == nil || fn == nil)
	return func(yield func(R, error) bool) {
		newStream(limit, byCompletion, fn).yieldTo(ctx, "MapUnordered", constant(items), yield)
	}
}

func checkStream(op string, limit int, isNil bool) {
	if limit < 1 {
		panic(misused(op + " with a limit below 1"))
	}
	if isNil {
		panic(misused(op + " of a nil function"))
	}
}

// order says in which order a stream yields results.
type order int

const (
	dropped      order = iota // not at all
	byCompletion              // in order of the calls' end
	byInput                   // in order of the items
)

// holdLocked holds an item that is new: byInput, its place among the results is
// decided now.
func (s *stream[T, R]) holdLocked(v T) *item[T, R] {
	it := &item[T, R]{index: s.pulled, value: v}
	s.held++
	if s.order == byInput {
		s.results.push(it)
	}
	return it
}

// yieldTo yields the results, while another goroutine pulls the input.
func (s *stream[T, R]) yieldTo(ctx context.Context, op string, input source[T], yield func(R, error) bool) {
	if !s.open(ctx, op, s, s.fn) {
		yield(*new(R), s.endOf(ctx))
		return
	}
	defer func() { // also if the loop's body panics
		s.finish()
		s.endWatched(nil)
	}()
	s.gone.Add(1)
	go s.pullAsync(input)
	s.yieldAll(yield)
	s.finish()
	s.reraise()
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
