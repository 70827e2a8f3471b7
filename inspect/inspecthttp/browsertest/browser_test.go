package browsertest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tab is a tab of a browser of its own.
type tab struct {
	t   *testing.T
	ctx context.Context // what chromedp calls a tab

	mu       sync.Mutex
	failures []string // what the console shows
}

// open starts a browser. The test fails if its console shows an error, such as a
// violation of the Content-Security-Policy.
func open(t *testing.T) *tab {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	options := []chromedp.ExecAllocatorOption{chromedp.DisableGPU, chromedp.ExecPath(chromium(t))}
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox) // it refuses to run as root with one
	}
	ctx, cancel = chromedp.NewContext(ctx, chromedp.WithAllocatorOptions(options...))
	t.Cleanup(cancel)
	b := &tab{t: t, ctx: ctx}
	require.NoError(t, chromedp.Do(ctx))
	require.NoError(t, chromedp.Listen(ctx, b.log))
	_, err := chromedp.Call(ctx, log.Enable, cdp.Empty{})
	require.NoError(t, err)
	t.Cleanup(func() { assert.Empty(t, b.logged(), "on the console") })
	return b
}

// chromium finds the browser, or skips the test.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("there is no Chromium on this machine")
	return ""
}

func (b *tab) log(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch event := event.(type) {
	case *runtime.EventConsoleAPICalled:
		b.failures = append(b.failures, fmt.Sprintf("console.%s", event.Type))
	case *runtime.EventExceptionThrown:
		b.failures = append(b.failures, fmt.Sprintf("%s: %+v", event.ExceptionDetails.Text, event.ExceptionDetails.Exception))
	case *log.EventEntryAdded:
		b.failures = append(b.failures, fmt.Sprintf("%s: %s", event.Entry.Level, event.Entry.Text))
	}
}

// logged returns what the console has shown since the last call.
func (b *tab) logged() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	failures := b.failures
	b.failures = nil
	return failures
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	require.NoError(b.t, chromedp.Do(b.ctx, steps...))
}

// eval returns the value of an expression, or what a promise resolves to.
func eval[T any](b *tab, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	require.NoError(b.t, err, expression)
	return v
}

// run evaluates statements.
func run(b *tab, statements string) {
	b.t.Helper()
	eval[any](b, "(async () => {"+statements+"; return null})()")
}

// manual lets the test fire the timers of the page, and hide it. tick fires the timers and resolves when the next is set.
const manual = `(() => {
  let timers = new Map(), last = 0, set = () => {}, hidden = false;
  window.setTimeout = (f, ms) => { timers.set(++last, { f, ms }); set(); return last; };
  window.clearTimeout = (id) => { timers.delete(id); };
  window.pending = () => [...timers.values()].map(({ ms }) => ms);
  window.fire = () => { const due = timers; timers = new Map(); for (const { f } of due.values()) f(); };
  window.tick = () => new Promise((done) => { set = done; fire(); });
  Object.defineProperty(document, 'hidden', { get: () => hidden });
  window.hide = (to) => { hidden = to; document.dispatchEvent(new Event('visibilitychange')); };
})()`

// openManually opens a page whose timers the test fires.
func openManually(t *testing.T, url string) *tab {
	t.Helper()
	b := open(t)
	_, err := chromedp.Call(b.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: manual})
	require.NoError(t, err)
	b.do(chromedp.Navigate(url))
	require.Empty(t, b.logged()) // before anything is expected of its script
	return b
}

// tick refreshes the page, and returns when that is done.
func (b *tab) tick() {
	b.t.Helper()
	run(b, "await tick()")
	require.Empty(b.t, eval[string](b, `document.getElementById("news").textContent`))
}

// pending returns after how many milliseconds the timers fire that are set.
func (b *tab) pending() []float64 {
	b.t.Helper()
	return eval[[]float64](b, "pending()")
}

// resize sets the size of the window, and light or dark.
func (b *tab) resize(width, height int64, scheme string) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(width, height))
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
	require.NoError(b.t, err)
}
