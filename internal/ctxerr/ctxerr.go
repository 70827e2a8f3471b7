// Package ctxerr makes the errors of waits that a context has ended.
//
// Such an error answers two questions: what kind of end it was
// ([context.Canceled], [context.DeadlineExceeded]) and why (the context's
// cause). [errors.Is] finds both. Its text says what was waited for.
package ctxerr

import (
	"context"
	"errors"
	"fmt"
	"reflect"
)

// Op names what was waited for, as in "queue: Get".
type Op string

// String returns the name.
func (op Op) String() string { return string(op) }

// Error is the error of a wait that a context has ended.
type Error struct {
	Op    fmt.Stringer // what was waited for; nil if that is not known
	Err   error        // the context's Err
	Cause error        // its Cause
}

// Error names what was waited for, the kind of end, and the cause unless that
// says the same.
func (e *Error) Error() string {
	text := e.Err.Error()
	switch {
	case Same(e.Cause, e.Err):
	case Is(e.Cause, e.Err):
		text = e.Cause.Error()
	default:
		text += ": " + e.Cause.Error()
	}
	if e.Op != nil {
		text = e.Op.String() + ": " + text
	}
	return text
}

// Unwrap makes [errors.Is] find both.
func (e *Error) Unwrap() []error { return []error{e.Err, e.Cause} }

// Of returns nil while ctx is alive, and afterwards an error for which
// [errors.Is] finds both ctx.Err() and [context.Cause](ctx). It is one of the
// two as it stands when that already says everything.
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

// Ended is [Of] for a context that is known to be done. It is never nil, not
// even if a context closes its channel before it has an error: a wait that
// failed must not look like a success.
func Ended(ctx context.Context) error {
	if err := Of(ctx); err != nil {
		return err
	}
	return context.Canceled
}

// In returns nil while ctx is alive, and afterwards the error of the wait op
// that ctx has ended. The text of op is made only when the error is printed.
func In(ctx context.Context, op fmt.Stringer) error {
	if ctx.Err() == nil {
		return nil
	}
	return EndedIn(ctx, op)
}

// EndedIn is [In] for a context that is known to be done. It is never nil.
func EndedIn(ctx context.Context, op fmt.Stringer) error {
	e := &Error{Op: op, Err: ctx.Err(), Cause: context.Cause(ctx)}
	if e.Err == nil {
		e.Err = context.Canceled
	}
	if e.Cause == nil {
		e.Cause = e.Err
	}
	return e
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

// Same reports a == b. Where that comparison would panic, since there is a
// slice or a map in them, as in an error that lists errors, they must share
// that.
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
