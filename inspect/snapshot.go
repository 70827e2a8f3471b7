package inspect

import (
	"iter"
	"time"
)

// Snapshot is what a monitor sees at one moment, as a tree of groups, calls,
// tasks and functions. It is what asyncio's ps and pstree print, as data.
//
// It is weakly consistent: each node is seen at one moment, but not all of them
// at the same one. No node is in it twice, and one that began before the call
// that made the snapshot and ends after it is in it. A snapshot does not change
// and may be read by several goroutines at once; the zero Snapshot and a nil
// one are empty.
//
// Its JSON is what [encoding/json] makes of the struct: durations are numbers
// of nanoseconds, and empty fields are left out.
type Snapshot struct {
	Time      time.Time   `json:"time"`                // when it was made
	Nodes     []*Node     `json:"nodes"`               // the roots, in order of their beginning
	Resources []*Resource `json:"resources,omitempty"` // by kind, then name
	Unseen    []*Unseen   `json:"unseen,omitempty"`    // oldest first
	Totals    []*Total    `json:"totals,omitempty"`    // by kind, then name
}

// newSnapshot returns an empty snapshot, whose nodes are [] in JSON and not
// null.
func newSnapshot(at time.Time) *Snapshot { return &Snapshot{Time: at, Nodes: []*Node{}} }

// link gives each node its parent and the time of the snapshot. The collection
// calls it when the tree is complete and not yet published.
func (s *Snapshot) link() {
	for _, n := range s.All() {
		n.at = s.Time
		for _, child := range n.Children {
			if child != nil {
				child.up = n
			}
		}
	}
}

// All returns an iterator over every node with its depth, which is 0 for the
// roots: depth first, a parent before its children, in the order of
// [Snapshot.WriteText]. Breaking off is fine, and so is a second loop. Each
// step takes constant time.
func (s *Snapshot) All() iter.Seq2[int, *Node] {
	return func(yield func(int, *Node) bool) {
		if s == nil {
			return
		}
		for row := range rows(s.Nodes) {
			if row.node != nil && !yield(row.depth, row.node) {
				return
			}
		}
	}
}

// Find returns the first node of [Snapshot.All] that has the name, or nil.
// Names are not unique: IDs are.
func (s *Snapshot) Find(name string) *Node {
	for _, n := range s.All() {
		if n.Name == name {
			return n
		}
	}
	return nil
}
