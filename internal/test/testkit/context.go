package testkit

import (
	"context"
	"time"
)

// A Context is a context that a test makes up. A field that is set decides what
// the method of its name returns; otherwise Parent decides, or
// [context.Background] if there is no Parent.
type Context struct {
	Parent  context.Context //nolint:containedctx // it is a context
	Channel chan struct{}   // returned by Done, unless OnDone is set
	Until   time.Time       // returned by Deadline
	OnDone  func() <-chan struct{}
	OnErr   func() error
	OnValue func(key any) any
}

// Foreign returns a context that is done, with err, once its Channel is closed.
// The standard library does not know its kind: a context derived from it ends a
// moment later, by way of a goroutine that waits.
func Foreign(parent context.Context, err error) *Context {
	c := &Context{Parent: parent, Channel: make(chan struct{}), OnValue: NoValues}
	c.OnErr = func() error {
		select {
		case <-c.Channel:
			return err
		default:
			return nil
		}
	}
	return c
}

// NoValues is an OnValue. Without values, the standard library cannot find out
// what kind of context a parent is.
func NoValues(any) any { return nil }

// Never is an OnErr, of a context that is never done.
func Never() error { return nil }

func (c *Context) parent() context.Context {
	if c.Parent == nil {
		return context.Background()
	}
	return c.Parent
}

// Deadline implements [context.Context].
func (c *Context) Deadline() (time.Time, bool) {
	if !c.Until.IsZero() {
		return c.Until, true
	}
	return c.parent().Deadline()
}

// Done implements [context.Context].
func (c *Context) Done() <-chan struct{} {
	switch {
	case c.OnDone != nil:
		return c.OnDone()
	case c.Channel != nil:
		return c.Channel
	}
	return c.parent().Done()
}

// Err implements [context.Context].
func (c *Context) Err() error {
	if c.OnErr != nil {
		return c.OnErr()
	}
	return c.parent().Err()
}

// Value implements [context.Context].
func (c *Context) Value(key any) any {
	if c.OnValue != nil {
		return c.OnValue(key)
	}
	return c.parent().Value(key)
}
