package taskgroup

import (
	"context"
	"iter"
)

// MapSource is [MapSeq] over a source that obeys a context and may fail, such
// as a queue's All or another MapSource. The source is called once for each
// range, with a context that ends when fn fails, ctx ends, or the loop is left.
// If it returns then, it delays nothing.
//
// The first error that the source yields ends the input but cancels nothing: it
// is the last pair, as it is, unless an error of fn comes first. MapSource
// panics if limit is less than 1, or source or fn is nil. It mirrors an
// asynchronous generator over another.
func MapSource[T, R any](ctx context.Context, limit int, source func(ctx context.Context) iter.Seq2[T, error], fn func(ctx context.Context, item T) (R, error)) iter.Seq2[R, error] {
	checkStream("MapSource", limit, source == nil || fn == nil)
	return func(yield func(R, error) bool) {
		newStream(limit, byInput, fn).yieldTo(ctx, "MapSource", source, yield)
	}
}

// MapSourceUnordered is [MapSource] in the order in which the calls return, as
// [MapUnordered] is. It mirrors asyncio.as_completed over an asynchronous
// generator.
func MapSourceUnordered[T, R any](ctx context.Context, limit int, source func(ctx context.Context) iter.Seq2[T, error], fn func(ctx context.Context, item T) (R, error)) iter.Seq2[R, error] {
	checkStream("MapSourceUnordered", limit, source == nil || fn == nil)
	return func(yield func(R, error) bool) {
		newStream(limit, byCompletion, fn).yieldTo(ctx, "MapSourceUnordered", source, yield)
	}
}
