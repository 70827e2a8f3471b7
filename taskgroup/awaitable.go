package taskgroup

import (
	"context"
	"reflect"
)

// Awaitable is anything that ends once. [*Task] and [*Future] are Awaitables,
// and so is every [context.Context]; users may write their own.
//
// Those who wait for one compare handles with ==, so one that is a value must be
// comparable, and call Done once, before they wait. They call Err only after
// Done has been closed, and always in the goroutine that waits.
//
// It mirrors what asyncio calls an awaitable.
type Awaitable interface {
	// Done returns a channel that is closed when it has ended. If that is nil,
	// it never ends.
	Done() <-chan struct{}
	// Err returns nil if it ended well, and its failure otherwise. It is asked
	// only after the end.
	Err() error
}

// handle is an Awaitable of this package, which tells of its end without a
// channel and a goroutine for each who waits.
type handle interface {
	Awaitable
	// as returns the handle's completion if a is this very handle, and not
	// something that embeds it and may have a Done and an Err of its own. Of a
	// nil handle it is nil.
	as(a any) (c *completion, same bool)
	// failure is Err, after the end.
	failure() error
	// wasCanceled tells, after the end, that failure is no more than that. Before the
	// end, that of a task is false.
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

// target is an Awaitable as those see it who wait for it.
type target struct {
	awaitable  Awaitable
	completion *completion     // nil if it is not this package's
	done       <-chan struct{} // otherwise
}

// newTarget returns the target for a, without done. An Awaitable that is nil or
// cannot be compared is misuse of the function of that name.
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

// hasCompleted reports whether the end has come, perhaps before anybody is told.
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

// waitEnded waits for an end of which others have been told, for a moment at most.
func (t *target) waitEnded() {
	if t.completion != nil {
		_ = t.completion.wait(context.Background())
	}
}

// hasFailed reports, after the end, that it was a failure and no cancellation.
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
