package taskgroup

import "context"

// Race calls all functions at the same time and returns what the first one to
// end returned. That one cancels the others, which Race waits for; their values
// are dropped.
//
// If the first to end has failed, the error is a [*GroupError] with that
// failure first and then those of the others, without what just echoes the
// cancellation. If ctx ends before any function, its Cause is one for which
// [errors.Is] finds both ctx.Err() and [context.Cause](ctx), and if ctx is done
// already no function is called. A panic in any function cancels the others and
// is raised again, as by [Gather], even if another one has won. Without
// functions the error is [ErrNoTasks].
//
// A nil function is misuse, and then none is called. The call of Race happens
// before the functions begin, and their return before it returns.
//
// It mirrors asyncio.wait with FIRST_COMPLETED and the cancelling that has to
// follow it. See [FirstSuccess] for the first one not to fail.
func Race[T any](ctx context.Context, fns ...Func[T]) (T, error) {
	return race(ctx, "Race", fns, false)
}

// FirstSuccess calls all functions at the same time and returns the value of
// the first one that succeeds. That one cancels the others, which FirstSuccess
// waits for; their values are dropped. The winner's context has ended then, too,
// so its value must not depend on it.
//
// If all have failed, the error is a [*GroupError] with every failure: the
// first in time first, then in the order of the arguments. If ctx ends first,
// its Cause is one for which [errors.Is] finds both ctx.Err() and
// [context.Cause](ctx); a function that succeeds in spite of that wins. If ctx is
// done already no function is called. A panic in any function cancels the
// others and is raised again, as by [Gather], even if another one has won.
// Without functions the error is [ErrNoTasks].
//
// A nil function is misuse, and then none is called. The call of FirstSuccess
// happens before the functions begin, and their return before it returns.
//
// It has no public counterpart in asyncio; [Staggered] starts the functions one
// by one, and has a way to close what losers return.
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
	c.do = func(i int) error {
		v, err := fns[i](c.ctx)
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
	if c.begin(ctx, op) {
		c.wait()
	}
	if won {
		c.reraise()
		return winner, nil
	}
	return *new(T), c.join(false)
}
