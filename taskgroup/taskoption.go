package taskgroup

import (
	"context"
	"strconv"
)

// TaskOption is an option for one task: [Named], [Shielded], [Weighted] or
// [Daemon].
type TaskOption interface{ applyTask(*taskOptions) }

type taskOptions struct {
	name     string
	weight   int
	shielded bool
	daemon   bool
}

type taskOptionFunc func(*taskOptions)

func (f taskOptionFunc) applyTask(o *taskOptions) { f(o) }

// Named gives the task a name, for errors, reports and [Current], as the name
// that asyncio.create_task takes.
func Named(name string) TaskOption {
	return taskOptionFunc(func(o *taskOptions) { o.name = name })
}

// Shielded is asyncio.shield, with an owner that waits: the task's context
// keeps the values of the group's, but does not end with it. The group still
// joins the task, unless [WithGrace] limits that.
func Shielded() TaskOption {
	return taskOptionFunc(func(o *taskOptions) { o.shielded = true })
}

// Weighted makes the task take n slots of its group's limit, but no more than
// that has: then it runs alone. Weighted panics if n is less than 1.
func Weighted(n int) TaskOption {
	if n < 1 {
		panic(misused("Weighted(" + strconv.Itoa(n) + "): a task takes at least 1"))
	}
	return taskOptionFunc(func(o *taskOptions) { o.weight = n })
}

// apply sets the options of a task that has not begun. Its parent is set.
func (c *core) apply(opts []TaskOption) {
	if len(opts) == 0 {
		return
	}
	var o taskOptions
	for _, opt := range opts {
		if opt == nil {
			panic(misused("a nil TaskOption"))
		}
		opt.applyTask(&o)
	}
	if c.extra == nil {
		c.extra = &extra{}
	}
	c.extra.name, c.extra.weight = o.name, max(o.weight, 1)
	flags := hasOptions
	g := c.group()
	base := c.parent
	if o.daemon && g != nil {
		flags |= daemon
		base = g.daemonContext(base, o.shielded)
		c.extra.base = base
	}
	if o.shielded {
		flags |= shielded
		if flags&daemon == 0 {
			c.extra.base = context.WithoutCancel(base)
		}
	}
	c.state.Or(flags)
}

// weight is how many units of its group's limit the task takes, if there are so
// many.
func (c *core) weight() int {
	if c.state.Load()&hasOptions != 0 {
		return c.extra.weight
	}
	return 1
}

// taken is how many units the task has of its group's limit, once the workers
// have it.
func (c *core) taken() int {
	if c.state.Load()&hasOptions != 0 {
		return c.extra.taken
	}
	return 1
}

func (c *core) isShielded() bool { return c.state.Load()&shielded != 0 }
