package taskgroup

import (
	"context"
	"iter"
)

// ForEach calls fn for each item of the input, for at most limit of them at
// once, and returns when all calls have ended.
//
// The input is asked in the caller's goroutine, and only when an item can be
// handed to fn at once. An item that it yields is always handed to fn, even if
// ctx has ended meanwhile. An input that blocks delays the return; for one that
// waits there is [Consume].
//
// The first failure cancels the context of the other calls, and the input is
// asked for nothing more. ForEach waits for the others all the same, and returns
// a [*GroupError] that holds every failure that does not just echo the
// cancellation; TaskError.Index is the number of the item. When ctx ends it does
// the same, and the error's Cause is one for which [errors.Is] finds both
// ctx.Err() and [context.Cause](ctx): also if ctx is done when the input ends,
// though all calls return nil, for nobody knows then whether that was its real
// end. If ctx is done already, neither the input nor fn is called.
//
// A panic in fn is reported at once, cancels the others, and is raised again as
// a [*PanicError], with the other failures under Others; where fn calls
// [runtime.Goexit], that is the failure [ErrGoexit]. A panic or [runtime.Goexit] in
// the input passes through unchanged, once the calls have been cancelled and
// have ended.
//
// A limit below 1 and a nil function are misuse. The input's yielding an item
// happens before fn gets it, and the end of a call before the one that gets its
// place, and before ForEach returns. It costs an allocation for each item.
//
// It mirrors a loop around asyncio.TaskGroup.create_task with a semaphore, but
// never holds more than limit items.
func ForEach[T any](ctx context.Context, limit int, items iter.Seq[T], fn func(ctx context.Context, item T) error) error {
	checkStream("ForEach", limit, items == nil || fn == nil)
	return newStream(limit, dropped, noResult(fn)).consume(ctx, "ForEach", constant(items))
}

// noResult makes fn a function with a result.
func noResult[T any](fn func(context.Context, T) error) func(context.Context, T) (struct{}, error) {
	return func(ctx context.Context, item T) (struct{}, error) { return struct{}{}, fn(ctx, item) }
}
