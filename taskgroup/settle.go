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

// Settle is gather with return_exceptions=True: it calls all functions at the
// same time and returns a [Result] for each, in the order of the arguments. A
// failure or panic is the function's own and cancels nothing. Functions that
// have not begun when ctx ends are not called and get the error of ctx.
//
// Settle panics if a function is nil. It costs what [Gather] does. Unlike in
// asyncio, the end of ctx loses no result.
func Settle[T any](ctx context.Context, fns ...Func[T]) []Result[T] {
	checkFuncs("Settle", fns)
	return settleAll(ctx, "Settle", NoLimit, fns, callFunc)
}
