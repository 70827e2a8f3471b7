package watch

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Timeline keeps the last spans that have ended, in order of their end.
//
// Each has a number, by which it is put into one of the shards; each of these
// has room for its part of as many as are kept, and grows up to that. So spans
// that end at the same time have a lock each, mostly. One that comes late to a
// place does not push out one with a higher number.
type Timeline struct {
	size   uint64
	n      atomic.Uint64
	shards [shards]shard
}

const shards = 16

type shard struct {
	mu    sync.Mutex
	spans []Span
	_     [64]byte
}

// Span is a node that has ended, or a wait.
type Span struct {
	Node   Ref    // of a wait: the node that waited
	Seq    uint64 // of a wait: which one of the node's
	Parent Ref
	Kind   Kind // of a wait: Root
	What   What // of a wait
	Name   string
	Key    any // of a wait: of what it was for; nil if that has none
	N      int // likewise

	Code       uintptr
	Site       []uintptr
	Index      int
	Start, End time.Duration
	Err        error

	number uint64
}

// IsWait reports that s is a wait.
func (s *Span) IsWait() bool { return s.Kind == Root }

func newTimeline(n int) *Timeline { return &Timeline{size: uint64(n)} }

// Span is what a timeline keeps of n, without its times.
func (n *Node) Span() Span {
	s := Span{Kind: n.kind, Name: n.Name(), Code: n.Code(), Site: n.site, Index: -1}
	switch n.kind {
	case Task:
		r := n.subject.Report(0)
		s.Name, s.Index = r.Name, r.Index
	case Func:
		s.Index = n.index
	default:
	}
	s.Node = n.ref(s.Index)
	if p := n.Parent(); p != nil {
		s.Parent = p.ref(p.Index())
	}
	return s
}

// span is what a timeline keeps of a wait, without its end.
func (w *State) span(n Ref) Span {
	s := Span{Node: n, Seq: w.Seq, What: w.What, N: w.N, Index: -1, Start: w.Since}
	switch on := w.On.(type) { // which is not kept
	case Target:
		s.Name, _ = on.Target()
	case Resource:
		s.Name = NameOf(on)
	}
	if on, ok := w.On.(interface{ Key() any }); ok {
		s.Key = on.Key()
	}
	return s
}

// OpenWaits are the spans of what n waits for, since before now.
func (n *Node) OpenWaits(now time.Duration) (spans []Span) {
	index := n.Index() // not under the lock
	waits, _ := n.Waits()
	for _, w := range waits {
		if w.Since < now {
			s := w.span(n.ref(index))
			s.End = now
			spans = append(spans, s)
		}
	}
	return spans
}

func (t *Timeline) put(s Span) {
	s.number = t.n.Add(1) - 1
	sh := &t.shards[s.number%shards]
	i := s.number / shards % ((t.size + shards - 1) / shards)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	for uint64(len(sh.spans)) <= i {
		sh.spans = append(sh.spans, Span{})
	}
	if old := &sh.spans[i]; old.isEmpty() || old.number < s.number {
		*old = s
	}
}

// isEmpty reports that s is no span, but a place for one.
func (s *Span) isEmpty() bool { return s.Node == Ref{} }

// Spans returns the spans that are kept, in order of their end, and how many
// have been pushed out.
func (t *Timeline) Spans() (spans []Span, dropped int) {
	first := t.n.Load()
	first -= min(first, t.size)
	for i := range t.shards {
		sh := &t.shards[i]
		sh.mu.Lock()
		for _, s := range sh.spans {
			if !s.isEmpty() && s.number >= first {
				spans = append(spans, s)
			}
		}
		sh.mu.Unlock()
	}
	slices.SortFunc(spans, func(a, b Span) int { return cmp.Compare(a.number, b.number) })
	if excess := len(spans) - int(min(t.size, uint64(len(spans)))); excess > 0 {
		spans = spans[excess:] // what has ended meanwhile has pushed them out
		first += uint64(excess)
	}
	return spans, int(first)
}
