package taskgroup

import (
	"context"
	"errors"

	"example.com/asyncgo/internal/ctxerr"
)

// Cancelled reports whether err says nothing but that work was canceled or
// ended from outside, a clean stop, as except CancelledError does.
//
// It is true for [context.Canceled], [context.DeadlineExceeded], errors whose
// Is method says that they are one of these (as package net's "operation was
// canceled"), [ErrStopped], [ErrGroupClosed], a [*SignalError], a [*GroupError]
// without Errors, what unwraps to one of these, and a list of such.
//
// It is false for everything else: nil, a [*TaskError] of a failure,
// [ErrTimeout], a [*PanicError], a [*LateError] wherever it is,
// [net/http.ErrServerClosed], and errors whose methods panic or that unwrap in
// a circle.
func Cancelled(err error) bool {
	w := cancelWalk{left: 1 << 18}
	return w.isCancellation(err, 0)
}

// cancelWalk looks through what an error unwraps to, which may be a circle.
type cancelWalk struct{ left int }

const maxErrorDepth = 1000

// step reports whether the walk may go on to another error.
func (w *cancelWalk) step(depth int) bool {
	w.left--
	return w.left > 0 && depth < maxErrorDepth
}

func (w *cancelWalk) isCancellation(err error, depth int) bool {
	for ; err != nil && w.step(depth); err = unwrap(err) {
		switch e := err.(type) {
		case *LateError, *PanicError:
			return false
		case *SignalError:
			return e != nil
		case *GroupError:
			return e != nil && len(e.Errors) == 0 && e.Cause != nil && !w.isLate(e.Cause, depth+1)
		case *ctxerr.Error:
			return e != nil && !w.isLate(e.Cause, depth+1)
		case interface{ Unwrap() []error }:
			errs := unwrapAll(e)
			for _, err := range errs {
				if !w.isCancellation(err, depth+1) {
					return false
				}
			}
			return len(errs) > 0
		}
		if ctxerr.Same(err, ErrTimeout) {
			return false
		}
		for _, end := range []error{context.Canceled, context.DeadlineExceeded, ErrStopped, ErrGroupClosed} {
			if ctxerr.Same(err, end) {
				return true
			}
		}
		if saysItIs(err, context.Canceled) || saysItIs(err, context.DeadlineExceeded) {
			return !w.isLate(unwrap(err), depth+1)
		}
	}
	return false
}

// isLate reports whether there is a LateError in err, or may be: then something
// still runs, which must not be lost among causes.
func (w *cancelWalk) isLate(err error, depth int) bool {
	for ; err != nil; err = unwrap(err) {
		if !w.step(depth) {
			return true
		}
		switch e := err.(type) {
		case *LateError:
			return true
		case interface{ Unwrap() []error }:
			for _, err := range unwrapAll(e) {
				if w.isLate(err, depth+1) {
					return true
				}
			}
			return false
		}
	}
	return false
}

// The following are the methods of errors, and nothing where these panic, as
// those of a typed nil do.

func unwrap(err error) (inner error) {
	defer func() { _ = recover() }()
	return errors.Unwrap(err)
}

func unwrapAll(err interface{ Unwrap() []error }) (all []error) {
	defer func() { _ = recover() }()
	return err.Unwrap()
}

func saysItIs(err, target error) (is bool) {
	defer func() { _ = recover() }()
	e, ok := err.(interface{ Is(target error) bool })
	return ok && e.Is(target)
}
