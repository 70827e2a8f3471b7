package taskgroup

import (
	"context"
	"iter"
)

// Consume is [ForEach] for an input that waits, such as a queue's Items: source
// is called, once, with a context that ends with ctx, at the first failure, and
// with the call, and has to return the input that ends with that context. So
// neither a failure nor the end of ctx is held up by an input that has nothing
// to yield.
//
// source and the input are called in the caller's goroutine. A source that is
// nil or returns nil is misuse, as is everything that is misuse for ForEach,
// workers being its limit.
//
// It mirrors a number of tasks that loop around asyncio.Queue.get until
// asyncio.QueueShutDown.
func Consume[T any](ctx context.Context, workers int, source func(ctx context.Context) iter.Seq[T], fn func(ctx context.Context, item T) error) error {
	checkStream("Consume", workers, source == nil || fn == nil)
	return newStream(workers, dropped, noResult(fn)).consume(ctx, "Consume", withoutErrors(source))
}
