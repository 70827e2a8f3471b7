package taskgroup

import (
	"context"
	"reflect"
)

// Awaitable is anything that completes once, what asyncio calls an awaitable: a
// [*Task], a [*Future], any [context.Context], or a type of the user's.
//
// Functions that wait for Awaitables compare them with ==, which must be
// possible. They call Done at most once for each, before they block, and Err
// only after Done has been closed, in the waiting goroutine. One that is
// neither a *Task nor a *Future costs a goroutine meanwhile.
type Awaitable interface {
	// Done returns a channel that is closed on completion; nil: it never
	// completes.
	Done() <-chan struct{}
	// Err returns nil after a success, and the failure otherwise.
	Err() error
}

// handle is an Awaitable of this package, which notifies observers without a
// channel and a goroutine for each.
type handle interface {
	Awaitable
	// as returns the handle's completion if a is this very handle, and not
	// something that embeds it and may have a Done and an Err of its own. Of a
	// nil handle it is nil.
	as(a any) (c *completion, same bool)
	// failure is Err, once the result is written, which may be a moment before
	// the completion is visible.
	failure() error
	// wasCanceled reports, after the completion, that failure is no more than
	// that.
	wasCanceled() bool
}

func (t *Task[T]) as(a any) (*completion, bool) {
	if a != any(t) || t == nil {
		return nil, a == any(t)
	}
	return &t.completion, true
}

func (t *Task[T]) failure() error    { return t.err }
func (t *Task[T]) wasCanceled() bool { return t.state.Load()&secondary != 0 }

func (f *Future[T]) as(a any) (*completion, bool) {
	if a != any(f) || f == nil {
		return nil, a == any(f)
	}
	return &f.completion, true
}

func (f *Future[T]) failure() error    { return f.err }
func (f *Future[T]) wasCanceled() bool { return isCancellation(f.err) }

// target is an Awaitable as the functions see it that wait for it.
type target struct {
	awaitable  Awaitable
	completion *completion     // nil if it is foreign: not of this package
	done       <-chan struct{} // otherwise
}

// newTarget returns the target for a, without done. It panics, in the name of
// caller, if a is nil or cannot be compared.
func newTarget(a Awaitable, caller string) target {
	if h, ok := a.(handle); ok {
		if c, same := h.as(a); c != nil {
			return target{awaitable: a, completion: c}
		} else if same {
			a = nil
		}
	}
	if a == nil {
		panic(misused(caller + " of a nil handle"))
	}
	if again := a; !reflect.ValueOf(a).Comparable() || again != a {
		panic(misused(caller + " of a handle that cannot be compared"))
	}
	return target{awaitable: a}
}

// hasCompleted reports whether the completion is visible, perhaps before any
// observer has been notified of it.
func (t *target) hasCompleted() bool {
	if t.completion != nil {
		return t.completion.hasCompleted()
	}
	select {
	case <-t.done:
		return true
	default:
		return false
	}
}

// waitCompleted waits until a completion is visible of which an observer has
// been notified: for a moment at most.
func (t *target) waitCompleted() {
	c := t.completion
	if c == nil {
		return
	}
	if !c.hasCompleted() {
		_ = c.block(context.Background(), nil)
	}
	c.look()
}

// hasFailed reports, after the completion, that it was a failure and no
// cancellation.
func (t *target) hasFailed() bool {
	if t.completion != nil {
		h := t.awaitable.(handle)
		return h.failure() != nil && !h.wasCanceled()
	}
	err := t.awaitable.Err()
	if err == nil || isCancellation(err) {
		return false
	}
	c, ok := t.awaitable.(interface{ Cancelled() bool }) // as what embeds a task has
	return !ok || !c.Cancelled()
}
