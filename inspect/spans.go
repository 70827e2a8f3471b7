package inspect

import (
	"math"
	"time"

	"example.com/asyncgo/internal/watch"
)

// Timeline returns the last spans that have ended, as many as [WithTimeline]
// says, and those that have not. Without WithTimeline it is empty. It may be
// called when m is closed.
func (m *Monitor) Timeline() *Timeline {
	m.check()
	t := &Timeline{Start: m.watch.Start()}
	timeline := m.watch.Timeline()
	if timeline == nil {
		return t
	}
	now := m.watch.Now()
	open := openSpans(m.watch.Roots(), now) // first: what ends meanwhile is in both
	kept, dropped := timeline.Spans()
	t.Dropped = dropped
	ended := map[spanKey]bool{}
	for _, s := range kept {
		ended[spanKey{s.Node, s.Seq}] = true
		t.Spans = append(t.Spans, spanOf(s))
	}
	for _, s := range open {
		if !ended[spanKey{s.Node, s.Seq}] {
			made := spanOf(s)
			made.Open = true
			t.Spans = append(t.Spans, made)
		}
	}
	t.order()
	return t
}

// spanKey identifies a node or one of its waits.
type spanKey struct {
	node watch.Ref
	seq  uint64
}

// spanOf makes the exported span of s.
func spanOf(s watch.Span) Span {
	if s.IsWait() {
		w := Wait{What: What(s.What), Name: s.Name, N: s.N}
		if s.Key != nil {
			w.Key = keyText(s.Key)
		}
		return Span{
			Parent: s.Node.String(), Kind: KindWait, Name: w.String(), Index: -1, Start: s.Start, End: s.End,
		}
	}
	return Span{
		ID: s.Node.String(), Parent: s.Parent.String(), Kind: kinds[s.Kind], Name: s.Name,
		Func: funcName(s.Code), Site: siteOf(s.Site), Index: s.Index,
		Start: s.Start, End: s.End, Error: errorText(s.Err),
	}
}

// openSpans are the spans of what has begun and has not ended by now.
func openSpans(nodes []*watch.Node, now time.Duration) (spans []watch.Span) {
	for _, n := range nodes {
		if began, hasBegun := n.Began(); hasBegun {
			s := n.Span()
			s.Start, s.End = began, now
			spans = append(spans, s)
			spans = append(spans, n.OpenWaits(now)...)
		}
		if subject := n.Subject(); subject != nil {
			spans = append(spans, openSpans(subject.Report(math.MaxInt).Tasks, now)...)
		}
		below, _ := n.Children(math.MaxInt)
		spans = append(spans, openSpans(below, now)...)
	}
	return spans
}
