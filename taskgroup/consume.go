package taskgroup

import (
	"context"
	"iter"
)

// Consume is [ForEach] for an input that waits, such as a queue's Items: source
// is called once, in the caller's goroutine, with a context that ends with ctx,
// at the first failure, and with the call. An input that ends with it delays
// none of them.
//
// Consume panics if workers is less than 1, or if source, what it returns, or
// fn is nil. It mirrors tasks that loop around asyncio.Queue.get until
// asyncio.QueueShutDown.
func Consume[T any](ctx context.Context, workers int, source func(ctx context.Context) iter.Seq[T], fn func(ctx context.Context, item T) error) error {
	checkStream("Consume", workers, source == nil || fn == nil)
	return newStream(workers, dropped, noResult(fn)).consume(ctx, "Consume", fn, withoutErrors(source))
}
