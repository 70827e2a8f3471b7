package taskgroup

import (
	"context"
	"iter"
)

// MapSeq returns a sequence that, when it is ranged over, calls fn for the items
// of the input, for at most limit of them at once, and yields what the calls
// return, in the order of the items. Each range begins anew.
//
// The input is asked in a goroutine of its own, only when an item can be handed
// to fn at once, and no more than limit items are taken and not yet yielded. An
// item that it yields is always handed to fn, even if ctx has ended meanwhile.
// An input that blocks delays the end of the loop.
//
// The first failure cancels the context of the other calls, and the input is
// asked for nothing more. The loop still gets what comes before in order, as
// far as that was not cancelled, and then, as the last pair, the failure: a
// [*TaskError] with the index of the item, which is the failure of the first
// item without a value or, if that one was merely cancelled, of the item that
// failed first. When ctx ends, its error is the last pair in the same way, one
// for which [errors.Is] finds both ctx.Err() and [context.Cause](ctx); also if it is
// done when the input ends, though all calls return nil. If ctx is done before
// the loop, that is the only pair, and neither the input nor fn is called.
//
// Leaving the loop, in whatever way, cancels the calls that still run and waits
// for them. A panic in fn or in the input is reported at once, cancels the
// calls, and is raised again as a [*PanicError] at the loop's next step; where
// fn or the input calls [runtime.Goexit], that is the failure [ErrGoexit].
//
// A limit below 1 and a nil function are misuse, and MapSeq itself panics. The
// input's yielding an item happens before fn gets it, and the return of fn
// before its result is yielded. It costs an allocation for each item.
//
// asyncio has nothing like it: it is the ordered map, with a bound on how far
// it looks ahead.
func MapSeq[T, R any](ctx context.Context, limit int, items iter.Seq[T], fn func(ctx context.Context, item T) (R, error)) iter.Seq2[R, error] {
	checkStream("MapSeq", limit, items == nil || fn == nil)
	return func(yield func(R, error) bool) {
		newStream(limit, byInput, fn).yieldTo(ctx, "MapSeq", constant(items), yield)
	}
}

// MapUnordered is [MapSeq], except that it yields in the order in which the
// calls end: a slow one does not keep the results of others waiting. The first
// failure is the last pair, after what has ended before it, and so is the error
// of ctx, after everything that returned a value in spite of it.
//
// It mirrors asyncio.as_completed over tasks of which only limit exist at once.
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
