package inspect

import (
	"cmp"
	"math"
	"slices"
	"time"

	"example.com/asyncgo/internal/watch"
)

// Snapshot returns what m sees now. It may be taken at any time: each group and
// call is locked for as long as it takes to list at most as many tasks as
// [WithLimit] says, and nothing is stopped. It calls Err, Deadline and Value of
// contexts, Error of failures and String of keys, which may be user code, but
// never under a lock; one that panics shows as that.
//
// In a snapshot of the default monitor, Resources has everything with a name; in
// that of another, what its nodes wait for or hold.
//
// It mirrors asyncio.all_tasks with all that Task.get_stack does not tell.
func (m *Monitor) Snapshot() *Snapshot {
	m.check()
	return m.collect(m.limit)
}

// collect makes a snapshot that lists at most limit children of one parent, or
// all if limit is 0.
func (m *Monitor) collect(limit int) *Snapshot {
	m.check()
	if limit == 0 {
		limit = math.MaxInt
	}
	s := newSnapshot(time.Now())
	c := &collection{
		monitor: m, limit: limit, at: s.Time, now: m.watch.Now(),
		seen: map[*watch.Node]bool{}, guards: map[any]*guard{}, resources: map[any]*Resource{},
	}
	if !m.watch.Closed() {
		s.Nodes = append(s.Nodes, c.settled(m.watch.Roots(), m.watch.Roots, "", nil)...)
		s.Resources = c.allResources()
		s.Unseen = c.unseen()
	}
	s.Totals = totals(m.watch)
	s.link()
	m.ignored.see(s)
	return s
}

// collection is one pass over what a monitor sees.
type collection struct {
	monitor *Monitor
	limit   int
	at      time.Time
	now     time.Duration // of the monitor's

	seen      map[*watch.Node]bool // what may move up while this goes on
	guards    map[any]*guard       // by the identity of the lock, or of the key
	resources map[any]*Resource    // by identity
}

// since is how long ago something was.
func (c *collection) since(t time.Duration) time.Duration { return max(0, c.now-t) }

// node makes the node of n, whose parent has that ID.
func (c *collection) node(n *watch.Node, parentID string, parent *watch.Node) *Node {
	out := &Node{Kind: kinds[n.Kind()], Index: -1, Name: n.Name(), Func: funcName(n.Code()), Site: siteOf(n.Site())}
	ctx := n.Context
	var r watch.Report
	if subject := n.Subject(); subject != nil {
		r = subject.Report(c.limit)
		ctx = r.Context
		out.Index = r.Index
		if n.Kind() == watch.Task {
			out.Name, out.TaskID, out.Daemon, out.Shielded = r.Name, r.TaskID, r.Daemon, r.Shielded
		}
	} else {
		out.Index = n.Index()
	}
	if n.InGroup() && parent != nil {
		out.ID = childID(parentID, out.Index)
	} else {
		out.ID = n.ID(out.Index)
	}
	began, hasBegun := n.Began()
	if hasBegun {
		out.Age = c.since(began)
	}
	end := endOf(ctx)
	out.done, out.Deadline, out.Cause = end.done, end.deadline, end.cause
	c.waits(out, n)
	if n.Kind() == watch.Group || n.Kind() == watch.Call {
		c.scope(out, n, r)
	}
	c.children(out, n, r)
	out.State = stateOf(out, hasBegun)
	return out
}

// scope fills in what only groups and calls have.
func (c *collection) scope(out *Node, n *watch.Node, r watch.Report) {
	counts := Counts(r.Counts)
	out.Counts = &counts
	out.Error = errorText(r.Err)
	if r.Idle && !isJoining(out) {
		out.emptySince = c.at.Add(-c.since(n.IdleSince()))
	}
	if n.Kind() == watch.Group {
		out.detached = n.Code() == 0 && !isJoining(out)
	} else {
		out.detached = streams[n.Name()]
	}
	out.detached = out.detached || n.IsOrphan()
}

// streams are the calls whose loop runs in the function that has begun them.
var streams = map[string]bool{
	"AsCompleted": true, "MapSeq": true, "MapUnordered": true,
	"MapSource": true, "MapSourceUnordered": true,
}

// children fills in the tasks of a group, and what is in the list of the node.
func (c *collection) children(out *Node, n *watch.Node, r watch.Report) {
	for _, task := range r.Tasks {
		out.Children = append(out.Children, c.node(task, out.ID, n))
	}
	slices.SortFunc(out.Children, func(a, b *Node) int { return cmp.Compare(a.Index, b.Index) })
	limit := c.limit - len(r.Tasks)
	below, total := n.Children(limit)
	out.Hidden = max(0, r.Hidden) + total - len(below)
	var scopes []*Node
	for _, made := range c.settled(below, func() []*watch.Node { below, _ := n.Children(limit); return below }, out.ID, n) {
		if made.Kind == KindGroup || made.Kind == KindCall {
			scopes = append(scopes, made)
		} else {
			out.Children = append(out.Children, made)
		}
	}
	out.Children = append(out.Children, scopes...)
}

// settled makes the nodes of a list, in order. What is below them moves up into
// the list when they end, perhaps while this goes on, so it is read again, until
// nothing more has come that way.
func (c *collection) settled(list []*watch.Node, again func() []*watch.Node, parentID string, parent *watch.Node) (nodes []*Node) {
	order := map[*Node]*watch.Node{}
	add := func(n *watch.Node) bool {
		made := c.once(n, parentID, parent)
		if made == nil {
			return false
		}
		order[made] = n
		nodes = append(nodes, made)
		return true
	}
	for _, n := range list {
		add(n)
	}
	for more := true; more; {
		more = false
		for _, n := range again() {
			more = n.IsOrphan() && add(n) || more
		}
	}
	slices.SortFunc(nodes, func(a, b *Node) int { return watch.Compare(order[a], order[b]) })
	return nodes
}

// once is node for what may be in two lists, one after the other: the second
// time it returns nil.
func (c *collection) once(n *watch.Node, parentID string, parent *watch.Node) *Node {
	if !n.InGroup() {
		if c.seen[n] {
			return nil
		}
		c.seen[n] = true
	}
	return c.node(n, parentID, parent)
}

func stateOf(n *Node, hasBegun bool) State {
	switch {
	case !hasBegun:
		return StateQueued
	case isJoining(n):
		return StateJoining
	case len(n.Waits) > 0:
		return StateWaiting
	}
	if n.Kind == KindTask || n.Kind == KindFunc {
		for _, child := range n.Children {
			if child.Kind == KindGroup || child.Kind == KindCall {
				return StateCalling
			}
		}
	}
	return StateRunning
}

// isJoining reports that a call is in the join of the group.
func isJoining(n *Node) bool {
	return slices.ContainsFunc(n.Waits, func(w Wait) bool { return w.What == WaitJoin })
}

func (c *collection) unseen() (all []*Unseen) {
	for _, u := range c.monitor.watch.Unseen() {
		all = append(all, &Unseen{
			Name: u.Name, Func: funcName(u.Code), Site: siteOf(u.Site),
			Error: errorText(u.Err), Age: c.since(u.Since), id: u.ID,
		})
	}
	return all
}

func totals(m *watch.Monitor) (all []*Total) {
	for _, t := range m.Totals() {
		all = append(all, &Total{
			Kind: kinds[t.Kind], Name: t.Name, Opened: t.Opened, Open: t.Open, Begun: t.Begun, Ended: t.Ended,
			Failed: t.Failed, Cancelled: t.Cancelled, Panicked: t.Panicked, Busy: t.Busy,
		})
	}
	slices.SortStableFunc(all, func(a, b *Total) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
	return all
}
