package taskgroup

import (
	"context"
	"fmt"
	"strconv"
	"sync"

	"example.com/asyncgo/internal/ctxerr"
	"example.com/asyncgo/internal/watch"
)

// parker is where one call blocks until it is woken, once.
//
// A call whose context cannot end needs no channel. It blocks on a WaitGroup,
// which may be reused: at zero it belongs to no testing/synctest bubble. That
// holds on the heap only: in a package variable, such as a future or a set may
// be, a WaitGroup never belongs to a bubble and the wait is not durable. So a
// parker is made for a wait, never part of what is waited for; core.park is the
// exception.
type parker struct {
	woken  chan struct{} // nil: parked is used
	parked sync.WaitGroup
}

// arm prepares for one wait that done may end.
func (p *parker) arm(done <-chan struct{}) {
	if done != nil {
		p.woken = make(chan struct{})
	} else {
		p.woken = nil
		p.parked.Add(1)
	}
}

func (p *parker) wake() {
	if p.woken != nil {
		close(p.woken)
	} else {
		p.parked.Done()
	}
}

// park blocks until wake is called, and reports false if done is closed first.
func (p *parker) park(done <-chan struct{}) bool {
	if p.woken == nil {
		p.parked.Wait()
		return true
	}
	select {
	case <-p.woken:
		return true
	case <-done:
		return false
	}
}

// waiter is one wait for one completion. Waiters are reused, but never with the
// channel, which belongs to one wait.
type waiter struct {
	observer
	parker
}

var waiters = sync.Pool{New: func() any {
	w := &waiter{}
	w.to = w
	return w
}}

func (w *waiter) notify() bool { return true }

// block is wait for a completion that was not visible yet.
func (c *completion) block(ctx context.Context, op fmt.Stringer) error {
	done := ctx.Done() // before anything is registered: it may panic
	if ctx.Err() != nil {
		return c.unless(ctx, op)
	}
	blocked := blockedAt(ctx, op)
	w := waiters.Get().(*waiter)
	w.arm(done)
	blocked.Start()
	left := false
	switch {
	case !c.observe(&w.observer, observed):
		w.wake()
		w.park(nil)
	case w.park(done):
	case !c.forget(&w.observer):
		w.park(nil) // it is about to be woken
	default:
		left = true
	}
	blocked.End()
	if left {
		// The waiter is not reused. Very many may give up at once, and what is
		// put into a pool outlives the next collection.
		return c.unless(ctx, op)
	}
	w.woken = nil
	waiters.Put(w)
	return nil
}

// unless returns the error of a wait for c that ctx has ended, unless c has
// completed: that wins a tie.
func (c *completion) unless(ctx context.Context, op fmt.Stringer) error {
	if c.hasCompleted() {
		return nil
	}
	return ctxerr.EndedIn(ctx, op)
}

// waitAlive waits for a task that had not completed. It is completion.wait, but
// the first call whose context cannot end blocks on the task itself, which
// costs 35 ns less: most tasks have just that one.
func (c *core) waitAlive(ctx context.Context, op fmt.Stringer) error {
	if self, ok := ctx.Value(watch.CurrentTask).(*core); ok && self == c {
		return ErrSelfWait
	}
	if ctx.Done() == nil && ctx.Err() == nil && !watch.On() && c.park() {
		return nil
	}
	return c.block(ctx, op)
}

// park blocks until the completion. Only the first call can do that; for others
// it returns false at once. A task is always on the heap, so the wait is
// durable in a testing/synctest bubble; that of a future in a package variable
// would not be.
func (c *core) park() bool {
	if c.state.Or(claimed)&claimed != 0 {
		return false
	}
	c.first.Add(1)
	if c.state.Or(parked)&completed == 0 {
		c.first.Wait()
	}
	return true
}

// blockedAt is the record of a call that is about to wait for what op names, a
// task or a future.
func blockedAt(ctx context.Context, op fmt.Stringer) *watch.Wait {
	if !watch.On() {
		return nil
	}
	switch op := op.(type) {
	case *waitOp:
		return watch.Blocked(ctx, watch.OfTask, (*taskSubject)(op), 0)
	case *waitOrCancelOp, nil:
		return nil
	}
	return watch.Blocked(ctx, watch.Future, nil, 0)
}

// waitOp is a task as what a wait for it is called in the text of an error.
type waitOp core

func (op *waitOp) String() string {
	return "taskgroup: Wait for task " + strconv.Quote((*core)(op).info().Name)
}

// waitOrCancelOp is the same in [Task.WaitOrCancel], which notes its wait itself:
// that goes on when its context has ended.
type waitOrCancelOp core

func (op *waitOrCancelOp) String() string { return (*waitOp)(op).String() }
