package taskgroup

import "context"

// Daemon makes the task one that does not keep its group open: when a join
// finds nothing left but daemons, it cancels their contexts, with [ErrStopped]
// as the cause, and waits for them; what they then return because of that is no
// failure. Use it for workers that loop over a queue and for tickers.
//
// In all else a daemon is a task like others. It takes a slot: daemons that hold
// all slots keep the tasks that wait for one, and so the group, waiting forever.
// [Start] ignores the option. It mirrors what asyncio.run cancels at its end.
func Daemon() TaskOption {
	return taskOptionFunc(func(o *taskOptions) { o.daemon = true })
}

// daemons is the state of a group's daemons. It is guarded by the group's lock.
//
// Their contexts derive from one of two, made on demand, which end when only
// daemons are left. The two derive from contexts of the standard library alone,
// so that to cancel them calls no user code, and may be done under the lock.
type daemons struct {
	pending int32          // accepted and not ended
	stopped bool           // only daemons were left
	ends    *[2]daemonsEnd // of those that are not shielded, and of those that are
}

type daemonsEnd struct {
	ctx    context.Context //nolint:containedctx // what a daemon's context derives from
	cancel context.CancelCauseFunc
}

// daemonContext returns what the context of a daemon derives from, instead of
// from parent.
func (g *Group) daemonContext(parent context.Context, shielded bool) context.Context {
	ends := g.daemonsEnd(shielded)
	if s, ok := parent.(*submitContext); ok {
		return &submitContext{ends, s.values, g}
	}
	return ends
}

func (g *Group) daemonsEnd(shielded bool) context.Context {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.daemons.ends == nil {
		g.daemons.ends = new([2]daemonsEnd)
	}
	end, from := &g.daemons.ends[0], g.ctx
	if shielded {
		end, from = &g.daemons.ends[1], context.WithoutCancel(g.ctx)
	}
	if end.ctx == nil {
		end.ctx, end.cancel = context.WithCancelCause(from)
		if g.daemons.stopped {
			end.cancel(ErrStopped)
		}
	}
	return end.ctx
}

// stopDaemonsLocked cancels the daemons, of which there are some and nothing
// else.
func (g *Group) stopDaemonsLocked() {
	if g.daemons.stopped {
		return
	}
	g.daemons.stopped = true
	if g.grace != nil {
		g.grace.begin()
	}
	for _, end := range g.daemons.ends {
		if end.cancel != nil {
			end.cancel(ErrStopped)
		}
	}
}

// wasStopped reports that c, which has ended with an echo, is a daemon, and
// that what it echoes is that only daemons were left: its group's context was
// not stopped, and if that has ended, it did so later.
func (c *core) wasStopped() bool {
	return c.state.Load()&daemon != 0 && context.Cause(c.base()) == ErrStopped && context.Cause(c.group().ctx) != ErrStopped
}
