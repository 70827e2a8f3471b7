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
	queued := g.admission.backlog.len() + g.workers.ready.n
	r.Counts.Limit = max(g.admission.limit, 0)
	r.Counts.Queued = queued
	r.Counts.Running = g.pending - queued
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
func (g *Group) endWatched(n *watch.Node, result error, raised *PanicError) {
	if raised != nil {
		result = raised
	}
	n.End(result, howEnded(result, false))
}

// endLate ends the node of a group whose Run gives up, once its tasks have
// ended: no other join is to be expected.
func (g *Group) endLate(late *LateError) {
	n := g.node()
	if n == nil || n.Code() == 0 {
		return
	}
	g.mu.Lock()
	done := g.join.done // made by the wait that has given up
	inMain := g.inMain
	g.mu.Unlock()
	if !inMain {
		go func() {
			<-done
			n.End(late, watch.Failed)
		}()
	}
}
