package taskgroup

import (
	"context"
	"errors"
	"time"

	"example.com/asyncgo/internal/ctxerr"
)

// timeLimit is a time scope whose deadline stands fast.
type timeLimit struct {
	cause    *timeoutError // of the scope's context, if its own time ends that
	deadline time.Time
}

// newTimeLimit returns a scope within parent, and its context.
func newTimeLimit(parent context.Context, cause *timeoutError, d time.Duration) (timeLimit, context.Context, context.CancelFunc) {
	l := timeLimit{cause, time.Now().Add(d)}
	if outer, ok := parent.Deadline(); !ok || outer.After(l.deadline) {
		ctx, cancel := context.WithDeadlineCause(parent, l.deadline, cause)
		return l, ctx, cancel
	}
	// The deadline around this one should end it. If it does not, as in a context
	// that somebody has detached, this one does.
	ctx, cancel := context.WithCancelCause(parent)
	timer := time.AfterFunc(d, func() {
		if !isOverBy(parent, l.deadline) {
			cancel(cause)
		}
	})
	return l, ctx, func() {
		timer.Stop()
		cancel(nil)
	}
}

// isOver reports that the time is over. If it is, the context shows it.
func (l *timeLimit) isOver(ctx context.Context) bool {
	if time.Now().Before(l.deadline) {
		return false
	}
	<-ctx.Done() // its timer is due
	return true
}

// settle takes apart the error with which a function left the scope with that
// context and the cause e, whose time is or was over at due. Expired says that
// the scope's own time has ended its context, and rest is what there is to
// report besides that.
func (e *timeoutError) settle(parent, scope context.Context, due time.Time, err error) (expired bool, rest error) {
	if err == nil {
		return false, nil
	}
	expired = context.Cause(scope) == error(e) && !isOverBy(parent, due)
	switch outer := ctxerr.Of(parent); {
	case isEcho(err, scope, parent):
		return expired, outer
	case expired && outer != nil:
		return expired, errors.Join(err, outer)
	}
	return expired, err
}

// isOverBy reports that the time of a scope around, which ctx is from, was over
// no later than due, which has come: of two that end at the same moment the
// outer one counts, whichever timer has fired first. If so, ctx is done.
func isOverBy(ctx context.Context, due time.Time) bool {
	if limit, ok := ctx.Deadline(); ok && !limit.After(due) && awaitTimer(ctx) {
		return true
	}
	t, _ := ctx.Value(deadlineKey).(*Deadline)
	return t.hasEnded(ctx, due)
}

// awaitTimer waits for a context whose timer is due, for a moment at most, and
// reports that it is done. A user's own context may have a deadline and not keep it.
func awaitTimer(ctx context.Context) bool {
	if ctx.Done() == nil || ctx.Err() != nil {
		return ctx.Err() != nil
	}
	timer := time.NewTimer(time.Second)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return true
	case <-timer.C:
		return false
	}
}

// timedOut adds ErrTimeout to what settle has left.
func timedOut(expired bool, rest error) error {
	switch {
	case !expired:
		return rest
	case rest == nil:
		return ErrTimeout
	}
	return errors.Join(rest, ErrTimeout)
}
