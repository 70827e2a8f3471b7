package taskgroup

import (
	"context"

	"example.com/asyncgo/internal/watch"
)

// Race calls all functions at the same time and returns what the first one to
// return returned, be it an error. That cancels the others. A panic in any
// function is raised even if another one has won.
//
// A failure is a [*GroupError] with that of the first function and then those
// of the others. Without functions the error is [ErrNoTasks]. Race panics if a
// function is nil.
//
// It mirrors asyncio.wait with FIRST_COMPLETED and the canceling that must
// follow.
func Race[T any](ctx context.Context, fns ...Func[T]) (T, error) {
	return race(ctx, "Race", fns, false)
}

// FirstSuccess is [Race] for the first function that succeeds, also if ctx has
// ended by then. If all fail, the error is a [*GroupError] with every failure.
// [Staggered] starts the functions one by one, and can close what losers
// return.
func FirstSuccess[T any](ctx context.Context, fns ...Func[T]) (T, error) {
	return race(ctx, "FirstSuccess", fns, true)
}

// race ends with the first function that returns nil or, unless patient, with
// the first that ends in any way.
func race[T any](ctx context.Context, op string, fns []Func[T], patient bool) (T, error) {
	checkFuncs(op, fns)
	var winner T
	if len(fns) == 0 {
		return winner, ErrNoTasks
	}
	c := newBatch(len(fns), NoLimit)
	var decided, won bool // under c.mu
	c.do = func(ctx context.Context, i int) error {
		v, err := fns[i](ctx)
		if err != nil {
			return err
		}
		c.mu.Lock()
		if !decided {
			decided, won, winner = true, true, v
		}
		c.mu.Unlock()
		c.stop(nil)
		return nil
	}
	c.failed = func(i int, err error) {
		if !c.isEcho(err) {
			err = c.add(i, err)
		}
		if patient {
			return
		}
		c.mu.Lock()
		decided = true
		c.mu.Unlock()
		c.stop(err)
	}
	if watch.On() {
		c.functions = func(i int) any { return fns[i] }
	}
	if c.begin(ctx, op) {
		c.wait()
	}
	if won {
		c.reraise()
		return winner, nil
	}
	return *new(T), c.join(false)
}
