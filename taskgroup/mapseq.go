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
// input, too, so one that blocks must end with a context: see [MapSource].
//
// An error is the last pair: a [*TaskError] for the first item without a
// result, or the error of ctx, also if ctx is done when the input ends. Results
// of earlier items come before it. A panic in fn or the input is raised at the
// loop's next step.
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

// constant is a source that does not obey its context.
func constant[T any](items iter.Seq[T]) source[T] {
	return withoutErrors(func(context.Context) iter.Seq[T] { return items })
}

func checkStream(op string, limit int, isNil bool) {
	if limit < 1 {
		panic(misused(op + " with a limit below 1"))
	}
	if isNil {
		panic(misused(op + " of a nil function"))
	}
}
