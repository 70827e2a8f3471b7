package distributed

import (
	"context"
	"errors"

	"github.com/nats-io/nats.go"

	"example.com/asyncgo/internal/ctxerr"
)

// waitError is the error of a wait that its context has ended. It leads to the
// context's error by single Unwraps, so that a task group takes it for the echo
// of a cancellation; what else is known is found through its Is method.
type waitError struct {
	op      string
	trouble string  // the last one with the servers, or what it waited for
	err     error   // the context's
	kinds   []error // ErrFull, ErrUnconfirmed
}

func (e *waitError) Error() string {
	text := prefix + e.op
	if e.trouble != "" {
		text += " (" + e.trouble + ")"
	}
	return text + ": " + e.err.Error()
}

func (e *waitError) Unwrap() error { return e.err }

// Is finds what is known besides the end of the context.
func (e *waitError) Is(target error) bool {
	for _, kind := range e.kinds {
		if errors.Is(kind, target) {
			return true
		}
	}
	return false
}

// ended is the error of a wait that ctx has ended.
func ended(ctx context.Context, op, trouble string, kinds ...error) error {
	return &waitError{op: op, trouble: trouble, err: ctxerr.Ended(ctx), kinds: kinds}
}

// troubleOf is the text of err, and "" of nil. A try that was ended has had no
// answer.
func troubleOf(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), errors.Is(err, nats.ErrTimeout):
		return "no answer from the servers"
	}
	return bare(err)
}

// isEcho reports that err only repeats the end of ctx: that single Unwraps lead
// from it to the context's error or cause. A join is none, since it may hold a
// failure.
func isEcho(ctx context.Context, err error) bool {
	end := ctx.Err()
	if end == nil {
		return false
	}
	cause := context.Cause(ctx)
	for ; err != nil; err = errors.Unwrap(err) {
		if ctxerr.Same(err, end) || ctxerr.Same(err, cause) {
			return true
		}
		if wait, ok := err.(*ctxerr.Error); ok { //nolint:errorlint // each layer is looked at by itself
			return ctxerr.Is(wait, end)
		}
	}
	return false
}
