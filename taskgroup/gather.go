package taskgroup

import "context"

// Gather calls all functions at the same time, waits until they have returned,
// and returns their results, in the order of the arguments.
//
// The first failure cancels the context of the others, and functions that have
// not begun are not called. Gather waits for the others all the same, and
// returns nil and a [*GroupError]. If ctx is done already, no function is
// called. If ctx is done later and a function does not return nil because of
// that, or is not called, that is the error's Cause; if all functions return
// nil, so does Gather. Gather of nothing returns an empty slice that is not
// nil.
//
// A function that blocks has a goroutine of its own; others may be called one
// after the other in one, so a thread that is locked must be unlocked. Gather
// panics if a function is nil. The number of allocations does not depend on the
// number of functions.
//
// It mirrors asyncio.gather. Unlike there, a failure cancels the others, and no
// failure is lost.
func Gather[T any](ctx context.Context, fns ...Func[T]) ([]T, error) {
	checkFuncs("Gather", fns)
	return mapAll(ctx, "Gather", NoLimit, fns, callFunc)
}

// Gather2 is [Gather] for two functions with results of different types. With
// an error, both results are zero. It mirrors asyncio.gather.
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
// an error, all results are zero. It mirrors asyncio.gather.
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
