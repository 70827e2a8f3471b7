package inspect

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// Timeline has the spans that a monitor with WithTimeline has recorded: the last
// ones that have ended, and those that have not.
//
// Parents stand before their children, and the spans of one parent are sorted by
// Start, Kind, Index, Name. So in a testing/synctest bubble, where times are
// exact, the output of each Write method is the same at every run and can be
// compared with a file.
//
// The zero Timeline and a nil one are empty. asyncio has nothing like it.
type Timeline struct {
	Start   time.Time // when the monitor was made
	Spans   []Span    // parents before children, siblings by Start, Kind, Index, Name
	Dropped int       // spans that others have pushed out
}

// KindWait is the kind of a [Span] that is a wait. No [Node] has it.
const KindWait Kind = "wait"

// Span is a group, a call, a task, a function that ran, or a wait longer than 0.
type Span struct {
	ID, Parent string        // of a wait: ID is empty, and Parent is the node that waited
	Kind       Kind          // what it stands for
	Name       string        // of a wait the text of Wait.String
	Func, Site string        // as in Node
	Index      int           // as in Node
	Start, End time.Duration // since Timeline.Start
	Open       bool          // it had not ended: End is when the timeline was made
	Error      string        // why it failed
}

// label is the name of the span, else its index or kind and its function.
func (s *Span) label() string {
	n := Node{Kind: s.Kind, Name: s.Name, Index: s.Index}
	if s.Name == "" && s.Func != "" && (s.Kind == KindTask || s.Kind == KindFunc) {
		return n.label() + " " + shortFunc(s.Func)
	}
	return n.label()
}

// start is Start, but not before the timeline's.
func (s *Span) start() time.Duration { return min(max(s.Start, 0), math.MaxInt64-1) }

// end is End, but not before start.
func (s *Span) end() time.Duration { return max(s.start(), s.End) }

// spanRow is a span in its place in the tree.
type spanRow struct {
	*Span
	depth  int
	parent *spanRow   // nil if there is none in the timeline
	waits  []*spanRow // of its own
}

// order sorts the spans. The collection calls it once it has them all.
func (t *Timeline) order() {
	rows := t.rows()
	sorted := make([]Span, len(rows))
	for i, row := range rows {
		sorted[i] = *row.Span
	}
	t.Spans = sorted
}

// rows returns the spans in order. One whose parent is not there is a root.
func (t *Timeline) rows() []*spanRow {
	if t == nil {
		return nil
	}
	all := make([]*spanRow, len(t.Spans))
	byID := make(map[string]*spanRow)
	for i := range t.Spans {
		row := &spanRow{Span: &t.Spans[i]}
		all[i] = row
		if row.ID != "" && byID[row.ID] == nil {
			byID[row.ID] = row
		}
	}
	slices.SortStableFunc(all, compareSpans)
	children := make(map[*spanRow][]*spanRow)
	var pending []*spanRow // a stack, the next one last
	for _, row := range all {
		if parent := byID[row.Parent]; parent != nil && parent != row {
			row.parent = parent
			children[parent] = append(children[parent], row)
		} else {
			pending = append(pending, row)
		}
	}
	slices.Reverse(pending)
	sorted := make([]*spanRow, 0, len(all))
	placed := make(map[*spanRow]bool, len(all))
	place := func() {
		for len(pending) > 0 {
			row := pending[len(pending)-1]
			pending = pending[:len(pending)-1]
			if placed[row] {
				continue // its ancestors go round in a circle
			}
			placed[row] = true
			sorted = append(sorted, row)
			if row.parent != nil {
				row.depth = row.parent.depth + 1
				if row.Kind == KindWait {
					row.parent.waits = append(row.parent.waits, row)
				}
			}
			for _, child := range slices.Backward(children[row]) {
				pending = append(pending, child)
			}
		}
	}
	place()
	for _, row := range all {
		if !placed[row] {
			row.parent = nil
			pending = append(pending, row)
			place()
		}
	}
	return sorted
}

func compareSpans(a, b *spanRow) int {
	return cmp.Or(
		cmp.Compare(a.Start, b.Start), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Index, b.Index), cmp.Compare(a.Name, b.Name),
		cmp.Compare(a.End, b.End), cmp.Compare(a.Func, b.Func),
	)
}

// extent returns the first start and the last end of what has a bar. They are at
// least 1 ns apart.
func extent(rows []*spanRow) (first, last time.Duration) {
	first = math.MaxInt64 - 1
	for _, row := range rows {
		if row.Kind != KindWait {
			first, last = min(first, row.start()), max(last, row.end())
		}
	}
	return first, max(last, first+1)
}
