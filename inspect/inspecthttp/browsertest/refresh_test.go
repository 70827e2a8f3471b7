package browsertest

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/inspect"
)

const shows = `[...document.querySelectorAll("#tree .name")].filter((e) => e.checkVisibility()).map((e) => e.textContent).join(" ")`

// In real time: the page itself fetches, and is not loaded again.
func TestRefreshesItself(t *testing.T) {
	p, b := serve(t, task("1")), open(t)
	b.do(chromedp.Navigate(p.url))
	run(b, "window.loaded = 1")
	assert.Equal(t, "task-1", eval[string](b, shows))
	p.change(func(s *inspect.Snapshot) { s.Nodes = []*inspect.Node{task("2")} })
	last := <-p.requests
	assert.Equal(t, "document", last.by)
	for range 3 { // the third is sent when the second, at the latest, has been applied
		r := <-p.requests
		assert.Equal(t, "empty", r.by)
		assert.Greater(t, r.at.Sub(last.at), 990*time.Millisecond, "once a second")
		last = r
	}
	assert.Equal(t, "task-2", eval[string](b, shows))
	assert.Equal(t, 1, eval[int](b, "window.loaded"))
}

// Also in real time: without scripts the whole page is loaded again.
func TestWithoutScripts(t *testing.T) {
	p, b := serve(t, task("1")), open(t)
	_, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	require.NoError(t, err)
	b.do(chromedp.Navigate(p.url))
	first, second := <-p.requests, <-p.requests
	assert.Equal(t, "document", first.by)
	assert.Equal(t, "document", second.by)
	assert.Greater(t, second.at.Sub(first.at), 1990*time.Millisecond)
}

func TestOnceASecond(t *testing.T) {
	p := serve(t, task("1"))
	b := openManually(t, p.url)
	assert.Equal(t, []float64{1000}, b.pending())
	b.tick()
	assert.GreaterOrEqual(t, b.pending()[0], 1000.0)
	assert.Len(t, b.pending(), 1)
}

func TestOnlyWhileVisible(t *testing.T) {
	p := serve(t, task("1"))
	b := openManually(t, p.url)
	run(b, "hide(true)")
	assert.Empty(t, b.pending())
	p.change(func(s *inspect.Snapshot) { s.Nodes = []*inspect.Node{task("2")} })
	run(b, "hide(false)")
	assert.Equal(t, []float64{0}, b.pending(), "at once")
	b.tick()
	assert.Equal(t, "task-2", eval[string](b, shows))
	assert.Len(t, b.pending(), 1)
}

func TestStop(t *testing.T) {
	p := serve(t, task("1"))
	b := openManually(t, p.url)
	b.do(chromedp.Click("#stop"))
	assert.Empty(t, b.pending())
	assert.Equal(t, "stopped Continue", eval[string](b, `document.getElementById("news").textContent + " " + document.getElementById("stop").textContent`))
	run(b, "hide(true); hide(false)")
	assert.Empty(t, b.pending(), "also after a time in another tab")

	p.change(func(s *inspect.Snapshot) { s.Nodes = []*inspect.Node{task("2")} })
	b.do(chromedp.Click("#stop"))
	assert.Equal(t, []float64{0}, b.pending())
	b.tick()
	assert.Equal(t, "task-2", eval[string](b, shows))
}

// While there is no answer, the page says so, keeps what it has and goes on.
func TestNoAnswer(t *testing.T) {
	p := serve(t, task("1"))
	b := openManually(t, p.url)
	p.mu.Lock()
	p.status = http.StatusServiceUnavailable
	p.mu.Unlock()
	run(b, "await tick()")
	assert.Equal(t, "not refreshed: out of order", eval[string](b, `document.getElementById("news").textContent`))
	assert.Equal(t, "task-1", eval[string](b, shows))
	assert.Len(t, b.logged(), 1, "the browser itself notes the status")

	p.mu.Lock()
	p.status = http.StatusOK
	p.mu.Unlock()
	b.tick()
}

// Whatever changes, the page is in the end what was sent.
func TestEveryChangeIsApplied(t *testing.T) {
	p := serve(t)
	b := openManually(t, p.url)
	wait := func(n *inspect.Node, what inspect.What, name string) *inspect.Node {
		n.State, n.Waits = inspect.StateWaiting, []inspect.Wait{{What: what, Name: name}}
		return n
	}
	for _, nodes := range [][]*inspect.Node{
		{task("1"), task("2"), task("3")},
		{task("2")},
		{task("1"), task("2"), task("3")},
		{task("3"), task("2"), task("1")}, // never happens
		{task("2", group("4", tasks("4", 3)...)), task("1")},
		{task("2"), task("1", group("4", tasks("4", 2)...))}, // never happens
		{task("2", group("5"), group("6", task("6/0", group("7", tasks("7", 2)...)))), wait(task("1"), inspect.WaitLock, "l")},
		{wait(task("2"), inspect.WaitTask, "1")},
		nil,
		{group("9", tasks("9", 5)...)},
	} {
		p.change(func(s *inspect.Snapshot) {
			s.Nodes = nodes
			s.Resources, s.Totals, s.Unseen = nil, nil, nil
			for _, n := range nodes {
				s.Resources = append(s.Resources, &inspect.Resource{Kind: "lock", Name: n.Name, Stats: []inspect.Stat{{Name: "held", Value: len(nodes)}}})
				s.Totals = append(s.Totals, &inspect.Total{Kind: inspect.KindGroup, Name: n.Name, Begun: uint64(len(nodes))})
				s.Unseen = append(s.Unseen, &inspect.Unseen{Error: n.Name})
			}
		})
		b.tick()
		shown := eval[string](b, `document.querySelector("main").outerHTML`)
		sent := eval[string](b, `fetch(location.href).then((r) => r.text()).then((t) => new DOMParser().parseFromString(t, "text/html").querySelector("main").outerHTML)`)
		assert.Equal(t, lines(sent), lines(shown))
	}
}

// lines leaves out lines that are empty.
func lines(s string) []string {
	var all []string
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, line)
		}
	}
	return all
}
