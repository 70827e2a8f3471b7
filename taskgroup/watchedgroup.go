package taskgroup

import (
	"context"

	"example.com/asyncgo/internal/watch"
)

// watch makes a node for a group that is about to begin, if a monitor sees what
// begins under ctx, and returns what the context of the group derives from.
// main is the function of Run, or nil.
func (g *Group) watch(ctx context.Context, main any) (context.Context, *watch.Node) {
	parent := watch.Under(ctx)
	if parent == nil {
		return ctx, nil
	}
	n := watch.NewScope(parent, watch.Group, g.options.name, main, (*groupSubject)(g))
	return traceScope(ctx, n), n
}

// traceScope has the tracers called for a group or a call that is about to
// begin with ctx, and returns what it begins with instead. One that ends the
// goroutine ends what was to begin.
func traceScope(ctx context.Context, n *watch.Node) context.Context {
	if n.IsTraced() {
		protect(func() { n.Trace(&ctx) }, func(e exit) {
			if !e.returned {
				n.Abandon(ErrGoexit)
			}
		})
	}
	return ctx
}

// node returns what the group is for a monitor, or nil.
func (g *Group) node() *watch.Node {
	n, _ := g.ctx.(*watch.Node)
	return n
}

// groupSubject is a group as its node reads it.
type groupSubject Group

func (s *groupSubject) Report(limit int) watch.Report {
	g := (*Group)(s)
	n := g.node()
	r := watch.Report{Index: -1, Context: g.ctx, Counts: n.Counts()}
	g.mu.Lock()
	defer g.mu.Unlock()
	r.Counts.Limit = max(g.admission.limit, 0)
	r.Counts.Running = g.running - g.workers.ready.n
	r.Counts.Queued = g.pending - r.Counts.Running // also those that never ran, until their callbacks have returned
	r.Counts.Blocked = g.callers
	r.Counts.Ended = g.accepted - g.pending
	r.Counts.Total = g.accepted
	if len(g.outcome.errs) > 0 {
		r.Err = g.outcome.errs[0]
	}
	r.Idle = n.Code() == 0 && g.pending == 0 && g.life == open
	r.Tasks = g.nodesLocked(limit)
	r.Hidden = g.pending - len(r.Tasks)
	return r
}

// nodesLocked returns the nodes of at most limit tasks, running ones before
// others.
func (g *Group) nodesLocked(limit int) []*watch.Node {
	tasks := make([]*watch.Node, 0, min(limit, g.pending))
	add := func(r runner) bool {
		if len(tasks) == limit {
			return false
		}
		if r != nil {
			tasks = append(tasks, r.task().extra.node)
		}
		return true
	}
	for w := g.workers.active.Front(); w != nil && add(w.Value); w = w.Next() {
		continue
	}
	for i := range g.workers.ready.n {
		if !add(*g.workers.ready.at(i)) {
			break
		}
	}
	for r := range g.admission.backlog.all {
		if !add(r) {
			break
		}
	}
	return tasks
}

// Target is the group as what a call waits for.
func (s *groupSubject) Target() (name string, n *watch.Node) {
	g := (*Group)(s)
	return g.options.name, g.node()
}

// blockedJoin is the record of a call that is about to wait for the group's
// end, which has no context of its own.
func (g *Group) blockedJoin() *watch.Wait {
	if n := g.node(); n != nil {
		return n.Blocked(watch.Join, (*groupSubject)(g), 0)
	}
	return nil
}

// endWatched says that the join has been answered.
func (g *Group) endWatched() {
	g.mu.Lock()
	result, raised := g.join.result, g.join.raised
	g.mu.Unlock()
	switch {
	case raised != nil:
		result = raised
	case result == nil && context.Cause(g.ctx) == errMainLeft:
		result = errMainLeft
	}
	g.node().End(result, howEnded(result, false))
}

// endLate says that a group has ended whose join has been given up, with that
// outcome.
func endLate(n *watch.Node, o *outcome) {
	err := o.err()
	if raised := o.raised(); raised != nil {
		err = raised
	}
	n.End(err, howEnded(err, false))
}
