package semaphore

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"example.com/asyncgo/internal/waitlist"
)

// waiter is one blocked caller, which has a place in the line before it blocks.
//
// Whoever ends the wait does so under the semaphore's mu, once: it writes fate and then
// swaps state to over. The caller reads fate after that. It makes ready only when it is
// about to block, and then swaps state from waiting to parked. So either it sees that the
// wait is over, or the other one sees that ready must be closed.
//
// Waiters are used again, but never with the channel, which belongs to one wait.
type waiter struct {
	n     int // permits asked for
	state atomic.Uint32
	fate  fate
	ready chan struct{}
}

const (
	waiting uint32 = iota
	parked
	over
)

// fate is how a wait has ended, in less room than an error takes.
type fate uint8

const (
	served fate = iota
	closed
	tooLarge
)

func (f fate) err() error {
	switch f {
	case closed:
		return ErrClosed
	case tooLarge:
		return ErrTooLarge
	default:
		return nil
	}
}

var waiters = sync.Pool{New: func() any { return new(waitlist.Node[waiter]) }}

func newWaiter(n int) *waitlist.Node[waiter] {
	w := waiters.Get().(*waitlist.Node[waiter])
	w.Value.n = n
	return w
}

// discard takes back a waiter that is in no line.
func discard(w *waitlist.Node[waiter]) {
	w.Value = waiter{}
	waiters.Put(w)
}

// end ends the wait. It is called under the semaphore's mu.
func (w *waiter) end(f fate) {
	w.fate = f
	if w.state.Swap(over) == parked {
		close(w.ready)
	}
}

// park makes the channel of a caller that is not in the line yet, and blocks in any case.
func (w *waiter) park() <-chan struct{} {
	w.ready = make(chan struct{})
	w.state.Store(parked)
	return w.ready
}

// wait blocks until the wait is over, and reports false if it finds ctx done then or before.
//
// Who is next in line lets other goroutines run first: if those that hold permits only wait
// for a processor, it is served meanwhile, which costs less than half of what blocking does.
func (w *waiter) wait(ctx context.Context, next bool) bool {
	for tries := 2; next && tries > 0 && w.state.Load() == waiting; tries-- {
		runtime.Gosched()
	}
	if w.state.Load() == waiting {
		w.ready = make(chan struct{})
		if w.state.CompareAndSwap(waiting, parked) {
			select {
			case <-w.ready:
			case <-ctx.Done():
				return false
			}
		}
	}
	return ctx.Err() == nil
}
