package taskgroup

import (
	"context"
	"errors"
	"slices"

	"example.com/asyncgo/internal/ctxerr"
)

// isEcho reports that err only echoes the end of one of ctxs: it leads, by single
// Unwraps, to the Err or the Cause of one that is done. The wait errors of this
// module count as a single Unwrap. A join is an echo only if all of it is, of
// whichever of ctxs, and a failure of a group never is, nor an error whose Unwrap
// panics, as that of a typed nil does.
func isEcho(err error, ctxs ...context.Context) bool {
	defer func() { _ = recover() }()
	var all ends
	for _, ctx := range ctxs {
		if ended := ctx.Err(); ended != nil {
			all = append(all, ended, context.Cause(ctx))
		}
	}
	return len(all) > 0 && all.echoedBy(err)
}

// isCancellation reports that err, of a handle whose contexts are not known, leads
// to [context.Canceled] in the same way.
func isCancellation(err error) bool {
	defer func() { _ = recover() }()
	return ends{context.Canceled}.echoedBy(err)
}

// ends is the Err and the Cause of each context that is done.
type ends []error

func (ends ends) echoedBy(err error) bool {
	for err != nil {
		if slices.ContainsFunc(ends, func(end error) bool { return ctxerr.Same(err, end) }) {
			return true
		}
		switch e := err.(type) {
		case *PanicError:
			return false
		case *GroupError:
			return len(e.Errors) == 0 && ends.echoedBy(e.Cause)
		case *ctxerr.Error:
			return ends.echoedBy(e.Err) || ends.echoedBy(e.Cause)
		case interface{ Unwrap() []error }:
			return ends.echoedByAll(e.Unwrap())
		}
		err = errors.Unwrap(err)
	}
	return false
}

func (ends ends) echoedByAll(errs []error) bool {
	isNew := func(err error) bool { return !ends.echoedBy(err) }
	return len(errs) > 0 && !slices.ContainsFunc(errs, isNew)
}
