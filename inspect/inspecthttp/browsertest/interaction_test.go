package browsertest

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/inspect"
)

const focused = `document.activeElement.closest("li")?.id ?? document.activeElement.id`

// What has been folded stays folded, also when it comes back.
func TestFoldsAreKept(t *testing.T) {
	p := serve(t, group("1", tasks("1", 2)...), task("2", group("3", task("3/0"))), task("4"))
	b := openManually(t, p.url)
	b.do(chromedp.Click(`#n-1 summary`), chromedp.Click(`#n-3 summary`))
	assert.Equal(t, "group-1 task-2 group-3 task-4", eval[string](b, shows))

	p.change(func(s *inspect.Snapshot) {
		s.Nodes = []*inspect.Node{task("0"), group("1", tasks("1", 4)...), task("2"), task("4", group("5", task("5/0")))}
	})
	b.tick()
	assert.Equal(t, "task-0 group-1 task-2 task-4 group-5 task-5/0", eval[string](b, shows))

	p.change(func(s *inspect.Snapshot) { s.Nodes[2] = task("2", group("3", task("3/0"))) })
	b.tick()
	assert.Equal(t, "task-0 group-1 task-2 group-3 task-4 group-5 task-5/0", eval[string](b, shows))

	b.do(chromedp.Click("#n-1 summary"))
	b.tick()
	assert.Equal(t, "task-0 group-1 task-1/0 task-1/1 task-1/2 task-1/3 task-2 group-3 task-4 group-5 task-5/0", eval[string](b, shows))
}

func TestFoldAndUnfold(t *testing.T) {
	p := serve(t, group("1", task("1/0", group("2", task("2/0")))))
	b := openManually(t, p.url)
	b.do(chromedp.Click("#fold"))
	b.tick()
	assert.Equal(t, "group-1", eval[string](b, shows))
	b.do(chromedp.Click("#unfold"))
	b.tick()
	assert.Equal(t, "group-1 task-1/0 group-2 task-2/0", eval[string](b, shows))
}

func TestKeyboard(t *testing.T) {
	p := serve(t, group("1", task("1/0", group("2", task("2/0"))), task("1/1")), task("3"))
	b := openManually(t, p.url)
	for i := 0; eval[string](b, focused) != "n-1"; i++ { // over the tools, to the first row
		if !assert.Less(t, i, 10) {
			return
		}
		b.do(chromedp.KeyEvent(kb.Tab))
	}
	for _, step := range []struct{ key, at string }{
		{kb.ArrowUp, "n-1"},
		{kb.ArrowDown, "n-1/0"},
		{kb.ArrowDown, "n-2"},
		{kb.ArrowDown, "n-2/0"},
		{kb.ArrowDown, "n-1/1"},
		{kb.ArrowDown, "n-3"},
		{kb.ArrowDown, "n-3"},
		{kb.ArrowUp, "n-1/1"},
		{kb.ArrowUp, "n-2/0"},
		{kb.ArrowLeft, "n-2"},   // to the parent
		{kb.ArrowLeft, "n-2"},   // folds
		{kb.ArrowDown, "n-1/1"}, // over what is folded
		{kb.ArrowUp, "n-2"},
		{kb.ArrowRight, "n-2"}, // unfolds
		{kb.ArrowRight, "n-2/0"},
		{kb.ArrowRight, "n-2/0"},
		{kb.Home, "n-1"},
		{kb.Enter, "n-1"}, // folds, as the browser does
		{kb.ArrowDown, "n-3"},
		{kb.Home, "n-1"},
		{kb.Enter, "n-1"},
		{kb.End, "n-3"},
	} {
		b.do(chromedp.KeyEvent(step.key))
		assert.Equal(t, step.at, eval[string](b, focused), "%q", step.key)
		b.tick()
		assert.Equal(t, step.at, eval[string](b, focused), "after a refresh")
	}
}

// The row with the focus keeps it, and stays where it is on the screen, when
// others come and go above it.
func TestFocusAndScrollAreKept(t *testing.T) {
	p := serve(t, group("1", tasks("1", 300)...), group("2", tasks("2", 300)...))
	b := openManually(t, p.url)
	b.resize(1000, 700, "light")
	top := func() float64 { return eval[float64](b, `document.activeElement.getBoundingClientRect().top`) }
	run(b, `document.querySelector("#n-2\\/7 .row").focus(); document.activeElement.scrollIntoView({ block: "center" })`)
	run(b, `await new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))`)
	before := top()
	assert.InDelta(t, 350, before, 100)
	p.change(func(s *inspect.Snapshot) {
		s.Nodes[0].Children = append(tasks("1", 250), tasks("9", 70)...)
		s.Nodes = append([]*inspect.Node{group("0", tasks("0", 20)...)}, s.Nodes...)
	})
	b.tick()
	run(b, `await new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))`)
	assert.Equal(t, "n-2/7", eval[string](b, focused))
	assert.InDelta(t, before, top(), 3)
}

// The focus of a row that goes away goes to the row that it was in.
func TestFocusOfWhatHasEnded(t *testing.T) {
	p := serve(t, group("1", tasks("1", 3)...), group("2", tasks("2", 3)...))
	b := openManually(t, p.url)
	run(b, `document.querySelector("#n-2\\/1 .row").focus()`)
	p.change(func(s *inspect.Snapshot) { s.Nodes[1].Children[1] = task("2/9") })
	b.tick()
	assert.Equal(t, "n-2", eval[string](b, focused))
	p.change(func(s *inspect.Snapshot) { s.Nodes = s.Nodes[:1] })
	b.tick()
	assert.Equal(t, "n-1", eval[string](b, focused))

	run(b, `document.querySelector("#n-1\\/1 .row").focus()`)
	p.change(func(s *inspect.Snapshot) { s.Nodes[0].Children[1] = task("1/1", group("3", task("3/0"))) })
	b.tick()
	assert.Equal(t, "n-1/1", eval[string](b, focused), "its row is another one now")
}

// A link leads to what is waited for, also if that is folded away.
func TestLinks(t *testing.T) {
	waits := task("2")
	waits.State, waits.Waits = inspect.StateWaiting, []inspect.Wait{{What: inspect.WaitTask, Name: "task-1/0", Node: "1/0"}}
	p := serve(t, group("1", task("1/0"), task("1/1")), waits)
	b := openManually(t, p.url)
	b.do(chromedp.Click("#n-1 summary"))
	assert.Equal(t, "group-1 task-2", eval[string](b, shows))
	run(b, `const done = new Promise((go) => addEventListener("hashchange", go)); document.querySelector("#n-2 a").click(); await done`)
	assert.Equal(t, "group-1 task-1/0 task-1/1 task-2", eval[string](b, shows))
	assert.Equal(t, "n-1/0", eval[string](b, focused))
	b.tick()
	assert.Equal(t, "n-1/0", eval[string](b, focused))
}

// What sticks to the window is visible: a link to it does not scroll the tree
// away.
func TestLinksToWhatIsInSight(t *testing.T) {
	all := tasks("1", 200)
	for _, n := range all {
		n.State, n.Waits = inspect.StateWaiting, []inspect.Wait{{What: inspect.WaitLock, Name: "l"}}
	}
	p := serve(t, group("1", all...))
	p.snapshot.Resources = []*inspect.Resource{{Kind: "lock", Name: "l"}}
	b := openManually(t, p.url)
	b.resize(1600, 700, "light")
	run(b, `scrollTo(0, 1000); const done = new Promise((go) => addEventListener("hashchange", go)); document.querySelector("#n-1\\/50 a").click(); await done`)
	assert.Equal(t, 1000, eval[int](b, "scrollY"))
	assert.Equal(t, "lock", eval[string](b, `document.querySelector(":target .kind").textContent`))

	b.resize(360, 700, "light") // there it is below the tree
	run(b, `location.hash = ""; scrollTo(0, 1000); const done = new Promise((go) => addEventListener("hashchange", go)); document.querySelector("#n-1\\/50 a").click(); await done`)
	assert.Greater(t, eval[int](b, "scrollY"), 5000)
}

func TestFilter(t *testing.T) {
	p := serve(t, group("1", tasks("1", 3)...), group("2", task("2/0", group("3", tasks("3", 3)...))))
	b := openManually(t, p.url)
	b.do(chromedp.SendKeys("#filter", "TASK-3/1"))
	assert.Equal(t, "group-2 task-2/0 group-3 task-3/1", eval[string](b, shows))
	p.change(func(s *inspect.Snapshot) { s.Nodes[0].Children = append(s.Nodes[0].Children, task("3/11")) })
	b.tick()
	assert.Equal(t, "group-1 task-3/11 group-2 task-2/0 group-3 task-3/1", eval[string](b, shows))
	run(b, `document.querySelector("#n-2 .row").focus()`)
	for _, at := range []string{"n-2/0", "n-3", "n-3/1", "n-3/1"} {
		b.do(chromedp.KeyEvent(kb.ArrowDown))
		assert.Equal(t, at, eval[string](b, focused))
	}
	run(b, `const f = document.getElementById("filter"); f.value = ""; f.dispatchEvent(new Event("input"))`)
	assert.Equal(t, "group-1 task-1/0 task-1/1 task-1/2 task-3/11 group-2 task-2/0 group-3 task-3/0 task-3/1 task-3/2", eval[string](b, shows))
}

// Ten thousand rows are there, and are applied in slices between which keys and
// clicks are handled.
func TestTenThousandTasks(t *testing.T) {
	var nodes []*inspect.Node
	for i := range 10 {
		nodes = append(nodes, group(fmt.Sprint(i), tasks(fmt.Sprint(i), 1000)...))
	}
	p := serve(t, nodes...)
	b := openManually(t, p.url)
	const rows = `document.querySelectorAll("#tree .row").length`
	assert.Equal(t, 10_010, eval[int](b, rows))
	p.change(func(s *inspect.Snapshot) {
		for _, n := range s.Nodes {
			for _, c := range n.Children {
				c.Age++
				c.State = inspect.StateWaiting
			}
		}
		s.Nodes = append(s.Nodes, task("11"))
	})
	run(b, `
		window.longest = 0; window.slices = 0
		new PerformanceObserver((l) => { for (const e of l.getEntries()) longest = Math.max(longest, e.duration) }).observe({ entryTypes: ["longtask"] })
		const go = scheduler.yield.bind(scheduler); scheduler.yield = () => { slices++; return go() }`)
	b.tick()
	assert.Equal(t, 10_011, eval[int](b, rows))
	assert.Equal(t, 10_000, eval[int](b, `document.querySelectorAll("#tree .row.waiting").length`))
	assert.Greater(t, eval[int](b, "slices"), 5)
	t.Logf("%d slices, the longest task %.0f ms (0: under 50)", eval[int](b, "slices"), eval[float64](b, "longest"))
}
