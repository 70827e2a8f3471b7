// Package ctxerr makes the error of a wait that its context has ended.
//
// A caller may look for either half of such an error: what kind of end it was
// ([context.Canceled], [context.DeadlineExceeded]) or why (the context's cause).
// [Of] keeps both.
package ctxerr

import (
	"context"
	"errors"
	"reflect"
)

// Error is the error of a wait ended by a context that has a cause of its own.
type Error struct {
	Err   error // the context's Err
	Cause error // its Cause
}

// Error names the kind of end and then the cause.
func (e *Error) Error() string { return e.Err.Error() + ": " + e.Cause.Error() }

// Unwrap makes [errors.Is] find both.
func (e *Error) Unwrap() []error { return []error{e.Err, e.Cause} }

// Of returns nil while ctx is alive, and afterwards an error for which
// [errors.Is] finds both ctx.Err() and [context.Cause](ctx). It is one of the two
// as it stands when that already says everything.
func Of(ctx context.Context) error {
	err := ctx.Err()
	if err == nil {
		return nil
	}
	cause := context.Cause(ctx)
	switch {
	case Same(cause, err):
		return err
	case Is(cause, err):
		return cause
	}
	return &Error{Err: err, Cause: cause}
}

// Ended is [Of] for a context that has shown that it is done. It is never nil,
// not even where a user's own context closes its channel before it has an error:
// a wait that ended with nothing must not look like a success.
func Ended(ctx context.Context) error {
	if err := Of(ctx); err != nil {
		return err
	}
	return context.Canceled
}

// Is is [errors.Is], and false where a method of an error on the way panics. A
// typed nil is such an error: it unwraps itself by a nil pointer.
func Is(err, target error) (found bool) {
	defer func() {
		if recover() != nil {
			found = false
		}
	}()
	return errors.Is(err, target)
}

// Same reports a == b. Where that comparison would panic, since there is a slice
// or a map in them, as in an error that lists errors, they must share that.
func Same(a, b error) bool {
	if a == nil || b == nil {
		return a == b
	}
	return same(reflect.ValueOf(a), reflect.ValueOf(b))
}

func same(a, b reflect.Value) bool {
	switch {
	case a.Type() != b.Type():
		return false
	case a.Comparable():
		return a.Equal(b)
	case a.Kind() == reflect.Slice:
		return a.Len() == b.Len() && a.UnsafePointer() == b.UnsafePointer()
	case a.Kind() == reflect.Map:
		return a.UnsafePointer() == b.UnsafePointer()
	case a.Kind() == reflect.Struct:
		for i := range a.NumField() {
			if !same(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	}
	return false
}
