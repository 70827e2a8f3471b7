// Package lazyctx has a context that can be canceled and costs next to nothing
// until that matters.
//
// Most functions only look at their context or pass it on. So the cancelable
// context, which takes two allocations and the parent's lock, is made by the
// first call of Done or Cancel.
package lazyctx

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"example.com/asyncgo/internal/ctxerr"
)

// Context derives from the parent that [Context.Derive] sets before its first
// use. It is done when the parent is, and after [Context.Cancel] or
// [Context.End]. All methods but Derive are safe for concurrent use.
//
// The made flag publishes own and cancel, which are set once, under mu. When
// End meets the making, the later of the two cancels own, so that no cancelable
// context outlives its owner.
type Context struct {
	parent context.Context //nolint:containedctx // it is a context
	state  atomic.Uint32
	mu     sync.Mutex
	own    context.Context //nolint:containedctx // it is a context
	cancel context.CancelCauseFunc
}

const (
	made  uint32 = 1 << iota // own and cancel are set
	ended                    // End has been called
)

// Derive sets the parent.
func (c *Context) Derive(parent context.Context) { c.parent = parent }

// Cancel cancels c with cause, which is not nil. It reports whether cause is
// what has ended c: false if c was done before with another one.
func (c *Context) Cancel(cause error) bool {
	own := c.derived()
	c.cancel(cause)
	return ctxerr.Same(context.Cause(own), cause)
}

// End cancels c, since its owner has no more use for it. It makes nothing.
func (c *Context) End() {
	if c.state.Or(ended)&made != 0 {
		c.cancel(nil)
	}
}

// derived returns the cancelable context.
func (c *Context) derived() context.Context {
	if c.state.Load()&made != 0 {
		return c.own
	}
	// Not under the lock: the parent may be the user's code.
	own, cancel := context.WithCancelCause(c.parent)
	c.mu.Lock()
	if c.state.Load()&made != 0 {
		c.mu.Unlock()
		cancel(nil)
		return c.own
	}
	c.own, c.cancel = own, cancel
	before := c.state.Or(made)
	c.mu.Unlock()
	if before&ended != 0 {
		cancel(nil)
	}
	return own
}

// Deadline is the parent's.
func (c *Context) Deadline() (time.Time, bool) { return c.parent.Deadline() }

// Done makes the cancelable context if need be.
func (c *Context) Done() <-chan struct{} { return c.derived().Done() }

// Err is the parent's until that is of no use.
func (c *Context) Err() error {
	if c.state.Load() == 0 {
		return c.parent.Err()
	}
	return c.derived().Err()
}

// Value is the parent's, but for what the context package looks for to find out
// what it derives from.
func (c *Context) Value(key any) any {
	if c.state.Load()&made != 0 {
		return c.own.Value(key)
	}
	return c.parent.Value(key)
}

// String names the context in the text of those derived from it. Printed
// without it, a context is taken apart while others use it.
func (c *Context) String() string {
	if parent, ok := c.parent.(fmt.Stringer); ok {
		return parent.String() + ".WithCancel"
	}
	return fmt.Sprintf("%T.WithCancel", c.parent)
}
