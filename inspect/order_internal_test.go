package inspect

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// Parents stand before their children; the spans of one parent by Start, Kind,
// Index, Name.
func TestOrderOfSpans(t *testing.T) {
	span := func(id, parent string, start time.Duration, kind Kind, index int, name string) Span {
		return Span{ID: id, Parent: parent, Start: start, Kind: kind, Index: index, Name: name}
	}
	want := []Span{
		span("1", "", 0, KindGroup, -1, "g"),
		span("3", "1", 0, KindTask, 0, "z"),
		span("", "3", 9, KindWait, 0, "a"),
		span("", "3", 9, KindWait, 0, "b"),
		span("4", "1", 0, KindTask, 1, "a"),
		span("5", "1", 0, KindTask, 1, "b"),
		span("", "1", 0, KindWait, 0, "room"),
		span("2", "1", 1, KindCall, -1, "Map"),
		span("6", "2", 1, KindFunc, 0, ""),
		span("7", "gone", 2, KindTask, 0, "its parent was pushed out"),
		span("8", "", 3, KindGroup, -1, "later"),
	}
	tl := &Timeline{Spans: []Span{want[10], want[8], want[9], want[7], want[6], want[3], want[2], want[5], want[4], want[1], want[0]}}
	tl.order()
	assert.Equal(t, want, tl.Spans)
	tl.order()
	assert.Equal(t, want, tl.Spans)
	none := new(Timeline)
	none.order()
	assert.Empty(t, none.Spans)
}
