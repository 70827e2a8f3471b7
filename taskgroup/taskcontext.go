package taskgroup

import (
	"context"
	"time"

	"example.com/asyncgo/internal/lazyctx"
	"example.com/asyncgo/internal/watch"
)

// taskContext is a task seen as the context of its function. Most tasks only
// read it or pass it on, so a context that can be canceled is not made for a
// task before the first call of its Done method or of [Task.Cancel]. Until then
// it answers with what it derives from.
type taskContext core

func (c *core) context() context.Context { return (*taskContext)(c) }

// Current is asyncio.current_task: it returns the innermost task whose context
// ctx is, or is derived from. Functions of [Gather], [Map] and their like
// belong to the task that called.
func Current(ctx context.Context) (TaskInfo, bool) {
	c, ok := ctx.Value(watch.CurrentTask).(*core)
	if !ok {
		return TaskInfo{}, false
	}
	return c.info(), true
}

// base is what the task's context derives from.
func (c *core) base() context.Context {
	if c.state.Load()&hasOptions != 0 && c.extra.base != nil {
		return c.extra.base
	}
	return c.parent
}

// submitContext is the parent of a task that was started under a context of the
// caller's: it ends with the group, and has the values of that context first.
type submitContext struct {
	context.Context //nolint:containedctx // what it ends with

	values context.Context //nolint:containedctx // detached from its end
	group  *Group
}

func newSubmitContext(ctx context.Context, g *Group) *submitContext {
	return &submitContext{(*groupContext)(g), context.WithoutCancel(ctx), g}
}

func (s *submitContext) Value(key any) any {
	if key != deadlineKey { // a Timeout around the caller does not end the task
		if v := s.values.Value(key); v != nil {
			return v
		}
	}
	return s.Context.Value(key)
}

// String names the context in the text of those derived from it.
func (s *submitContext) String() string { return "taskgroup.Submit" }

// scope returns the task's own cancelable context, made by the first call; it
// is done if the task has completed.
func (c *core) scope() *lazyctx.Context {
	if c.state.Load()&hasContext == 0 {
		c.mu.Lock()
		x := c.moreLocked()
		if c.state.Load()&hasContext == 0 {
			x.scope.Derive(c.base())
			c.state.Or(hasContext)
		}
		c.mu.Unlock()
	}
	if c.state.Load()&completed != 0 {
		c.extra.scope.End() // publish may still be about to
	}
	return &c.extra.scope
}

func (tc *taskContext) Deadline() (time.Time, bool) { return (*core)(tc).base().Deadline() }

func (tc *taskContext) Done() <-chan struct{} { return (*core)(tc).scope().Done() }

func (tc *taskContext) Err() error {
	c := (*core)(tc)
	if c.state.Load()&(hasContext|completed) == 0 {
		return c.base().Err()
	}
	return c.scope().Err()
}

func (tc *taskContext) Value(key any) any {
	c := (*core)(tc)
	if own, ok := key.(watch.Key); ok {
		switch {
		case own == watch.CurrentTask:
			return c
		case c.state.Load()&watched != 0:
			return c.extra.node
		}
	}
	if c.state.Load()&hasContext != 0 {
		return c.extra.scope.Value(key)
	}
	return c.base().Value(key)
}

// String names the context in the text of those derived from it.
func (tc *taskContext) String() string { return "taskgroup.Task(" + (*core)(tc).info().Name + ")" }
