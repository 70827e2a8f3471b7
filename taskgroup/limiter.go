package taskgroup

import (
	"context"

	"example.com/asyncgo/internal/ctxerr"
)

// sharedLimit is the limit that a group shares.
type sharedLimit struct {
	limiter Limiter
	ctx     context.Context         //nolint:containedctx // bounds the wait for it
	refuse  context.CancelCauseFunc // of ctx, when the group is closing
}

func newSharedLimit(group context.Context, l Limiter) *sharedLimit {
	s := &sharedLimit{limiter: l}
	s.ctx, s.refuse = context.WithCancelCause(group)
	return s
}

// submitShared goes on with a task that has a slot of the group, of the given
// units, and now needs as many of the limit that the group shares. granted says
// that the caller has waited for its slot, so that others may be behind it.
//
// An error of the limiter that is not the context's refuses the task, and is
// its failure: the task is counted, and fails without being called.
func (g *Group) submitShared(ctx context.Context, op ctxerr.Op, r runner, units int, try, granted bool) error {
	c := r.task()
	accepted := false
	onTheWay := granted
	goOn := func() { // lets the next caller be granted a slot
		if onTheWay {
			onTheWay = false
			g.lockToGrant()
			g.admission.acquiring = false
			g.grantLocked()
			g.workers.unlock()
		}
	}
	defer func() {
		if !accepted { // also if the limiter panics, or a context
			goOn()
			g.leave(units)
		}
	}()
	err := g.acquireShared(ctx, units, try, goOn)
	switch {
	case err == nil:
	case err == ErrFull:
		return err
	case ctx != nil && ctx.Err() != nil && isEcho(err, ctx), isEcho(err, g.shared.ctx):
		return g.waitError(ctx, op)
	default:
		c.err = err
		c.state.Or(failedEarly)
	}
	g.mu.Lock()
	if !g.refusesLocked() {
		accepted = true
		g.callers--
		g.acceptLocked(c)
		g.startLocked(r, units) // also to fail, with the limiter's error
		g.workers.unlock()
		return err
	}
	g.mu.Unlock()
	if err == nil {
		g.shared.limiter.ReleaseN(units)
	}
	return g.waitError(noContext, "")
}

// acquireShared takes n units of the shared limit, waiting until ctx, the
// group's context or Shutdown ends that. It calls goOn just before it waits.
func (g *Group) acquireShared(ctx context.Context, n int, try bool, goOn func()) error {
	if try {
		if !g.shared.limiter.TryAcquireN(n) {
			return ErrFull
		}
		return nil
	}
	within := g.shared.ctx
	if ctx != nil {
		both, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		defer context.AfterFunc(g.shared.ctx, func() { cancel(context.Cause(g.shared.ctx)) })()
		within = both
	}
	goOn()
	return g.shared.limiter.AcquireN(within, n)
}

func (g *Group) releaseShared(n int) {
	observe("a Limiter", func() { g.shared.limiter.ReleaseN(n) })
}
