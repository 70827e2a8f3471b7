package taskgroup

import (
	"context"
	"errors"
	"slices"

	"example.com/asyncgo/internal/ctxerr"
)

// An error of a task is an echo if it reports nothing but the end of a context
// that the task was to obey. Then the failure that has ended the context is the
// error, and the echo is not: it is left out of what a group returns.
//
// An echo leads, by single Unwraps, to the Err or the Cause of a context that
// is done, or to an error whose own Is says that it is that Err, as those of
// package net and of an http.Client do. The wait errors of this module count as
// a single Unwrap. A join is an echo only if all of it is, of whichever of the
// contexts, and a GroupError only if it has no Errors and its Cause is one.
//
// A LateError is never an echo, at whatever depth, since it says that something
// still runs; nor is an ErrTimeout, since it is that of a scope within the
// task; nor a panic; nor an error with methods that panic, as those of a typed
// nil do.

// isEcho reports that err is an echo of the end of one of ctxs.
func isEcho(err error, ctxs ...context.Context) bool {
	defer func() { _ = recover() }()
	var all ends
	for _, ctx := range ctxs {
		if ended := ctx.Err(); ended != nil {
			all = append(all, end{ended, context.Cause(ctx)})
		}
	}
	return len(all) > 0 && all.echoedBy(err)
}

// isCancellation reports that err, of a handle whose contexts are not known,
// echoes [context.Canceled].
func isCancellation(err error) bool {
	defer func() { _ = recover() }()
	return ends{{context.Canceled, context.Canceled}}.echoedBy(err)
}

// ends are those of the contexts that are done.
type ends []end

type end struct{ err, cause error }

// is reports that err itself is the end.
func (e end) is(err error) bool {
	if ctxerr.Same(err, e.err) || ctxerr.Same(err, e.cause) {
		return true
	}
	switch said := err.(type) {
	case *timeoutError: // of a scope, which does not end what is around it
		return false
	case interface{ Is(target error) bool }:
		return said.Is(e.err) && !hides(errors.Unwrap(err))
	}
	return false
}

// hides reports that err holds, at whatever depth, what is never an echo.
func hides(err error) bool {
	for ; err != nil; err = errors.Unwrap(err) {
		switch e := err.(type) {
		case *LateError, *PanicError:
			return true
		case *timeoutError:
			return err == ErrTimeout
		case interface{ Unwrap() []error }:
			return slices.ContainsFunc(e.Unwrap(), hides)
		}
	}
	return false
}

func (ends ends) echoedBy(err error) bool {
	for err != nil {
		switch e := err.(type) {
		case *LateError, *PanicError:
			return false
		case *timeoutError:
			if err == ErrTimeout {
				return false
			}
		case *ctxerr.Error:
			return ends.caused(e.Cause) || ends.echoedBy(e.Cause) || ends.echoedBy(e.Err) && !hides(e.Cause)
		}
		if slices.ContainsFunc(ends, func(end end) bool { return end.is(err) }) {
			return true
		}
		switch e := err.(type) {
		case *GroupError:
			return len(e.Errors) == 0 && ends.echoedBy(e.Cause)
		case interface{ Unwrap() []error }:
			return ends.echoedByAll(e.Unwrap())
		}
		err = errors.Unwrap(err)
	}
	return false
}

// caused reports that err is the very cause of one of the ends. That is known,
// so nothing in it can be lost.
func (ends ends) caused(err error) bool {
	return slices.ContainsFunc(ends, func(end end) bool { return ctxerr.Same(err, end.cause) })
}

func (ends ends) echoedByAll(errs []error) bool {
	isNew := func(err error) bool { return !ends.echoedBy(err) }
	return len(errs) > 0 && !slices.ContainsFunc(errs, isNew)
}
