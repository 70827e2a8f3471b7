package taskgroup

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Timeout calls fn with a context that is cancelled when the time is over: d
// from now, unless fn moves that with the [Deadline] it is given. It calls fn in
// the caller's goroutine and waits for it to return.
//
// Its errors are those of [WaitFor]: a nil error of fn is a success, however
// late; the echo of the scope's own end becomes [ErrTimeout], any other error
// after that is joined with it; an end of ctx is never reported as a time-out.
//
// Since the deadline may move, the context's Deadline method tells only that of
// ctx, and its Err is [context.Canceled] after the time; its cause is an error
// of this one scope, for which [errors.Is] finds [context.DeadlineExceeded].
//
// Unlike WaitFor, Timeout always calls fn, so that it can clean up: with a
// context that is done already if ctx is, or if d is 0 or less. To clean up
// after ctx has ended, put it into [Shield]. A nil fn is misuse. A panic or
// [runtime.Goexit] in fn passes through. No timer is left behind.
//
// It mirrors asyncio.timeout. Unlike there, an end of ctx that came before a d
// of 0 is not reported as a time-out.
func Timeout(ctx context.Context, d time.Duration, fn func(ctx context.Context, t *Deadline) error) error {
	if fn == nil {
		panic(misused("Timeout of a nil function"))
	}
	scope, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	t := &Deadline{active: true, cancel: cancel, cause: timeoutError{"taskgroup: Timeout's time is over"}}
	t.outer, _ = ctx.Value(deadlineKey).(*Deadline)
	defer t.end()
	_ = t.Extend(d)
	err := fn(context.WithValue(scope, deadlineKey, t), t)
	t.end()
	if err == nil {
		return nil
	}
	return timedOut(t.cause.settle(ctx, scope, t.due, err))
}

type deadlineKeyType struct{}

// deadlineKey is the key under which the context of a Timeout has its Deadline.
var deadlineKey any = deadlineKeyType{}

// Deadline is when the scope of one [Timeout] ends. It may be asked and moved
// while the scope lasts, also from other goroutines.
//
// The zero Deadline is that of a scope that has ended. A Deadline must not be
// copied.
//
// It mirrors asyncio.Timeout.
type Deadline struct {
	// A scope is active from its start until its function has returned. The
	// time decides when it expires, whoever looks first: the timer, a method,
	// or the end of the scope. Who finds it expired sees to it that the context
	// is cancelled before going on, but not under mu, since that may be the
	// start of other people's code. From then on the deadline stands.
	mu      sync.Mutex
	active  bool
	expired bool
	when    time.Time   // as the user gave it; zero: never
	due     time.Time   // the same, by the monotonic clock, but not before it was set
	atOnce  bool        // it had come when it was set
	timer   *time.Timer // made for the first deadline
	outer   *Deadline   // of the Timeout around this one
	cancel  context.CancelCauseFunc
	cause   timeoutError
}

// When returns the deadline, or the zero time if there is none.
//
// It mirrors asyncio.Timeout.when.
func (t *Deadline) When() time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.when
}

// Extend moves the deadline to d from now, which may also be earlier than it
// was. It is [Deadline.Reschedule] in other words, and returns the same errors.
func (t *Deadline) Extend(d time.Duration) error { return t.Reschedule(time.Now().Add(d)) }

// Reschedule moves the deadline to when; the zero time means that there is none.
// If when has passed, the scope has expired and its context is done when
// Reschedule returns.
//
// It returns [ErrTimeout] and changes nothing if the scope has expired, and
// [ErrEnded] if its function has returned; both, if the one and then the other.
//
// It mirrors asyncio.Timeout.reschedule.
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
		t.timer = time.AfterFunc(left, t.enforce)
	default:
		t.timer.Reset(left)
	}
	return nil
}

// Expired reports that the deadline has passed before the function returned,
// whether or not that mattered to it. The scope's context is done then.
//
// It mirrors asyncio.Timeout.expired. Unlike there, it is also true if the
// function never waited after the deadline.
func (t *Deadline) Expired() bool {
	t.enforce()
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.expired
}

// lookLocked looks whether the time is over.
func (t *Deadline) lookLocked() {
	if t.active && !t.due.IsZero() && !time.Now().Before(t.due) {
		t.expired = true
	}
}

// enforce makes the scope's context done if its time is over, and before that
// those of the scopes around it: of several that are over, the outermost counts.
func (t *Deadline) enforce() {
	if t.outer != nil {
		t.outer.enforce()
	}
	t.mu.Lock()
	t.lookLocked()
	expired := t.active && t.expired
	t.mu.Unlock()
	if expired {
		t.cancel(&t.cause)
	}
}

// hasEnded reports that the time of t or of a Timeout around it, if there is one,
// has ended ctx and was over no later than due, which has come. One that was ended
// at once does not count: whether that came first, the cause of the contexts tells.
func (t *Deadline) hasEnded(ctx context.Context, due time.Time) bool {
	if t == nil {
		return false
	}
	t.enforce()
	t.mu.Lock()
	over := t.expired && !t.atOnce && !t.due.After(due)
	t.mu.Unlock()
	return over && context.Cause(ctx) == error(&t.cause) || t.outer.hasEnded(ctx, due)
}

// end ends the scope; from then on, whether it has expired does not change.
func (t *Deadline) end() {
	t.mu.Lock()
	t.lookLocked()
	expired := t.active && t.expired
	t.active = false
	if t.timer != nil {
		t.timer.Stop()
	}
	t.mu.Unlock()
	if expired {
		t.cut()
	}
}

// cut cancels the scope's context, after that of the scope around it if both
// end at the same moment: the outer one is the cause then.
func (t *Deadline) cut() {
	if t.outer != nil {
		t.outer.enforce()
	}
	t.cancel(&t.cause)
}
