package watch

import (
	"cmp"
	"slices"
	"sync"

	"example.com/asyncgo/internal/waitlist"
)

// branch is the list of what has begun under a node and has not ended, or of
// some of a monitor's roots.
//
// A child may outlive its parent: a task of Start that is shielded from the end
// of the context, say. Then it moves up, to the next node that has not ended,
// from whose context its own derives, too, or to the roots. So it is in the
// first list on the way up that is not over. It moves under the locks of both
// lists, of which the lower one is taken first.
type branch struct {
	mu    sync.Mutex
	nodes waitlist.List[*Node]
	over  bool // the node has ended: the list is empty, and stays so
}

// add adds n, and reports false if the list is over.
func (b *branch) add(n *Node) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.over {
		return false
	}
	n.place.Value = n
	b.nodes.PushBack(&n.place)
	return true
}

// remove takes out n, if it is there, and reports false if the list is over.
func (b *branch) remove(n *Node) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.over {
		return false
	}
	b.nodes.Remove(&n.place)
	return true
}

// end ends the list of n. What is in it moves up.
func (b *branch) end(n *Node) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.over = true
	for p := b.nodes.PopFront(); p != nil; p = b.nodes.PopFront() {
		p.Value.joinAbove(n)
	}
}

func (b *branch) appendTo(all []*Node) []*Node {
	b.mu.Lock()
	defer b.mu.Unlock()
	for p := b.nodes.Front(); p != nil; p = p.Next() {
		all = append(all, p.Value)
	}
	return all
}

// roots is the list that n is in as a root.
func (n *Node) roots() *branch { return &n.monitor.trees[n.id%trees] }

// join puts n under its parent.
func (n *Node) join() { n.joinAbove(n) }

// joinAbove puts n under the first node above p that has not ended.
func (n *Node) joinAbove(p *Node) {
	for p = p.parent; p.kind != Root; p = p.parent {
		if p.below.add(n) {
			return
		}
	}
	n.roots().add(n)
}

// leave takes n out of the list that it is in, if it is in one.
func (n *Node) leave() {
	for p := n.parent; p.kind != Root; p = p.parent {
		if p.below.remove(n) {
			return
		}
	}
	n.roots().remove(n)
}

// Roots returns the nodes that have no parent, or whose parent has ended, in
// order of their beginning. A closed monitor has them, too.
func (m *Monitor) Roots() []*Node {
	var all []*Node
	for i := range m.trees {
		all = m.trees[i].appendTo(all)
	}
	sortNodes(all)
	return all
}

// Children returns at most limit of what has begun under n and has not ended,
// and how many there are: groups, calls and tasks of Start in order of their
// beginning, functions of a call by index. The tasks of a group are not among
// them: see [Report].
func (n *Node) Children(limit int) (children []*Node, total int) {
	n.below.mu.Lock()
	total = n.below.nodes.Len()
	for p := n.below.nodes.Front(); p != nil && len(children) < limit; p = p.Next() {
		children = append(children, p.Value)
	}
	n.below.mu.Unlock()
	sortNodes(children)
	return children, total
}

// Compare orders nodes by their beginning, and functions by index.
func Compare(a, b *Node) int { return cmp.Or(cmp.Compare(a.id, b.id), cmp.Compare(a.index, b.index)) }

func sortNodes(nodes []*Node) { slices.SortFunc(nodes, Compare) }

// IsOrphan reports that n is further up since its parent has ended.
func (n *Node) IsOrphan() bool { return n.parent.kind != Root && n.parent.done.Load() }
