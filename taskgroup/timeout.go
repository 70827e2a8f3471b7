package taskgroup

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Timeout is asyncio.timeout: it calls fn, in the caller's goroutine, with a
// context that is canceled d from now, unless fn moves that with the [Deadline]
// it is given. Its errors are those of [WaitFor].
//
// Since the deadline may move, the context's Deadline method reports only that
// of ctx, and its Err is [context.Canceled] after the time; its cause is an
// error of this one scope, for which [errors.Is] finds
// [context.DeadlineExceeded].
//
// Unlike WaitFor, Timeout always calls fn, for cleanup, even with a context
// that is done, because ctx is or d is 0 or less. To clean up after ctx has
// ended, call it in [Shield]. Timeout panics if fn is nil. Unlike in asyncio,
// an end of ctx that came before a d of 0 is not reported as a timeout.
func Timeout(ctx context.Context, d time.Duration, fn func(ctx context.Context, t *Deadline) error) error {
	if fn == nil {
		panic(misused("Timeout of a nil function"))
	}
	scope, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	t := &Deadline{
		active: true,
		cancel: cancel,
		scope:  newTimeScope(ctx, "taskgroup: Timeout", "taskgroup: Timeout's time is over"),
	}
	t.outer, _ = ctx.Value(deadlineKey).(*Deadline)
	defer t.end()
	_ = t.Extend(d)
	err := fn(context.WithValue(scope, deadlineKey, t), t)
	t.end()
	if err == nil {
		return nil
	}
	return timedOut(t.scope.settle(scope, t.due, err))
}

type deadlineKeyType struct{}

// deadlineKey is the key under which the context of a Timeout has its Deadline.
var deadlineKey any = deadlineKeyType{}

// Deadline is asyncio.Timeout: when the scope of one [Timeout] ends. The zero
// Deadline is that of a scope that has ended.
type Deadline struct {
	// A scope is active from its start until its function has returned. The
	// clock decides when it expires, whatever checks first: the timer, a
	// method, or the end of the scope. What finds it expired cancels the
	// context before it goes on, though that may have been found before: the
	// other may not have canceled it yet. It does not cancel under mu, since
	// that may call user code. Once expired, the deadline does not move.
	mu      sync.Mutex
	active  bool
	expired bool
	when    time.Time   // as set by the user; zero: never
	due     time.Time   // the same, by the monotonic clock, but not before it was set
	atOnce  bool        // it had come when it was set
	timer   *time.Timer // made for the first deadline
	outer   *Deadline   // of the Timeout around this one
	cancel  context.CancelCauseFunc
	scope   timeScope
}

// When is asyncio.Timeout.when: it returns the deadline, or the zero time if
// there is none.
func (t *Deadline) When() time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.when
}

// Extend moves the deadline to d from now, earlier or later than it was. It
// returns the errors of [Deadline.Reschedule].
func (t *Deadline) Extend(d time.Duration) error {
	if d == NoTimeout {
		return t.Reschedule(time.Time{})
	}
	return t.Reschedule(time.Now().Add(d))
}

// Reschedule is asyncio.Timeout.reschedule: it moves the deadline to when; the
// zero time means none. If when has passed, the scope has expired and its
// context is done when Reschedule returns. It returns [ErrTimeout] and changes
// nothing if the scope had expired, [ErrEnded] if its function has returned,
// and both if the one and then the other.
func (t *Deadline) Reschedule(when time.Time) error {
	defer t.enforce()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lookLocked()
	switch {
	case !t.active && t.expired:
		return errors.Join(ErrEnded, ErrTimeout)
	case !t.active:
		return ErrEnded
	case t.expired:
		return ErrTimeout
	}
	t.when, t.due = when, time.Time{}
	if t.timer != nil {
		t.timer.Stop()
	}
	if when.IsZero() {
		return nil
	}
	now := time.Now()
	left := when.Sub(now)
	t.due, t.atOnce = now.Add(max(left, 0)), left <= 0
	switch {
	case t.atOnce:
		t.lookLocked()
	case t.timer == nil:
		t.timer = time.AfterFunc(left, func() { t.enforce() })
	default:
		t.timer.Reset(left)
	}
	return nil
}

// Expired is asyncio.Timeout.expired: it reports whether the deadline has
// passed before the function returned, and so the scope's context is done.
// Unlike in asyncio, it is true even if the function never waited after that.
func (t *Deadline) Expired() bool { return t.enforce() }

// lookLocked sets expired if the time is over.
func (t *Deadline) lookLocked() {
	if t.active && !t.due.IsZero() && !time.Now().Before(t.due) {
		t.expired = true
	}
}

// enforce reports whether the scope has expired, and if so makes its context
// done, and before that those of the scopes around it: of several that are over
// the outermost counts.
func (t *Deadline) enforce() (expired bool) {
	if t.outer != nil {
		t.outer.enforce()
	}
	t.mu.Lock()
	t.lookLocked()
	expired = t.expired
	t.mu.Unlock()
	if expired {
		t.cancel(&t.scope.cause)
	}
	return expired
}

// hasEnded reports that the time of t or of a Timeout around it, if there is
// one, has ended ctx and was over no later than due, which has come. One that
// was ended at once does not count: whether that came first, the cause of the
// contexts says.
func (t *Deadline) hasEnded(ctx context.Context, due time.Time) bool {
	if t == nil {
		return false
	}
	t.enforce()
	t.mu.Lock()
	over := t.expired && !t.atOnce && !t.due.After(due)
	t.mu.Unlock()
	return over && context.Cause(ctx) == error(&t.scope.cause) || t.outer.hasEnded(ctx, due)
}

// end ends the scope; from then on, whether it has expired does not change.
func (t *Deadline) end() {
	t.mu.Lock()
	t.lookLocked()
	t.active = false
	if t.timer != nil {
		t.timer.Stop()
	}
	t.mu.Unlock()
	t.enforce()
}
