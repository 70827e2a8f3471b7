package taskgroup

import (
	"context"
	"errors"
)

// Result is what one of several functions ended with.
type Result[T any] struct {
	Index int   // of the function among the arguments, or of the item
	Value T     // what it returned
	Err   error // nil if it succeeded; a [*PanicError] if it panicked
}

// errNotCalled holds the place of the error of a function not called yet.
var errNotCalled = errors.New("taskgroup: not called")

// Settle calls all functions at the same time, waits until they have ended, and
// returns a [Result] for each, in the order of the arguments.
//
// A failure is the function's own and cancels nothing. A panic is reported at
// once and is then the function's failure, as a [*PanicError], and so is
// [ErrGoexit] for one that calls [runtime.Goexit]. The end of ctx cancels the
// functions' context, and Settle waits for them all the same; those that have
// not begun are not called and get an error for which [errors.Is] finds both
// ctx.Err() and [context.Cause](ctx). Settle of nothing returns an empty slice
// that is not nil.
//
// A nil function is misuse, and then none is called. The call of Settle happens
// before the functions begin, and their return before it returns. It costs what
// [Gather] costs.
//
// It mirrors asyncio.gather with return_exceptions=True. Unlike there, results
// are not thrown away if the caller is cancelled.
func Settle[T any](ctx context.Context, fns ...Func[T]) []Result[T] {
	checkFuncs("Settle", fns)
	return settleAll(ctx, "Settle", NoLimit, fns, callFunc)
}
