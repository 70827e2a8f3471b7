package taskgroup

import (
	"context"
	"errors"
	"math"
	"time"

	"example.com/asyncgo/internal/ctxerr"
)

// NoTimeout as a duration is asyncio's timeout=None, no limit: [Sleep] blocks
// until its context is done, [WaitFor] and [MoveOnAfter] call their function
// without a deadline, [Timeout] and [Deadline.Extend] set none, and [Shield]
// never cancels. In [Staggered] the next function starts only after a failure.
const NoTimeout = time.Duration(math.MaxInt64)

// timeScope is what the time scopes share: where one lies, and how it tells its
// own end from that of a scope around it.
//
// Of several scopes whose time is over at the same moment the outer one counts,
// whichever timer fires first. So a scope that finds its time over first checks
// what is around it: a deadline of its parent's that is not later, and the
// Deadline of a Timeout.
type timeScope struct {
	op     ctxerr.Op       // for the errors of the parent's end
	parent context.Context //nolint:containedctx // the caller's
	cause  timeoutError    // of the scope's context, if its own time ends that

	// The parent's deadline. It is ignored if it had passed at the start
	// without ending the parent: contexts from outside the standard library may
	// have deadlines that nothing enforces.
	outer    time.Time
	hasOuter bool
	enforced bool
}

func newTimeScope(parent context.Context, op ctxerr.Op, over string) timeScope {
	s := timeScope{op: op, parent: parent, cause: timeoutError{over}}
	s.outer, s.hasOuter = parent.Deadline()
	s.enforced = s.hasOuter && (parent.Err() != nil || !s.outer.Before(time.Now()))
	return s
}

// settle splits the error with which a function left the scope, whose context
// is ctx and whose time is or was over at due. Expired says that the scope's
// own time has ended ctx, and rest is what there is to report besides.
func (s *timeScope) settle(ctx context.Context, due time.Time, err error) (expired bool, rest error) {
	if err == nil {
		return false, nil
	}
	expired = context.Cause(ctx) == error(&s.cause) && !s.outerIsOver(due)
	switch outer := ctxerr.In(s.parent, s.op); {
	case isEcho(err, ctx, s.parent):
		return expired, outer
	case expired && outer != nil:
		return expired, errors.Join(err, outer)
	}
	return expired, err
}

// outerIsOver reports whether the time of a scope around this one was over no
// later than due, which has come. If so, the parent is done.
func (s *timeScope) outerIsOver(due time.Time) bool {
	if s.enforced && !s.outer.After(due) && awaitDeadline(s.parent, s.outer) {
		return true
	}
	t, _ := s.parent.Value(deadlineKey).(*Deadline)
	return t.hasEnded(s.parent, due)
}

// timerDelay is how late the timer of a deadline may be on a busy machine.
const timerDelay = 100 * time.Millisecond

// awaitDeadline waits for a context whose deadline has passed until its timer
// must have fired, and reports whether it is done.
func awaitDeadline(ctx context.Context, deadline time.Time) bool {
	left := time.Until(deadline) + timerDelay
	if left <= 0 || ctx.Done() == nil || ctx.Err() != nil {
		return ctx.Err() != nil
	}
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return true
	case <-timer.C:
		return false
	}
}

// timeLimit is a time scope whose deadline does not move.
type timeLimit struct {
	timeScope

	due time.Time // zero: never
}

// start returns the context of a scope that ends d from now.
func (l *timeLimit) start(d time.Duration) (context.Context, context.CancelFunc) {
	if d == NoTimeout {
		return context.WithCancel(l.parent)
	}
	l.due = time.Now().Add(d)
	if !l.hasOuter || l.outer.After(l.due) {
		return context.WithDeadlineCause(l.parent, l.due, &l.cause)
	}
	// The deadline around this one should end it. If it does not, this one
	// does.
	ctx, cancel := context.WithCancelCause(l.parent)
	timer := time.AfterFunc(d, func() {
		if !l.outerIsOver(l.due) {
			cancel(&l.cause)
		}
	})
	return ctx, func() {
		timer.Stop()
		cancel(nil)
	}
}

// isOver reports whether the time is over. If so, ctx is done.
func (l *timeLimit) isOver(ctx context.Context) bool {
	if l.due.IsZero() || time.Now().Before(l.due) {
		return false
	}
	<-ctx.Done() // its timer is due
	return true
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
