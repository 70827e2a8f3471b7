package inspect

import (
	"time"

	"example.com/asyncgo/internal/watch"
)

// Timeline returns the last spans that have ended, as many as [WithTimeline]
// says, and those that have not. Without WithTimeline it is empty. It may be
// called when m is closed.
func (m *Monitor) Timeline() *Timeline {
	m.check()
	t := &Timeline{Start: m.watch.Start()}
	kept := m.watch.Timeline()
	if kept == nil {
		return t
	}
	now := m.watch.Now()
	c := &collection{monitor: m, now: now, guards: map[any]*guard{}, resources: map[any]*Resource{}}
	open := c.openSpans(m.watch.Roots(), now)
	spans, dropped := kept.Spans()
	t.Dropped = dropped
	ended := map[string]bool{}
	for _, s := range spans {
		ended[s.ID] = s.ID != ""
		t.Spans = append(t.Spans, c.span(s))
	}
	for _, s := range open {
		if s.ID == "" || !ended[s.ID] { // it may have ended since
			t.Spans = append(t.Spans, s)
		}
	}
	t.order()
	return t
}

// span makes the span of what has ended.
func (c *collection) span(s *watch.Span) Span {
	out := Span{
		ID: s.ID, Parent: s.Parent, Kind: kinds[s.Kind], Name: s.Name, Func: funcName(s.Code), Site: siteOf(s.Site),
		Index: s.Index, Start: s.Start, End: s.End, Error: errorText(s.Err),
	}
	if s.IsWait {
		w, _ := c.wait(s.Wait)
		if s.Name != "" {
			w.Name = s.Name
		}
		out.Kind, out.Name = KindWait, w.String()
	}
	return out
}

// openSpans makes the spans of what lasts.
func (c *collection) openSpans(nodes []*watch.Node, now time.Duration) (spans []Span) {
	for _, n := range nodes {
		began, hasBegun := n.Began()
		if !hasBegun {
			continue
		}
		s := n.OpenSpan()
		s.Start, s.End = began, now
		made := c.span(s)
		made.Open = true
		spans = append(spans, made)
		waits, _ := n.Waits()
		for _, w := range waits {
			if w.Since < now {
				wait, _ := c.wait(w)
				spans = append(spans, Span{
					Parent: made.ID, Kind: KindWait, Name: wait.String(), Index: -1, Start: w.Since, End: now, Open: true,
				})
			}
		}
		if subject := n.Subject(); subject != nil {
			spans = append(spans, c.openSpans(subject.Report(maxOpen).Tasks, now)...)
		}
		below, _ := n.Children(maxOpen)
		spans = append(spans, c.openSpans(below, now)...)
	}
	return spans
}

// maxOpen bounds the open spans of one parent.
const maxOpen = 1 << 20
