package inspect

import (
	"cmp"
	"slices"
	"strconv"
)

// cycle is a sequence of vertices of which each waits for the next, the last for
// the first, by the claims.
type cycle []link

type link struct {
	*vertex
	by *Wait // nil for a call of its own
}

// cycles returns cycles among the nodes that cannot go on, each node in at most
// one, such that each node that cannot go on leads to one. Of several cycles that
// have nodes in common only one is returned.
//
// It is a search in depth without recursion. Thresholds know which of their
// members have been seen and which are on the path, so that neither many that
// wait for many take quadratic time.
func (d *standstill) cycles() []cycle {
	var all []cycle
	for _, root := range d.vertices {
		if root.can || root.seen {
			continue
		}
		p := path{{vertex: root}}
		p.enter()
		for len(p) > 0 {
			top := &p[len(p)-1]
			if top.claim == len(top.claims) {
				p.leave(len(p) - 1)
				continue
			}
			on := top.claims[top.claim].on
			for on.next < len(on.members) && (on.members[on.next].seen || on.members[on.next].can) {
				on.next++
			}
			switch {
			case on.next < len(on.members):
				p = append(p, step{vertex: on.members[on.next]})
				p.enter()
			case len(on.onPath) > 0:
				start := on.onPath[0]
				all = append(all, p.cycleFrom(start))
				p.leave(start)
			default:
				top.claim++
			}
		}
	}
	slices.SortFunc(all, func(a, b cycle) int { return cmp.Compare(a[0].place, b[0].place) })
	return all
}

// path is where the search for cycles is: each step leads to the next by its
// claim.
type path []step

type step struct {
	*vertex
	claim int
}

// enter marks the last step.
func (p path) enter() {
	v := p[len(p)-1].vertex
	v.seen = true
	for _, m := range v.members {
		m.of.onPath = append(m.of.onPath, len(p)-1)
	}
}

// leave takes the steps from start off the path.
func (p *path) leave(start int) {
	for len(*p) > start {
		last := len(*p) - 1
		for _, m := range (*p)[last].members {
			m.of.onPath = m.of.onPath[:len(m.of.onPath)-1]
		}
		*p = (*p)[:last]
	}
}

// cycleFrom returns the steps from start, beginning with the node that is first
// in the order of All.
func (p path) cycleFrom(start int) cycle {
	var c cycle
	first := 0
	for _, s := range p[start:] {
		by := s.claims[s.claim].wait
		if s.node == nil { // the source of the call before it
			c[len(c)-1].by = by
			continue
		}
		if len(c) > 0 && s.place < c[first].place {
			first = len(c)
		}
		c = append(c, link{s.vertex, by})
	}
	return slices.Concat(c[first:], c[:first])
}

// finding describes a cycle.
func (c cycle) finding() finding {
	const most = 8 // nodes in the text
	f := Finding{Rule: RuleDeadlock, Path: pathOf(c[0].node), Node: c[0].node}
	text := []byte("cannot go on: ")
	waits := false
	for i, l := range c {
		f.Cycle = append(f.Cycle, l.node)
		for _, w := range l.node.Waits {
			if !waits || w.Age < f.For {
				waits, f.For = true, w.Age
			}
		}
		if i < most {
			text = l.appendText(text, c[(i+1)%len(c)].node)
		}
	}
	if more := len(c) - most; more > 0 {
		text = append(text, ", and "...)
		text = strconv.AppendInt(text, int64(more), 10)
		text = append(text, " more"...)
	}
	f.Text = string(text)
	return finding{f, findingKey{rule: RuleDeadlock, node: f.Node.ID}}
}

// appendText appends what the node waits at and for which other one.
func (l link) appendText(text []byte, next *Node) []byte {
	if text[len(text)-1] != ' ' {
		text = append(text, ", which "...)
	}
	text = append(text, "waits "...)
	if l.by != nil {
		text = append(text, "at "...)
		text = l.by.append(text)
		text = append(text, ' ')
	}
	text = append(text, "for "...)
	if next == l.node {
		return append(text, "itself"...)
	}
	return appendPlain(text, pathOf(next))
}
