package browsertest

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/inspect/inspecthttp"
	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

// The page of real tasks, as a service mounts it.
func TestRealTasks(t *testing.T) {
	m := inspect.New(inspect.WithTimeline(100))
	defer m.Close()
	mux := http.NewServeMux()
	mux.Handle("/internal/debug/tasks/", inspecthttp.Handler(m))
	s := httptest.NewServer(mux)
	defer s.Close()

	db := semaphore.New(1).Named("db")
	entered, leave := make(chan string), make(chan struct{})
	g := taskgroup.New(m.Context(t.Context()), taskgroup.WithName("<b>crawl</b>"))
	use := func(name string) {
		g.Go(func(ctx context.Context) error {
			return db.Do(ctx, func(context.Context) error {
				entered <- name
				<-leave
				return nil
			})
		}, taskgroup.Named(name))
	}
	use("first")
	require.Equal(t, "first", <-entered)
	use("second")

	b := openManually(t, s.URL+"/internal/debug/tasks/")
	row := func(name string) string {
		return eval[string](b, `[...document.querySelectorAll("#tree .row")].find((e) => e.querySelector(".name").textContent === "`+name+`")?.textContent ?? ""`)
	}
	for !strings.Contains(row("second"), "waiting") {
		b.tick()
	}
	assert.Contains(t, row("<b>crawl</b>"), "2 running")
	assert.Regexp(t, `running, holds semaphore "db" for `, row("first"))
	assert.Regexp(t, `waiting at semaphore "db" for `, row("second"))
	assert.Equal(t, "held by first awaited by second", eval[string](b, `document.querySelector("#resources .roles").textContent.trim()`))

	leave <- struct{}{}
	require.Equal(t, "second", <-entered)
	for row("first") != "" {
		b.tick()
	}
	assert.Regexp(t, `running, holds semaphore "db" for `, row("second"))
	close(leave)
	require.NoError(t, g.Wait())
	b.tick()
	assert.Equal(t, "Nothing runs.", eval[string](b, `document.querySelector("#tasks .none").textContent`))

	// The other formats are found from here, and the picture applies its styles.
	for _, format := range eval[[]string](b, `[...document.querySelectorAll("nav a")].map((a) => a.href)`) {
		response, err := http.Get(format)
		require.NoError(t, err)
		assert.Equal(t, http.StatusOK, response.StatusCode, format)
		require.NoError(t, response.Body.Close())
	}
	b.do(chromedp.Navigate(s.URL + "/internal/debug/tasks/?format=svg"))
	assert.Equal(t, 1, eval[int](b, "document.styleSheets.length"))
}
