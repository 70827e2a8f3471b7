package inspect

// deadlocks returns a finding for each cycle of nodes that cannot go on. If s has
// one, a second snapshot confirms it: the nodes of one snapshot are not seen at
// the same moment, so that their waits and holds may not have existed together.
// What both of them have existed at every moment in between.
func deadlocks(s *Snapshot, collect func() *Snapshot) []finding {
	stuck := newStandstill(s, nil)
	if len(stuck.nodes()) == 0 {
		return nil
	}
	var all []finding
	for _, c := range newStandstill(collect(), stuck.nodes()).cycles() {
		all = append(all, c.finding())
	}
	return all
}

// standstill finds the nodes of a snapshot that cannot go on.
//
// At first no node can. Those that can, whatever the others do, are the first to
// be marked: what runs, and what waits for something that code outside of the
// snapshot may bring. A wait that depends on other nodes is a claim on a
// [threshold]: it can end when enough of these can go on. Marking a node raises
// the thresholds that it is a member of, which marks others, until nothing
// changes. Each node and each claim is looked at a bounded number of times. What
// is not marked then depends only on others that are not marked.
type standstill struct {
	before     map[string]*Node // what could not go on in the snapshot before; nil if there was none
	vertices   []*vertex        // in the order of All
	of         map[*Node]*vertex
	byID       map[string]*vertex
	guards     map[*guard]*guarded
	thresholds []*threshold
	marked     []*vertex // whose thresholds are to be raised
}

// vertex is a node in a standstill, or what a call does besides its functions;
// that has no node.
type vertex struct {
	node  *Node
	place int // in the order of All

	can     bool
	members []membership
	claims  []claim // those that n's going on depends on

	ends *threshold // the vertex itself
	room *threshold // of a group: one of the tasks that run in it
	seen bool       // by the search for cycles
}

// claim is a demand as its vertex sees it.
type claim struct {
	on   *threshold
	wait *Wait // nil if it is none: a call of the node's own
}

// guarded is a lock or semaphore in a standstill.
type guarded struct {
	free    *threshold // permits that no stuck node holds; of an RWLock minus those that hold it
	writer  *vertex    // of an RWLock: the node that holds it to write
	writers *threshold // of an RWLock: one of the nodes that wait to write
	waiting int        // nodes that wait
}

func newStandstill(s *Snapshot, before map[string]*Node) *standstill {
	d := &standstill{
		before: before,
		of:     make(map[*Node]*vertex),
		byID:   make(map[string]*vertex),
		guards: make(map[*guard]*guarded),
	}
	for _, n := range s.All() {
		v := &vertex{node: n, place: len(d.vertices)}
		d.vertices = append(d.vertices, v)
		d.of[n] = v
		d.byID[n.ID] = v
	}
	for _, v := range d.vertices {
		d.addGuards(v)
	}
	for _, v := range d.vertices {
		if d.moved(v.node) {
			d.mark(v)
		} else {
			d.addClaims(v)
		}
	}
	d.settle()
	return d
}

// moved reports whether the node was not stuck in the snapshot before, or waits
// or holds something else since.
func (d *standstill) moved(n *Node) bool {
	if d.before == nil {
		return false
	}
	was := d.before[n.ID]
	if was == nil || len(was.Waits) != len(n.Waits) || len(was.Holds) != len(n.Holds) {
		return true
	}
	for i := range n.Waits {
		if was.waitRecord(i).seq != n.waitRecord(i).seq {
			return true
		}
	}
	for i := range n.Holds {
		if was.holdRecord(i).seq != n.holdRecord(i).seq {
			return true
		}
	}
	return false
}

// addGuards notes what the node holds, and which locks it waits for.
func (d *standstill) addGuards(v *vertex) {
	for i, hold := range v.node.Holds {
		g := v.node.holdRecord(i).of
		if g == nil {
			continue
		}
		weight := permits(hold)
		guarded := d.guarded(g)
		guarded.free.have -= weight
		guarded.free.join(v, weight)
		if g.rw && hold.What == WaitLock {
			guarded.writer = v
		}
	}
	for i, w := range v.node.Waits {
		g := v.node.waitRecord(i).of
		if g == nil {
			continue
		}
		guarded := d.guarded(g)
		guarded.waiting++
		if g.rw && w.What == WaitLock {
			guarded.writers.join(v, 1)
		}
	}
}

func (d *standstill) guarded(g *guard) *guarded {
	known := d.guards[g]
	if known == nil {
		known = &guarded{free: d.threshold(), writers: d.threshold()}
		known.free.have = g.permits
		d.guards[g] = known
	}
	return known
}

// permits is how many permits a wait or a hold of a lock or semaphore is about.
func permits(w Wait) int { return max(w.N, 1) }

// addClaims says what the going on of a node depends on, or marks it.
func (d *standstill) addClaims(v *vertex) {
	n := v.node
	switch {
	case n.State == StateQueued && len(n.Waits) == 0:
		if g := d.of[n.up]; g != nil && g.node.Kind == KindGroup {
			d.claimRoom(v, g, nil)
		} else {
			d.mark(v)
		}
	case n.Kind == KindCall:
		d.addCall(v)
	default:
		if !d.addOwn(v, n) {
			d.mark(v)
		}
	}
}

// addOwn says what the goroutine of the node depends on: the end of one of the
// waits, or of a group or call that it is in. It returns false if there is
// nothing, which means that it runs.
func (d *standstill) addOwn(v *vertex, n *Node) (blocked bool) {
	joining := false
	for i := range n.Waits {
		joining = joining || n.Waits[i].What == WaitJoin
		d.addWait(v, n, i)
	}
	if joining {
		return true // the other calls under a group's context are not of that goroutine
	}
	blocked = len(n.Waits) > 0
	for _, child := range n.Children {
		if child != nil && !child.detached && (child.Kind == KindGroup || child.Kind == KindCall) {
			d.claim(v, d.endOf(d.of[child]), 1, nil)
			blocked = true
		}
	}
	return blocked
}

// addCall says what a call depends on: all of its functions, or one where one is
// enough; and on its own waits, which are those of its source.
func (d *standstill) addCall(v *vertex) {
	functions := d.threshold()
	for _, child := range v.node.Children {
		if child != nil && child.Kind == KindFunc {
			functions.join(d.of[child], 1)
		}
	}
	need := len(functions.members)
	if need > 0 && oneIsEnough(v.node.Name) {
		need = 1
	}
	own := &vertex{place: v.place}
	if d.addOwn(own, v.node) {
		functions.join(own, 1)
		need++
	}
	d.claim(v, functions, need, nil)
}

// oneIsEnough reports whether a call of that name ends with the first of its
// functions that succeeds.
func oneIsEnough(name string) bool {
	return name == "Race" || name == "FirstSuccess" || name == "Staggered"
}

// addWait says what the end of n.Waits[i] depends on.
func (d *standstill) addWait(v *vertex, n *Node, i int) {
	w, rec := &n.Waits[i], n.waitRecord(i)
	if rec.limited || w.What != WaitJoin && n.isLimited() {
		d.mark(v)
		return
	}
	target := d.byID[w.Node]
	switch w.What {
	case WaitTask:
		if target != nil {
			d.claim(v, d.endOf(target), 1, w)
			return
		}
	case WaitRoom:
		if target != nil {
			d.claimRoom(v, target, w)
			return
		}
	case WaitJoin:
		d.claimJoin(v, n, w)
		return
	case WaitSemaphore, WaitKeyed, WaitLock, WaitRLock:
		if rec.of != nil {
			d.claimGuard(v, rec.of, w)
			return
		}
	}
	d.mark(v) // code outside may help
}

// isLimited reports whether the node's context ends some time, or has ended.
func (n *Node) isLimited() bool { return n.isDone() || !n.Deadline.IsZero() }

// claimRoom makes v depend on one of the tasks that run in the group.
func (d *standstill) claimRoom(v, group *vertex, w *Wait) {
	if group.room == nil {
		group.room = d.threshold()
		for _, child := range group.node.Children {
			if child != nil && child.Kind == KindTask && child.State != StateQueued {
				group.room.join(d.of[child], 1)
			}
		}
	}
	if group.node.isLimited() || group.node.Hidden > 0 || len(group.room.members) == 0 {
		d.mark(v)
		return
	}
	d.claim(v, group.room, 1, w)
}

// claimJoin makes v depend on all tasks of the group, except daemons: a join
// cancels them when no other task is left.
func (d *standstill) claimJoin(v *vertex, group *Node, w *Wait) {
	tasks := d.threshold()
	for _, child := range group.Children {
		if child != nil && child.Kind == KindTask && !child.Daemon {
			tasks.join(d.of[child], 1)
		}
	}
	d.claim(v, tasks, len(tasks.members), w)
}

// claimGuard makes v depend on those that hold a lock or semaphore.
func (d *standstill) claimGuard(v *vertex, g *guard, w *Wait) {
	guarded := d.guards[g]
	switch {
	case g.rw && w.What == WaitLock:
		d.claim(v, guarded.free, 0, w)
	case g.rw && guarded.writer != nil:
		d.claim(v, d.endOf(guarded.writer), 1, w)
	case g.rw:
		// A reader that waits although no writer holds the lock is behind a
		// writer that waits, which may be one without a node.
		if g.writer || guarded.waiting < g.waiting || len(guarded.writers.members) == 0 {
			d.mark(v)
			return
		}
		d.claim(v, guarded.writers, 1, w)
	case permits(*w) > g.permits:
		d.mark(v) // a pause, or counting, or refused
	default:
		d.claim(v, guarded.free, permits(*w), w)
	}
}

// nodes returns the nodes that cannot go on, by ID.
func (d *standstill) nodes() map[string]*Node {
	stuck := make(map[string]*Node)
	for _, v := range d.vertices {
		if !v.can {
			stuck[v.node.ID] = v.node
		}
	}
	return stuck
}
