package inspect_test

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/inspect"
)

// pipeline is the timeline of a pipeline that has not ended: three readers behind
// one semaphore, a call of two functions, a failure.
func pipeline() *inspect.Timeline {
	span := func(id, parent string, kind inspect.Kind, name string, index, start, end int) inspect.Span {
		return inspect.Span{
			ID: id, Parent: parent, Kind: kind, Name: name, Index: index,
			Start: time.Duration(start) * ms, End: time.Duration(end) * ms,
		}
	}
	wait := func(parent, text string, start, end int) inspect.Span {
		return span("", parent, inspect.KindWait, text, 0, start, end)
	}
	spans := []inspect.Span{
		span("1", "", inspect.KindGroup, "crawl", -1, 0, 1000),
		wait("1", `put "jobs"`, 100, 400),
		wait("1", `join "crawl"`, 450, 1000),
		span("1/0", "1", inspect.KindTask, "reader-0", 0, 0, 300),
		span("1/1", "1", inspect.KindTask, "reader-1", 1, 0, 500),
		wait("1/1", `semaphore "db"`, 0, 200),
		span("1/2", "1", inspect.KindTask, "", 2, 0, 750),
		wait("1/2", `semaphore "db"`, 0, 300),
		span("2", "1/2", inspect.KindCall, "Map", -1, 350, 700),
		span("2/0", "2", inspect.KindFunc, "", 0, 350, 500),
		span("2/1", "2", inspect.KindFunc, "", 1, 350, 700),
		wait("2/1", "sleep", 350, 650),
		span("1/3", "1", inspect.KindTask, "writer", 3, 300, 1000),
		wait("1/3", `get "jobs"`, 300, 305),
		wait("1/3", `get "jobs"`, 500, 1000),
	}
	for i := range spans {
		switch spans[i].ID {
		case "1":
			spans[i].Func = "example.com/app/crawl.main"
			spans[i].Open = true
		case "1/2":
			spans[i].Func, spans[i].Site = "example.com/app/crawl.read", "crawl.go:88"
			spans[i].Error = "Map[1]: no <route>"
		case "2/0", "2/1":
			spans[i].Func = "example.com/app/crawl.fetch"
		case "1/3":
			spans[i].Func, spans[i].Open = "example.com/app/crawl.write", true
		}
		if spans[i].ID == "2/1" || spans[i].ID == "2" {
			spans[i].Error = "no <route>"
		}
	}
	return &inspect.Timeline{Start: at, Spans: spans}
}

func written(t *testing.T, write func(io.Writer) error) string {
	t.Helper()
	var b strings.Builder
	assert.NoError(t, write(&b))
	return b.String()
}

func assertWellFormed(t *testing.T, svg string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(svg))
	d.Strict = true
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		require.NoError(t, err)
		if start, ok := token.(xml.StartElement); ok {
			assert.Contains(t, []string{"svg", "style", "rect", "text", "line", "g", "title", "path"}, start.Name.Local)
			for _, attr := range start.Attr {
				assert.False(t, strings.HasPrefix(attr.Name.Local, "on"), attr.Name.Local)
				assert.NotContains(t, attr.Name.Local, "href")
			}
		}
	}
}

func TestTimelineText(t *testing.T) {
	text := written(t, pipeline().WriteText)
	assertGolden(t, "pipeline.txt", text)
	assert.Equal(t, 8, strings.Count(text, "\n"), "a line for each span but waits")
	root, _, _ := strings.Cut(text, "\n")
	_, bar, _ := strings.Cut(root, "  ")
	assert.Len(t, []rune(strings.TrimLeft(bar, " ")), 60)
}

func TestTimelineSVG(t *testing.T) {
	svg := written(t, pipeline().WriteSVG)
	assertGolden(t, "pipeline.svg", svg)
	assertWellFormed(t, svg)
	assert.Equal(t, 8, strings.Count(svg, `<g class="r">`), "a row for each span but waits")
	assert.NotContains(t, svg, "script")
}

func TestTimelineTrace(t *testing.T) {
	trace := written(t, pipeline().WriteTrace)
	assertGolden(t, "pipeline.trace.json", trace)
	read := readTrace(t, trace)
	assert.Equal(t, "ms", read.Unit)
	assert.Len(t, read.spans(), len(pipeline().Spans), "an event for each span")
}

type traceFile struct {
	Unit   string       `json:"displayTimeUnit"`
	Events []traceEvent `json:"traceEvents"`
}

type traceEvent struct {
	Name string         `json:"name"`
	Cat  string         `json:"cat"`
	Ph   string         `json:"ph"`
	Ts   float64        `json:"ts"`
	Dur  float64        `json:"dur"`
	Pid  int            `json:"pid"`
	Tid  int            `json:"tid"`
	Args map[string]any `json:"args"`
}

func readTrace(t *testing.T, text string) traceFile {
	t.Helper()
	var f traceFile
	require.NoError(t, json.Unmarshal([]byte(text), &f))
	for _, e := range f.Events {
		assert.Equal(t, 1, e.Pid)
	}
	return f
}

func (f traceFile) spans() []traceEvent {
	return slices.DeleteFunc(slices.Clone(f.Events), func(e traceEvent) bool { return e.Ph != "X" })
}

func (f traceFile) threads() map[int]string {
	names := make(map[int]string)
	for _, e := range f.Events {
		if e.Ph == "M" && e.Name == "thread_name" {
			names[e.Tid], _ = e.Args["name"].(string)
		}
	}
	return names
}

func TestThreadsOfATrace(t *testing.T) {
	f := readTrace(t, written(t, pipeline().WriteTrace))
	tid := make(map[any]int)
	for _, e := range f.spans() {
		if id := e.Args["id"]; id != nil {
			tid[id] = e.Tid
		}
	}
	assert.Equal(t, tid["1/2"], tid["2"], "a call is where its caller is")
	assert.Equal(t, map[int]string{
		1: "crawl", 2: "#2 crawl.read", 3: "reader-1", 4: "reader-0 and 1 more", 5: "[1] crawl.fetch", 6: "[0] crawl.fetch",
	}, f.threads())
	assert.Equal(t, tid["1/0"], tid["1/3"], "used again")
}

// The order of the spans, and what is drawn, does not depend on the order that
// they were recorded in.
func TestTimelinesAreSorted(t *testing.T) {
	want := [...]string{written(t, pipeline().WriteText), written(t, pipeline().WriteSVG), written(t, pipeline().WriteTrace)}
	r := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		tl := pipeline()
		r.Shuffle(len(tl.Spans), func(i, j int) { tl.Spans[i], tl.Spans[j] = tl.Spans[j], tl.Spans[i] })
		assert.Equal(t, want, [...]string{written(t, tl.WriteText), written(t, tl.WriteSVG), written(t, tl.WriteTrace)})
	}
}

func TestTimelineOfNothing(t *testing.T) {
	var none *inspect.Timeline
	for _, tl := range []*inspect.Timeline{none, {}, {Dropped: 3}} {
		assert.Empty(t, written(t, tl.WriteText))
		svg := written(t, tl.WriteSVG)
		assertWellFormed(t, svg)
		assert.Contains(t, svg, "no spans")
		assert.JSONEq(t, `{"displayTimeUnit":"ms","traceEvents":[]}`, written(t, tl.WriteTrace))
	}
	assert.Contains(t, written(t, (&inspect.Timeline{Dropped: 3}).WriteSVG), "3 earlier spans are not shown")
}

func TestTimelinesReturnTheErrorOfTheWriter(t *testing.T) {
	big := pipeline()
	for i := range 1000 {
		big.Spans = append(big.Spans, inspect.Span{ID: fmt.Sprint("x", i), Kind: inspect.KindTask, Name: "t", End: ms})
	}
	for _, tl := range []*inspect.Timeline{pipeline(), big} {
		for _, room := range []fullAfter{0, 100, 5000, 20_000} {
			for _, write := range []func(io.Writer) error{tl.WriteText, tl.WriteSVG, tl.WriteTrace} {
				var n counter
				require.NoError(t, write(&n))
				for _, room := range []fullAfter{room, fullAfter(n / 2), fullAfter(n - 1)} {
					if room < fullAfter(n) {
						assert.ErrorIs(t, write(&room), errFull)
					}
				}
			}
		}
	}
}

func TestHostileTimelines(t *testing.T) {
	evil := "</title><script>&'\"\x00\x1b\n\u2028\ufffe\xff" + strings.Repeat("ü", mebi())
	tl := &inspect.Timeline{Spans: []inspect.Span{
		{ID: evil, Kind: inspect.Kind(evil), Name: evil, Func: evil, Site: evil, Error: evil, End: ms},
		{Parent: evil, Kind: inspect.KindWait, Name: evil, End: ms},
		{ID: "f", Kind: inspect.KindFunc, Func: evil},
		{ID: "before", Kind: inspect.KindTask, Start: math.MinInt64, End: math.MinInt64},
		{ID: "after", Kind: inspect.KindTask, Start: math.MaxInt64, End: math.MaxInt64},
		{ID: "backwards", Kind: inspect.KindTask, Start: time.Hour, End: 1},
		{ID: "self", Parent: "self", Kind: inspect.KindTask},
		{ID: "a", Parent: "b", Kind: inspect.KindTask},
		{ID: "b", Parent: "a", Kind: inspect.KindTask},
		{ID: "f", Parent: "gone", Kind: inspect.KindTask, Name: "the same ID again"},
		{Parent: "f", Kind: inspect.KindWait, Start: 5, End: 2},
		{Kind: inspect.KindGroup, Name: "no ID"},
	}}
	svg := written(t, tl.WriteSVG)
	assertWellFormed(t, svg)
	assert.NotContains(t, svg, "<script")
	assert.Less(t, len(svg), 50_000)
	assert.Equal(t, 10, strings.Count(svg, `<g class="r">`))
	text := written(t, tl.WriteText)
	assert.Equal(t, 10, strings.Count(text, "\n"))
	assert.Less(t, len(text), 5_000)
	assert.Len(t, readTrace(t, written(t, tl.WriteTrace)).spans(), len(tl.Spans))

	one := &inspect.Timeline{Spans: []inspect.Span{{Kind: inspect.KindTask, Start: math.MaxInt64, End: math.MaxInt64}}}
	assertWellFormed(t, written(t, one.WriteSVG))
	assert.Equal(t, "#0  "+strings.Repeat("█", 60)+"\n", written(t, one.WriteText))
}

func TestAShortSpanHasAColumn(t *testing.T) {
	tl := &inspect.Timeline{Spans: []inspect.Span{
		{ID: "1", Kind: inspect.KindTask, Name: "long", End: time.Second},
		{ID: "2", Kind: inspect.KindTask, Name: "first"},
		{ID: "3", Kind: inspect.KindTask, Name: "last", Start: time.Second, End: time.Second},
		{Parent: "3", Kind: inspect.KindWait, Name: "sleep", Start: 0, End: 2 * time.Second},
	}}
	assert.Equal(t, "first  █\nlong   "+strings.Repeat("█", 60)+"\nlast   "+strings.Repeat(" ", 59)+"░\n", written(t, tl.WriteText))
}

func TestADeepTimeline(t *testing.T) {
	tl := new(inspect.Timeline)
	for i := range large() / 10 {
		tl.Spans = append(tl.Spans, inspect.Span{ID: fmt.Sprint(i), Parent: fmt.Sprint(i - 1), Kind: inspect.KindGroup, Index: -1, End: ms})
	}
	text := written(t, tl.WriteText)
	assert.Equal(t, large()/10, strings.Count(text, "\n"))
	assertWellFormed(t, written(t, tl.WriteSVG))
	assert.Equal(t, map[int]string{1: "group"}, readTrace(t, written(t, tl.WriteTrace)).threads())
}

// Random trees of spans: no two tasks or functions are on one thread at a time,
// and on a thread spans are within each other or apart. Children begin while
// their parents last, or at any time.
func TestThreadsOfRandomTraces(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	kinds := []inspect.Kind{inspect.KindGroup, inspect.KindCall, inspect.KindTask, inspect.KindFunc, inspect.KindWait}
	for range 300 {
		tl := new(inspect.Timeline)
		for i := range 1 + r.IntN(60) {
			s := inspect.Span{Kind: kinds[r.IntN(len(kinds))], Start: time.Duration(r.IntN(20)) * time.Microsecond}
			s.End = s.Start + time.Duration(r.IntN(10))*time.Microsecond
			if s.Kind != inspect.KindWait {
				s.ID = fmt.Sprint(i)
			}
			if i > 0 {
				s.Parent = fmt.Sprint(r.IntN(2*i) - 1)
			}
			tl.Spans = append(tl.Spans, s)
		}
		assertThreads(t, readTrace(t, written(t, tl.WriteTrace)))
	}
}

func assertThreads(t *testing.T, f traceFile) {
	t.Helper()
	names := f.threads()
	on := make(map[int][]traceEvent)
	for _, e := range f.spans() {
		assert.Contains(t, names, e.Tid)
		on[e.Tid] = append(on[e.Tid], e)
	}
	assert.Len(t, names, len(on))
	for _, events := range on {
		for i, a := range events {
			for _, b := range events[:i] {
				apart := a.Ts+a.Dur <= b.Ts || b.Ts+b.Dur <= a.Ts
				own := func(e traceEvent) bool { return e.Cat == "task" || e.Cat == "func" }
				if own(a) && own(b) {
					assert.True(t, apart, "%v %v", a, b)
				}
				inA := a.Ts <= b.Ts && b.Ts+b.Dur <= a.Ts+a.Dur
				inB := b.Ts <= a.Ts && a.Ts+a.Dur <= b.Ts+b.Dur
				assert.True(t, apart || inA || inB, "%v %v", a, b)
			}
		}
	}
}

// Quadratic time would be minutes.
func TestALargeTimeline(t *testing.T) {
	tl := new(inspect.Timeline)
	for i := range large() {
		tl.Spans = append(tl.Spans, inspect.Span{
			ID: fmt.Sprint(i), Kind: inspect.KindTask, Index: i, Start: time.Duration(i % 1000), End: time.Duration(i%1000 + 1 + i%7),
		})
	}
	for _, write := range []func(io.Writer) error{tl.WriteText, tl.WriteSVG, tl.WriteTrace} {
		assert.NoError(t, write(io.Discard))
	}
}
