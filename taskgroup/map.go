package taskgroup

import (
	"context"

	"example.com/asyncgo/internal/ctxerr"
	"example.com/asyncgo/internal/watch"
)

// Map is gather(*[fn(x) for x in items]) with a limit: it calls fn for each of
// the items, with at most limit calls running, and returns their results, in
// the order of the items, or an error as [Gather] does. A negative limit,
// [NoLimit], is none.
//
// Map panics if limit is 0 or fn is nil. It takes at most limit goroutines; the
// number of allocations does not depend on that of items.
func Map[T, R any](ctx context.Context, limit int, items []T, fn func(ctx context.Context, item T) (R, error)) ([]R, error) {
	checkMap("Map", limit, fn == nil)
	return mapAll(ctx, "Map", limit, items, fn)
}

// SettleMap is [Map] with return_exceptions=True: it returns a [Result] for
// each of the items, in order, as [Settle] does for functions. It panics if
// limit is 0 or fn is nil.
func SettleMap[T, R any](ctx context.Context, limit int, items []T, fn func(ctx context.Context, item T) (R, error)) []Result[R] {
	checkMap("SettleMap", limit, fn == nil)
	return settleAll(ctx, "SettleMap", limit, items, fn)
}

func checkMap(op string, limit int, isNil bool) {
	checkLimit(op, limit)
	if isNil {
		panic(misused(op + " of a nil function"))
	}
}

func mapAll[T, R any](ctx context.Context, op string, limit int, items []T, fn func(context.Context, T) (R, error)) ([]R, error) {
	values := make([]R, len(items))
	c := newBatch(len(items), limit)
	c.do = func(ctx context.Context, i int) (err error) {
		values[i], err = fn(ctx, items[i])
		return err
	}
	if watch.On() {
		c.functions, c.items = functionsOf(op, items, fn)
	}
	if err := c.run(ctx, op); err != nil {
		return nil, err
	}
	return values, nil
}

func settleAll[T, R any](ctx context.Context, op string, limit int, items []T, fn func(context.Context, T) (R, error)) []Result[R] {
	results := make([]Result[R], len(items))
	for i := range results {
		results[i] = Result[R]{Index: i, Err: errNotCalled}
	}
	c := newBatch(len(items), limit)
	c.settles = true
	c.do = func(ctx context.Context, i int) error {
		r := &results[i]
		r.Value, r.Err = fn(ctx, items[i])
		return r.Err
	}
	if watch.On() {
		c.functions, c.items = functionsOf(op, items, fn)
	}
	c.failed = func(i int, err error) { results[i].Err = err }
	if len(items) > 0 && c.begin(ctx, op) {
		c.wait()
		c.endWatched(nil)
	}
	if why := ctxerr.Of(ctx); why != nil {
		for i := range results {
			if results[i].Err == errNotCalled {
				results[i].Err = why
			}
		}
	}
	return results
}
