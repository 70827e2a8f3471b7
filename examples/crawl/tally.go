package main

import (
	"fmt"
	"io"
	"maps"
	"net/url"
	"slices"
	"sync"
	"time"
)

// A tally counts what the readers find. They all write to it.
type tally struct {
	mu        sync.Mutex
	begun     time.Time
	wall      time.Duration // set by stop
	site      *url.URL
	pages     int
	notHTML   examples
	bytes     int64
	redirects int
	leftOut   int
	faults    map[fault]*examples
	busy      time.Duration
	slowest   time.Duration
	slowestAt *url.URL
}

// examples counts and keeps the first as an example.
type examples struct {
	n     int
	first string
}

func (e *examples) add(example string) {
	if e.n == 0 {
		e.first = example
	}
	e.n++
}

func (t *tally) start(site *url.URL) { t.begun, t.site = time.Now(), site }
func (t *tally) stop()               { t.wall = time.Since(t.begun) }

func (t *tally) took(u *url.URL, d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.busy += d
	if d > t.slowest || t.slowestAt == nil {
		t.slowest, t.slowestAt = d, u
	}
}

func (t *tally) page(u *url.URL, doc document) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.pages++
	t.bytes += doc.size
	if !doc.isHTML {
		t.notHTML.add(u.String())
	}
}

func (t *tally) fault(f fault, example string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.faults == nil {
		t.faults = map[fault]*examples{}
	}
	if t.faults[f] == nil {
		t.faults[f] = &examples{}
	}
	t.faults[f].add(example)
}

func (t *tally) redirect() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.redirects++
}

func (t *tally) leaveOut() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.leftOut++
}

// soFar returns the numbers of the progress line.
func (t *tally) soFar() (pages, errors int, bytes int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.pages, t.errors(), t.bytes
}

func (t *tally) errors() int {
	n := 0
	for e := range maps.Values(t.faults) {
		n += e.n
	}
	return n
}

// summarize prints all of it, once the readers have returned.
func (t *tally) summarize(out io.Writer) {
	row := func(name, format string, args ...any) {
		fmt.Fprintf(out, "%-10s "+format+"\n", append([]any{name}, args...)...)
	}
	row("site", "%s", t.site)
	row("pages", "%d", t.pages)
	if t.notHTML.n > 0 {
		row("", "%d of them not HTML, so without links: %s", t.notHTML.n, t.notHTML.first)
	}
	if t.leftOut > 0 {
		row("", "%d more known and left out (-max)", t.leftOut)
	}
	row("bytes", "%s", megabytes(t.bytes))
	if t.redirects > 0 {
		row("redirects", "%d", t.redirects)
	}
	row("errors", "%d", t.errors())
	for _, f := range slices.Sorted(maps.Keys(t.faults)) {
		row("", "%d %s: %s", t.faults[f].n, f, t.faults[f].first)
	}
	if t.slowestAt != nil {
		row("slowest", "%v: %s", t.slowest.Round(time.Millisecond), t.slowestAt)
	}
	row("time", "%v", t.wall.Round(time.Millisecond))
	if t.pages > 1 && t.wall > 0 {
		row("", "%.1f times as fast as one page at a time: the pages took %v together",
			t.busy.Seconds()/t.wall.Seconds(), t.busy.Round(time.Millisecond))
	}
}

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }
