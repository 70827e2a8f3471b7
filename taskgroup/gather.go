package taskgroup

import "context"

// Gather calls all functions at the same time, waits until they have ended, and
// returns what they returned, in the order of the arguments.
//
// The first failure cancels the context of the others, with that failure as its
// cause, and functions that have not begun are not called. Gather waits for the
// others all the same, and returns nil and a [*GroupError] that holds every
// failure that does not just echo the cancellation. If a function panics, that
// is reported at once, cancels the others, and is raised again by Gather as a
// [*PanicError], with the other failures under Others; one that calls
// [runtime.Goexit] has failed with [ErrGoexit].
//
// If ctx is done already, no function is called. If ctx ends later and a
// function does not return nil because of that, or is not called, the error's
// Cause is one for which [errors.Is] finds both ctx.Err() and [context.Cause](ctx).
// If all functions return nil, so does Gather: ctx still tells the caller.
// Gather of nothing returns an empty slice that is not nil.
//
// The functions' context ends with the call, so what they return must not depend
// on it: read a response's body inside.
//
// A nil function is misuse, and then none is called. The call of Gather happens
// before the functions begin, and their return before it returns. Functions
// that wait have a goroutine each, others may be called one after the other in
// one: who locks a thread has to unlock it. The number of allocations does not
// depend on the number of functions.
//
// It mirrors asyncio.gather. Unlike there, a failure cancels the others,
// nothing runs on after the return, and no failure is lost.
func Gather[T any](ctx context.Context, fns ...Func[T]) ([]T, error) {
	checkFuncs("Gather", fns)
	return mapAll(ctx, "Gather", NoLimit, fns, callFunc)
}

// Gather2 is [Gather] for two functions with results of different types. With
// an error, both results are zero.
//
// It mirrors asyncio.gather.
func Gather2[A, B any](ctx context.Context, a Func[A], b Func[B]) (A, B, error) {
	if a == nil || b == nil {
		panic(misused("Gather2 of a nil function"))
	}
	var (
		va A
		vb B
	)
	c := newBatch(2, NoLimit)
	c.do = func(i int) (err error) {
		if i == 0 {
			va, err = a(c.ctx)
		} else {
			vb, err = b(c.ctx)
		}
		return err
	}
	if err := c.run(ctx, "Gather2"); err != nil {
		return *new(A), *new(B), err
	}
	return va, vb, nil
}

// Gather3 is [Gather] for three functions with results of different types. With
// an error, all results are zero.
//
// It mirrors asyncio.gather.
func Gather3[A, B, C any](ctx context.Context, a Func[A], b Func[B], c Func[C]) (A, B, C, error) {
	if a == nil || b == nil || c == nil {
		panic(misused("Gather3 of a nil function"))
	}
	var (
		va A
		vb B
		vc C
	)
	all := newBatch(3, NoLimit)
	all.do = func(i int) (err error) {
		switch i {
		case 0:
			va, err = a(all.ctx)
		case 1:
			vb, err = b(all.ctx)
		default:
			vc, err = c(all.ctx)
		}
		return err
	}
	if err := all.run(ctx, "Gather3"); err != nil {
		return *new(A), *new(B), *new(C), err
	}
	return va, vb, vc, nil
}

// checkFuncs refuses functions that are nil.
func checkFuncs[T any](op string, fns []Func[T]) {
	for _, fn := range fns {
		if fn == nil {
			panic(misused(op + " of a nil function"))
		}
	}
}

// callFunc makes functions the items of a map.
func callFunc[T any](ctx context.Context, fn Func[T]) (T, error) { return fn(ctx) }
