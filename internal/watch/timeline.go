package watch

import (
	"sync/atomic"
	"time"
)

// Timeline keeps the last spans that have ended, in order of their end. Each is
// one store: its place is its number, and a span that comes late to a place
// does not push out one with a higher number.
type Timeline struct {
	places []atomic.Pointer[Span]
	n      atomic.Uint64
}

// Span is a node that has ended, or a wait.
type Span struct {
	number     uint64
	ID, Parent string
	Kind       Kind
	IsWait     bool
	Wait       State // of a wait
	Name       string
	Code       uintptr
	Site       []uintptr
	Index      int
	Start, End time.Duration
	Err        error
}

func newTimeline(n int) *Timeline { return &Timeline{places: make([]atomic.Pointer[Span], n)} }

// add adds a node that has ended.
func (t *Timeline) add(n *Node, began, now int64, err error) {
	s := n.OpenSpan()
	s.Start, s.End, s.Err = time.Duration(began-1), time.Duration(now-1), err
	t.put(s)
}

// OpenSpan is the span of a node without its times.
func (n *Node) OpenSpan() *Span {
	s := &Span{Kind: n.kind, Name: n.name, Code: n.Code(), Site: n.site, Index: -1}
	if n.subject != nil && n.kind == Task {
		r := n.subject.Report(0)
		s.Name = r.Name
		s.Index = r.Index
	}
	if n.id != 0 {
		s.Index = -1
	} else if n.kind == Func {
		s.Index = n.index
	}
	s.ID = n.ID(s.Index)
	if p := n.Parent(); p != nil {
		s.Parent = p.ID(p.Index())
	}
	return s
}

// addWait adds a wait that has ended, if it has lasted.
func (t *Timeline) addWait(w *Wait, now time.Duration) {
	if now <= w.since {
		return
	}
	state := w.state()
	state.Context, state.Of = nil, nil
	s := &Span{
		Parent: w.node.ID(w.node.Index()), IsWait: true, Wait: state, Index: -1,
		Start: w.since, End: now,
	}
	if target, ok := state.On.(Target); ok {
		s.Name, _ = target.Target()
		s.Wait.On = nil // so that what has ended is not kept
	}
	t.put(s)
}

func (t *Timeline) put(s *Span) {
	s.number = t.n.Add(1) - 1
	place := &t.places[s.number%uint64(len(t.places))]
	for {
		old := place.Load()
		if old != nil && old.number > s.number || place.CompareAndSwap(old, s) {
			return
		}
	}
}

// Spans returns the spans that are kept, in order of their end, and how many
// have been pushed out.
func (t *Timeline) Spans() (spans []*Span, dropped int) {
	n := t.n.Load()
	size := uint64(len(t.places))
	first := n - min(n, size)
	for i := first; i < n; i++ {
		if s := t.places[i%size].Load(); s != nil && s.number == i {
			spans = append(spans, s)
		}
	}
	return spans, int(first)
}
