package watch

import (
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"example.com/asyncgo/internal/waitlist"
)

// branch is a list of nodes, with the lock that guards it.
//
// A node is in the list of its parent. What begins under the context of a task
// may outlast that task: it moves to the list of the next node up that has not
// ended, or to a list of roots, and moves again when that ends. Of a parent that
// ends and a child that begins, each first says so and then looks at the other,
// so that one of the two moves the child.
//
// A child's own lock, under which it moves, is taken before the locks of
// branches, and the branch that it leaves before the one that it enters, which
// is further up.
type branch struct {
	mu    sync.Mutex
	nodes waitlist.List[*Node]
	n     atomic.Int64  // of nodes
	moves atomic.Uint64 // nodes that have moved here
}

func (b *branch) add(n *Node) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.addLocked(n)
}

func (b *branch) addLocked(n *Node) {
	n.place.Value = n
	b.nodes.PushBack(&n.place)
	b.n.Add(1)
}

func (b *branch) remove(n *Node) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.removeLocked(n)
}

func (b *branch) removeLocked(n *Node) {
	if b.nodes.Remove(&n.place) {
		b.n.Add(-1)
	}
}

// appendTo appends at most limit nodes.
func (b *branch) appendTo(all []*Node, limit int) []*Node {
	b.mu.Lock()
	defer b.mu.Unlock()
	for p := b.nodes.Front(); p != nil && limit > 0; p = p.Next() {
		all = append(all, p.Value)
		limit--
	}
	return all
}

// enter puts a group, a call or a task of Start under its parent, or under the
// next node up if that has ended.
func (n *Node) enter() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.above = n.parent
	n.home = n.branchOf(n.above)
	n.home.add(n)
	n.climbLocked()
}

// leave takes it out again. It may never have entered.
func (n *Node) leave() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.home != nil {
		n.home.remove(n)
		n.home = nil
	}
}

// branchOf is where n is when it is under above.
func (n *Node) branchOf(above *Node) *branch {
	if above.kind == Root {
		return &n.monitor.trees[n.id%roots]
	}
	return &above.below
}

// climbLocked moves n up for as long as what it is under has ended. The caller
// holds the lock of n, which is in a list.
func (n *Node) climbLocked() {
	for n.above.hasEnded() {
		n.above = n.above.parent
		from, to := n.home, n.branchOf(n.above)
		from.mu.Lock()
		to.mu.Lock()
		from.removeLocked(n)
		n.moved.Store(true)
		to.addLocked(n)
		to.moves.Add(1)
		n.home = to
		to.mu.Unlock()
		from.mu.Unlock()
	}
}

// hasEnded reports whether n, which may be a root, is gone or about to be.
func (n *Node) hasEnded() bool { return n.kind != Root && n.done.Load() }

// release moves up what is still under n, which has ended. Functions stay: a
// call that ends before them has been left by a panic.
func (n *Node) release() {
	if n.below.n.Load() == 0 {
		return
	}
	for _, child := range n.below.appendTo(nil, int(n.below.n.Load())) {
		if child.kind == Func {
			continue
		}
		child.mu.Lock()
		if child.home != nil {
			child.climbLocked()
		}
		child.mu.Unlock()
	}
}

// HasMoved reports whether n has outlasted what it was begun under.
func (n *Node) HasMoved() bool { return n.moved.Load() }

// Listing is a list of nodes, or the first of them.
type Listing struct {
	Nodes []*Node
	Total int
	Moves uint64 // changes when a node has moved there
}

// ListRoots lists the nodes that have no parent.
func (m *Monitor) ListRoots() (l Listing) {
	if m.Closed() {
		return l
	}
	for i := range m.trees {
		l.Moves += m.trees[i].moves.Load() // first: what moves after that is seen by the next look
	}
	for i := range m.trees {
		l.Nodes = m.trees[i].appendTo(l.Nodes, math.MaxInt)
	}
	l.Total = len(l.Nodes)
	return l
}

// List lists at most limit of what is in the list of n: groups, calls, tasks of
// Start, functions of a call.
func (n *Node) List(limit int) (l Listing) {
	l.Moves = n.below.moves.Load()
	l.Nodes = n.below.appendTo(nil, limit)
	l.Total = max(len(l.Nodes), int(n.below.n.Load()))
	return l
}

// Roots returns the nodes of ListRoots in order of their beginning.
func (m *Monitor) Roots() []*Node {
	l := m.ListRoots()
	slices.SortFunc(l.Nodes, Compare)
	return l.Nodes
}

// Children returns the nodes of List in order of their beginning, functions by
// index, and how many there are.
func (n *Node) Children(limit int) (children []*Node, total int) {
	l := n.List(limit)
	slices.SortFunc(l.Nodes, Compare)
	return l.Nodes, l.Total
}
