package taskgroup

import (
	"context"
	"errors"

	"example.com/asyncgo/internal/ctxerr"
)

// isNoise reports that err only echoes the end of one of ctxs: it leads, by
// single Unwraps, to the Err or the Cause of one that is done. The wait errors
// of this module count as a single Unwrap. A join is noise only if all of it
// is, and a failure of a group never is, nor an error whose Unwrap panics, as
// that of a typed nil does.
func isNoise(err error, ctxs ...context.Context) (noise bool) {
	defer func() {
		if recover() != nil {
			noise = false
		}
	}()
	for _, ctx := range ctxs {
		if ended := ctx.Err(); ended != nil && echoes(err, ended, context.Cause(ctx)) {
			return true
		}
	}
	return false
}

func echoes(err, ended, cause error) bool {
	for err != nil {
		if ctxerr.Same(err, ended) || ctxerr.Same(err, cause) {
			return true
		}
		switch e := err.(type) {
		case *PanicError:
			return false
		case *GroupError:
			return len(e.Errors) == 0 && echoes(e.Cause, ended, cause)
		case *ctxerr.Error:
			return echoes(e.Err, ended, cause) || echoes(e.Cause, ended, cause)
		case interface{ Unwrap() []error }:
			return allEcho(e.Unwrap(), ended, cause)
		}
		err = errors.Unwrap(err)
	}
	return false
}

func allEcho(errs []error, ended, cause error) bool {
	for _, err := range errs {
		if !echoes(err, ended, cause) {
			return false
		}
	}
	return len(errs) > 0
}
