package taskgroup

import (
	"context"
	"time"
)

// taskContext is a task seen as the context of its function. Most tasks only
// look at it or hand it on, so a context that can be cancelled is not made for
// a task before somebody asks for its Done channel or cancels that one task.
// Until then it answers with what it derives from.
type taskContext core

func (c *core) context() context.Context { return (*taskContext)(c) }

type currentKeyType struct{}

// currentKey is the key under which a task's context has the task.
var currentKey any = currentKeyType{}

// Current returns the innermost task whose context ctx is, or is derived from:
// one begun by [Start], [Go], [Group.Go], [Group.Submit], [Group.TryGo] or
// [GoReady]. The functions of [Gather], [Map] and their like belong to the task
// that called. It mirrors asyncio.current_task.
func Current(ctx context.Context) (TaskInfo, bool) {
	c, ok := ctx.Value(currentKey).(*core)
	if !ok {
		return TaskInfo{}, false
	}
	return c.info(), true
}

// base is what the task's context derives from.
func (c *core) base() context.Context {
	if c.state.Load()&shielded != 0 {
		return c.extra.base
	}
	return c.parent
}

// own returns the task's extra with a context made, which is done if the task
// has ended.
func (c *core) own() *extra {
	if s := c.state.Load(); s&hasContext != 0 {
		if s&completed != 0 {
			c.extra.cancel(nil) // publish may still be about to
		}
		return c.extra
	}
	// Outside the lock: the parent may be anybody's code.
	ctx, cancel := context.WithCancelCause(c.base())
	c.mu.Lock()
	x := c.moreLocked()
	if x.ctx != nil {
		c.mu.Unlock()
		cancel(nil)
		return x
	}
	x.ctx, x.cancel = ctx, cancel
	alive := c.state.Or(hasContext)&completed == 0
	c.mu.Unlock()
	if !alive {
		cancel(nil)
	}
	return x
}

func (tc *taskContext) Deadline() (time.Time, bool) { return (*core)(tc).base().Deadline() }

func (tc *taskContext) Done() <-chan struct{} { return (*core)(tc).own().ctx.Done() }

func (tc *taskContext) Err() error {
	c := (*core)(tc)
	if c.state.Load()&(hasContext|completed) == 0 {
		return c.base().Err()
	}
	return c.own().ctx.Err()
}

func (tc *taskContext) Value(key any) any {
	c := (*core)(tc)
	if key == currentKey {
		return c
	}
	if c.state.Load()&hasContext != 0 {
		return c.extra.ctx.Value(key)
	}
	return c.base().Value(key)
}

// String names the context in the text of those derived from it.
func (tc *taskContext) String() string { return "taskgroup.Task(" + (*core)(tc).info().Name + ")" }
