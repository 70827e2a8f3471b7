package taskgroup

import "context"

// Gather is asyncio.gather of functions: it calls all of them at the same time
// and returns their results, in the order of the arguments. Unlike in asyncio,
// the first failure cancels the others and no failure is lost: the error is a
// [*GroupError].
//
// A function that blocks has a goroutine of its own. The number of allocations
// does not depend on that of functions. Gather panics if a function is nil.
func Gather[T any](ctx context.Context, fns ...Func[T]) ([]T, error) {
	checkFuncs("Gather", fns)
	return mapAll(ctx, "Gather", NoLimit, fns, callFunc)
}

// Gather2 is [Gather] for two functions with results of different types.
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

// Gather3 is [Gather] for three functions with results of different types.
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
