package inspect

import "time"

// The tests of the rules write trees of nodes by these functions. A name is the
// ID too.

type change func(*Node)

func newNode(kind Kind, name string, changes []change) *Node {
	n := &Node{ID: name, Kind: kind, Name: name, Index: -1, State: StateRunning}
	for _, c := range changes {
		c(n)
	}
	for i, child := range n.Children {
		if child.Kind == KindFunc {
			child.Name, child.Index, child.ID = "", i, n.ID+"/"+child.ID
		}
	}
	return n
}

func aTask(name string, changes ...change) *Node  { return newNode(KindTask, name, changes) }
func aFunc(name string, changes ...change) *Node  { return newNode(KindFunc, name, changes) }
func aCall(name string, changes ...change) *Node  { return newNode(KindCall, name, changes) }
func aGroup(name string, changes ...change) *Node { return newNode(KindGroup, name, changes) }

func children(nodes ...*Node) change {
	return func(n *Node) {
		n.Children = nodes
		for _, child := range nodes {
			if n.hasFunction() && n.State == StateRunning && (child.Kind == KindGroup || child.Kind == KindCall) {
				n.State = StateCalling
			}
		}
	}
}

func aged(d time.Duration) change { return func(n *Node) { n.Age = d } }
func daemon(n *Node)              { n.Daemon = true }
func queued(n *Node)              { n.State = StateQueued }
func detached(n *Node)            { n.detached = true }
func hidden(n *Node)              { n.Hidden = 1 }
func canceled(n *Node)            { n.done = true }
func expires(n *Node)             { n.Deadline = noon.Add(time.Hour) }
func doneFor(d time.Duration) change {
	return func(n *Node) { n.done, n.doneSince = true, noon.Add(-d) }
}
func emptyFor(d time.Duration) change   { return func(n *Node) { n.emptySince = noon.Add(-d) } }
func waitsAt(w Wait, rec record) change { return func(n *Node) { n.addWait(w, rec) } }
func holdsFor(w Wait, rec record) change {
	return func(n *Node) { n.Holds = append(n.Holds, w); n.holding = append(n.holding, rec) }
}
func waitsForTask(id string) change    { return waitsAt(Wait{What: WaitTask, Node: id}, record{}) }
func waitsForRoom(n *Node)             { n.addWait(Wait{What: WaitRoom, Node: "g"}, record{}) } // in group g
func waits(what What, g *guard) change { return waitsAt(Wait{What: what}, record{of: g}) }
func waitsN(n int, g *guard) change    { return waitsAt(Wait{What: WaitSemaphore, N: n}, record{of: g}) }

func waitsLimited(g *guard) change {
	return waitsAt(Wait{What: WaitLock}, record{of: g, limited: true})
}
func holds(what What, g *guard) change { return holdsFor(Wait{What: what}, record{of: g}) }
func holdsN(n int, g *guard) change    { return holdsFor(Wait{What: WaitSemaphore, N: n}, record{of: g}) }

func joins(n *Node) {
	n.addWait(Wait{What: WaitJoin, Node: n.ID}, record{})
	n.State = StateJoining
}

func (n *Node) addWait(w Wait, rec record) {
	if n.State == StateRunning || n.State == StateCalling {
		n.State = StateWaiting
	}
	n.Waits = append(n.Waits, w)
	n.waiting = append(n.waiting, rec)
}

func snapshotOf(nodes ...*Node) *Snapshot {
	s := newSnapshot(noon)
	s.Nodes = nodes
	s.link()
	return s
}

// always returns s at each collection.
func always(s *Snapshot) func() *Snapshot { return func() *Snapshot { return s } }
