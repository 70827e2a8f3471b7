package browsertest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/inspect"
)

// busy is a program in which everything is as long as it can be.
func busy(t *testing.T) *program {
	t.Helper()
	long := strings.Repeat("very_long_", 100)
	deep := task("deep")
	for i := range 40 {
		deep = group(fmt.Sprint("deep-", i), deep)
	}
	n := &inspect.Node{
		ID: "1/0", Kind: inspect.KindTask, Name: long, Func: long, Site: long, State: inspect.StateWaiting, Age: 9999 * time.Hour,
		Waits: []inspect.Wait{{What: inspect.WaitKeyed, Name: long, Key: long, N: 1 << 40, Age: 9999 * time.Hour}},
		Holds: []inspect.Wait{{What: inspect.WaitLock, Name: long}}, Cause: long, Error: long, Daemon: true, Shielded: true,
	}
	g := group("1", n, deep)
	g.Name, g.Hidden = long, 1<<40
	*g.Counts = inspect.Counts{Limit: 1 << 40, Running: 1 << 40, Queued: 1 << 40, Blocked: 1 << 40, Ended: 1 << 40, Failed: 1 << 40}
	p := serve(t, g)
	p.snapshot.Resources = []*inspect.Resource{
		{Kind: "keyed", Name: long, Stats: []inspect.Stat{{Name: "keys", Value: 1 << 50}}},
		{Kind: "queue", Name: "q", Stats: []inspect.Stat{{Name: "len", Value: 1 << 50}, {Name: "cap", Value: 1 << 50}}},
	}
	p.snapshot.Totals = []*inspect.Total{{
		Kind: inspect.KindGroup, Name: long, Open: 1 << 50, Begun: 1 << 60, Ended: 1 << 60,
		Failed: 1 << 60, Cancelled: 1 << 60, Panicked: 1 << 60, Busy: 99_999 * time.Hour,
	}}
	p.snapshot.Unseen = []*inspect.Unseen{{Name: long, Func: long, Site: long, Error: long}}
	p.findings = []inspect.Finding{{Rule: inspect.RuleDeadlock, Path: long, Node: n, Cycle: []*inspect.Node{n, n}, Text: long}}
	return p
}

func TestWidths(t *testing.T) {
	p := busy(t)
	b := openManually(t, p.url)
	for _, width := range []int64{320, 360, 700, 701, 1199, 1200, 1600} {
		for _, scheme := range []string{"light", "dark"} {
			b.resize(width, 900, scheme)
			b.tick()
			assert.LessOrEqual(t, eval[int](b, "document.documentElement.scrollWidth"), int(width), "the page scrolls sideways")
			assert.Equal(t, int(width), eval[int](b, "innerWidth"))
			assert.Empty(t, eval[[]string](b, `[...document.querySelectorAll("main .name, main .bad, main .state, main td, main .age, header *")]
				.filter((e) => e.checkVisibility() && e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.className + ": " + e.textContent.slice(0, 40))`), "beyond the right edge at %d", width)
		}
	}
}

func TestLightAndDark(t *testing.T) {
	p := serve(t, task("1"))
	b := openManually(t, p.url)
	back := func(scheme string) string {
		b.resize(1000, 700, scheme)
		return eval[string](b, "getComputedStyle(document.body).backgroundColor")
	}
	assert.NotEqual(t, back("light"), back("dark"))
}

// Names that are HTML are shown, and do nothing.
func TestHostileNames(t *testing.T) {
	evil := `"'><script>window.ran = 1</script><img src=x onerror="window.ran = 1">`
	n := &inspect.Node{ID: "1", Kind: inspect.KindTask, Name: evil, State: inspect.StateRunning, Func: "f", Error: evil}
	p := serve(t, n)
	p.snapshot.Resources = []*inspect.Resource{{Kind: "lock", Name: evil}}
	p.findings = []inspect.Finding{{Rule: inspect.RuleRunning, Path: evil, Node: n, Text: evil}}
	b := openManually(t, p.url)
	for range 2 {
		assert.Equal(t, evil, eval[string](b, `document.querySelector("#n-1 .name").textContent`))
		assert.True(t, eval[bool](b, `window.ran === undefined && !document.querySelector("main script, main img")`))
		n.Name += "!"
		evil += "!"
		b.tick()
	}
}

// The policy is in force, and a violation of it would be noticed here.
func TestPolicy(t *testing.T) {
	b := openManually(t, serve(t, task("1")).url)
	run(b, `
		const seen = new Promise((go) => document.addEventListener("securitypolicyviolation", go, { once: true }))
		const script = document.createElement("script"); script.textContent = "window.ran = 1"; document.body.append(script)
		await seen`)
	assert.True(t, eval[bool](b, "window.ran === undefined"))
	b.do(chromedp.Click("#stop")) // the messages of the console come in order
	assert.Len(t, b.logged(), 1)
}
