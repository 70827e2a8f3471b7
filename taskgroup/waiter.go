package taskgroup

import (
	"context"
	"sync"

	"example.com/asyncgo/internal/ctxerr"
)

// waiter is one wait for one completion that a context can end. Waiters are
// reused, but never with the channel, which belongs to one wait.
type waiter struct {
	observer
	woken chan struct{}
}

var waiters = sync.Pool{New: func() any {
	w := &waiter{}
	w.to = w
	return w
}}

func (w *waiter) told(*observer) bool { return true }
func (w *waiter) wake(*observer)      { close(w.woken) }

// waitUntil is wait for those who need a channel.
func (c *completion) waitUntil(ctx context.Context) error {
	if err := ctxerr.Of(ctx); err != nil {
		return err
	}
	w := waiters.Get().(*waiter)
	w.woken = make(chan struct{})
	if c.observe(&w.observer, watched) {
		select {
		case <-w.woken:
		case <-ctx.Done():
			switch {
			case !c.forget(&w.observer):
				<-w.woken // it is being told of the end
			case !c.hasCompleted(): // the end wins a tie
				// The waiter is not used again. Very many may give up at once, and what
				// is put into a pool outlives the next collection.
				return ctxerr.Ended(ctx)
			}
		}
	}
	w.woken = nil
	waiters.Put(w)
	return nil
}
