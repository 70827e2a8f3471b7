package inspect

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/internal/test/testkit"
)

// model decides which nodes can go on by the sentences of the rule, each looked
// at again and again until nothing changes.
type model struct {
	s   *Snapshot
	can map[*Node]bool
}

func newModel(s *Snapshot) *model {
	m := &model{s, make(map[*Node]bool)}
	for changed := true; changed; {
		changed = false
		for _, n := range s.All() {
			if !m.can[n] && m.canGoOn(n) {
				m.can[n], changed = true, true
			}
		}
	}
	return m
}

func (m *model) canGoOn(n *Node) bool {
	switch {
	case n.State == StateQueued:
		return m.hasRoom(n.up)
	case n.Kind == KindCall:
		return m.all(n, KindFunc)
	}
	blocked := len(n.Waits) > 0
	for i := range n.Waits {
		if m.canEnd(n, i) {
			return true
		}
	}
	if n.State == StateJoining {
		return false
	}
	for _, child := range n.Children {
		if !child.detached && (child.Kind == KindGroup || child.Kind == KindCall) {
			blocked = true
			if m.can[child] {
				return true
			}
		}
	}
	return !blocked
}

func (m *model) canEnd(n *Node, i int) bool {
	w, rec := n.Waits[i], n.waiting[i]
	if rec.limited {
		return true
	}
	switch w.What {
	case WaitTask:
		target := m.node(w.Node)
		return target == nil || m.can[target]
	case WaitRoom:
		return m.hasRoom(m.node(w.Node))
	case WaitJoin:
		return m.all(n, KindTask)
	case WaitSemaphore:
		stuck := 0
		for _, holder := range m.s.All() {
			for j, hold := range holder.Holds {
				if holder.holding[j].of == rec.of && !m.can[holder] {
					stuck += hold.N
				}
			}
		}
		return w.N > rec.of.permits || rec.of.permits-stuck >= w.N
	}
	return true
}

func (m *model) node(id string) *Node {
	for _, n := range m.s.All() {
		if n.ID == id {
			return n
		}
	}
	return nil
}

func (m *model) hasRoom(group *Node) bool {
	if group == nil || group.Kind != KindGroup {
		return true
	}
	running := 0
	for _, task := range group.Children {
		if task.Kind == KindTask && task.State != StateQueued {
			running++
			if m.can[task] {
				return true
			}
		}
	}
	return running == 0
}

func (m *model) all(n *Node, kind Kind) bool {
	for _, child := range n.Children {
		if child.Kind == kind && !child.Daemon && !m.can[child] {
			return false
		}
	}
	return true
}

// waitsFor reports whether next is one of those that n depends on.
func (m *model) waitsFor(n, next *Node) bool {
	if next.up == n {
		return true // a task, a function, or a call of its own
	}
	if n.State == StateQueued && next.up == n.up {
		return true
	}
	for i, w := range n.Waits {
		switch w.What {
		case WaitTask:
			if next.ID == w.Node {
				return true
			}
		case WaitRoom:
			if next.up != nil && next.up.ID == w.Node {
				return true
			}
		case WaitSemaphore:
			for j := range next.Holds {
				if next.holding[j].of == n.waiting[i].of {
					return true
				}
			}
		}
	}
	return false
}

// randomSnapshot has up to a dozen nodes that wait at random.
func randomSnapshot(r *rand.Rand) *Snapshot {
	semaphores := []*guard{aSemaphore(1), aSemaphore(1), aSemaphore(2), aSemaphore(3)}
	count := 0
	var grow func(kind Kind, depth int) *Node
	some := func(kinds ...Kind) Kind { return kinds[r.IntN(len(kinds))] }
	grow = func(kind Kind, depth int) *Node {
		count++
		n := &Node{ID: fmt.Sprint(count), Kind: kind, Index: count, State: StateRunning, Daemon: kind == KindTask && r.IntN(8) == 0}
		for range r.IntN(4) {
			if depth == 0 || count > 12 {
				break
			}
			switch kind {
			case KindGroup:
				n.Children = append(n.Children, grow(some(KindTask, KindTask, KindTask, KindCall), depth-1))
			case KindCall:
				n.Children = append(n.Children, grow(KindFunc, depth-1))
			default:
				if n.Children == nil {
					child := grow(some(KindGroup, KindCall), depth-1)
					child.detached = r.IntN(6) == 0
					n.Children = append(n.Children, child)
				}
			}
		}
		wait := func() {
			rec := record{limited: r.IntN(20) == 0}
			w := Wait{What: WaitGet}
			switch r.IntN(10) {
			case 0:
			case 1, 2, 3:
				w = Wait{What: WaitTask, Node: fmt.Sprint(1 + r.IntN(14))}
			case 4, 5:
				w = Wait{What: WaitRoom, Node: fmt.Sprint(1 + r.IntN(14))}
			default:
				w = Wait{What: WaitSemaphore, N: 1 + r.IntN(2)}
				rec.of = semaphores[r.IntN(len(semaphores))]
			}
			n.addWait(w, rec)
		}
		switch {
		case kind == KindCall:
		case kind == KindTask && r.IntN(8) == 0:
			n.State, n.Children = StateQueued, nil
		case kind == KindGroup && r.IntN(2) == 0:
			joins(n)
		case len(n.Children) == 0 || kind == KindGroup:
			for range r.IntN(3) {
				wait()
			}
		}
		for range r.IntN(3) {
			if n.State != StateQueued {
				holdsFor(Wait{What: WaitSemaphore, N: 1}, record{of: semaphores[r.IntN(len(semaphores))]})(n)
			}
		}
		return n
	}
	var roots []*Node
	for range 1 + r.IntN(4) {
		roots = append(roots, grow(some(KindGroup, KindCall, KindTask), 3))
	}
	return snapshotOf(roots...)
}

func TestDeadlocksAreThoseOfTheModel(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	snapshots, withDeadlock := 5_000, 0
	if testkit.Race {
		snapshots = 500
	}
	for range snapshots {
		s := randomSnapshot(r)
		m := newModel(s)
		stuck := make(map[string]*Node)
		for _, n := range s.All() {
			if !m.can[n] {
				stuck[n.ID] = n
			}
		}
		require.Equal(t, stuck, newStandstill(s, nil).nodes(), "%v", s)

		found := deadlocks(s, always(s))
		require.Equal(t, len(stuck) > 0, len(found) > 0, "%v", s)
		seen := make(map[*Node]bool)
		for _, f := range found {
			withDeadlock++
			for i, n := range f.Cycle {
				assert.False(t, seen[n], "%v", s)
				assert.False(t, m.can[n], "%v", s)
				assert.True(t, m.waitsFor(n, f.Cycle[(i+1)%len(f.Cycle)]), "%v: %v", s, f)
				seen[n] = true
			}
		}
	}
	assert.Greater(t, withDeadlock, snapshots/20)
}
