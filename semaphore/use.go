package semaphore

import (
	"context"

	"example.com/asyncgo/internal/watch"
)

// Use acquires l, calls fn, and releases l when fn returns, panics or calls
// [runtime.Goexit]: it is [Semaphore.Do] for a function with a result. l is a
// [Semaphore], or anything else with these two methods.
//
// Use waits and fails as l.Acquire does: then it does not call fn, and returns
// the zero value and that error unchanged. Otherwise it returns what fn
// returns, unchanged.
//
// The context passed to fn derives from ctx and is canceled when fn returns, so
// the result must not depend on it. Use panics if l or fn is nil.
//
// It mirrors async with semaphore around a return statement.
func Use[T any](ctx context.Context, l interface {
	Acquire(ctx context.Context) error
	Release()
}, fn func(ctx context.Context) (T, error),
) (T, error) {
	switch {
	case l == nil:
		panic(misused("Use of a nil semaphore"))
	case fn == nil:
		panic(misused("Use of a nil function"))
	}
	var result T
	if watch.On() {
		return useWatched(ctx, l, fn)
	}
	if err := l.Acquire(ctx); err != nil {
		return result, err
	}
	defer l.Release()
	err := call(ctx, func(ctx context.Context) (err error) {
		result, err = fn(ctx)
		return err
	})
	return result, err
}
