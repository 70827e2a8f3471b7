package inspecthttp_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/inspect/inspecthttp"
	"example.com/asyncgo/taskgroup"
)

// answer is what h answers to a request.
func answer(t *testing.T, h http.Handler, method, target string) (response *http.Response, body string) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, target, http.NoBody))
	return w.Result(), w.Body.String() //nolint:bodyclose // of a recorder
}

// monitor returns a monitor that is closed at the end of the test.
func monitor(t *testing.T, opts ...inspect.Option) *inspect.Monitor {
	t.Helper()
	m := inspect.New(opts...)
	t.Cleanup(m.Close)
	return m
}

// crawling runs a group with a task under m until the end of the test.
func crawling(t *testing.T, m *inspect.Monitor) {
	t.Helper()
	stop, began := make(chan struct{}), make(chan struct{})
	g := taskgroup.New(m.Context(t.Context()), taskgroup.WithName("crawl"))
	g.Go(func(context.Context) error {
		close(began)
		<-stop
		return nil
	}, taskgroup.Named("worker"))
	<-began
	t.Cleanup(func() {
		close(stop)
		assert.NoError(t, g.Wait())
	})
}

var all = []string{"", "html", "text", "json", "findings", "metrics", "trace", "svg"}

func TestFormats(t *testing.T) {
	m := monitor(t, inspect.WithTimeline(10))
	crawling(t, m)
	h := inspecthttp.Handler(m)
	for format, want := range map[string]struct{ contentType, contains string }{
		"":         {"text/html; charset=utf-8", `<span class="name">worker</span>`},
		"html":     {"text/html; charset=utf-8", `<span class="name">worker</span>`},
		"text":     {"text/plain; charset=utf-8", `group "crawl"`},
		"json":     {"application/json; charset=utf-8", `"name":"crawl"`},
		"findings": {"application/json; charset=utf-8", `{"findings":[]}`},
		"metrics":  {"text/plain; version=0.0.4; charset=utf-8", "asyncgo_open"},
		"trace":    {"application/json; charset=utf-8", `"traceEvents"`},
		"svg":      {"image/svg+xml; charset=utf-8", "<svg"},
	} {
		t.Run(format, func(t *testing.T) {
			for _, target := range []string{"/?format=" + format, "/debug/tasks?x=1&format=" + format} {
				response, body := answer(t, h, http.MethodGet, target)
				assert.Equal(t, http.StatusOK, response.StatusCode)
				assert.Equal(t, want.contentType, response.Header.Get("Content-Type"))
				assert.Contains(t, body, want.contains)
				checkHeaders(t, response)

				head, nothing := answer(t, h, http.MethodHead, target)
				assert.Equal(t, http.StatusOK, head.StatusCode)
				assert.Equal(t, want.contentType, head.Header.Get("Content-Type"))
				assert.NotEmpty(t, head.Header.Get("Content-Length"))
				assert.Empty(t, nothing)
				checkHeaders(t, head)
			}
		})
	}
}

func checkHeaders(t *testing.T, response *http.Response) {
	t.Helper()
	assert.Equal(t, "no-store", response.Header.Get("Cache-Control"))
	assert.Equal(t, "nosniff", response.Header.Get("X-Content-Type-Options"))
	policy := response.Header.Get("Content-Security-Policy")
	assert.True(t, strings.HasPrefix(policy, "default-src 'none'; "), policy)
	assert.NotContains(t, policy, "unsafe")
	assert.NotContains(t, policy, "*")
	assert.NotContains(t, policy, "http")
}

func TestJSONIsTheSnapshot(t *testing.T) {
	m := monitor(t)
	crawling(t, m)
	_, body := answer(t, inspecthttp.Handler(m), http.MethodGet, "/?format=json")
	var s inspect.Snapshot
	require.NoError(t, json.Unmarshal([]byte(body), &s))
	require.NotNil(t, s.Find("worker"))
	assert.Equal(t, inspect.StateRunning, s.Find("worker").State)
}

// A picture may apply its own style sheet, and no other.
func TestThePictureMayApplyItsStyles(t *testing.T) {
	m := monitor(t, inspect.WithTimeline(10))
	require.NoError(t, taskgroup.Run(m.Context(t.Context()), func(context.Context, *taskgroup.Group) error { return nil },
		taskgroup.WithName("<style>evil</style>")))
	response, body := answer(t, inspecthttp.Handler(m), http.MethodGet, "/?format=svg")
	within := regexp.MustCompile(`(?s)<style>(.*?)</style>`).FindAllStringSubmatch(body, -1)
	require.Len(t, within, 1)
	sum := sha256.Sum256([]byte(within[0][1]))
	assert.Contains(t, response.Header.Get("Content-Security-Policy"), "style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
}

func TestStacksOnRequest(t *testing.T) {
	m := monitor(t, inspect.WithStacks())
	crawling(t, m)
	h := inspecthttp.Handler(m)
	for _, format := range []string{"text", "json"} {
		_, body := answer(t, h, http.MethodGet, "/?format="+format+"&stacks=1")
		assert.Contains(t, body, "handler_test.go", format)
		_, body = answer(t, h, http.MethodGet, "/?format="+format)
		assert.NotContains(t, body, "handler_test.go", format)
	}
}

func TestOtherMethodsAreRefused(t *testing.T) {
	h := inspecthttp.Handler(monitor(t))
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions, "BREW"} {
		response, body := answer(t, h, method, "/")
		assert.Equal(t, http.StatusMethodNotAllowed, response.StatusCode)
		assert.Equal(t, "GET, HEAD", response.Header.Get("Allow"))
		assert.NotEmpty(t, body)
		checkHeaders(t, response)
	}
}

func TestOtherFormatsAreRefused(t *testing.T) {
	h := inspecthttp.Handler(monitor(t))
	for _, format := range []string{"xml", "HTML", "<script>"} {
		response, body := answer(t, h, http.MethodGet, "/?format="+format)
		assert.Equal(t, http.StatusBadRequest, response.StatusCode)
		assert.Equal(t, "text/plain; charset=utf-8", response.Header.Get("Content-Type"))
		for _, there := range all[1:] {
			assert.Contains(t, body, there)
		}
		assert.NotContains(t, body, "<")
		checkHeaders(t, response)
	}
}

func TestATimelineMustBeKept(t *testing.T) {
	without, with := inspecthttp.Handler(monitor(t)), inspecthttp.Handler(monitor(t, inspect.WithTimeline(1)))
	for _, format := range []string{"trace", "svg"} {
		response, body := answer(t, without, http.MethodGet, "/?format="+format)
		assert.Equal(t, http.StatusNotFound, response.StatusCode)
		assert.Equal(t, "text/plain; charset=utf-8", response.Header.Get("Content-Type"))
		assert.Contains(t, body, "WithTimeline")
		checkHeaders(t, response)

		response, _ = answer(t, with, http.MethodGet, "/?format="+format)
		assert.Equal(t, http.StatusOK, response.StatusCode, "without spans yet")
	}
}

// Without a monitor of its own, each request is for the default one at that
// time.
func TestTheDefaultMonitor(t *testing.T) {
	inspect.SetDefault(nil)
	h := inspecthttp.Handler(nil)
	refuses := func() {
		for _, format := range all {
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				response, body := answer(t, h, method, "/?format="+format)
				assert.Equal(t, http.StatusServiceUnavailable, response.StatusCode)
				if method == http.MethodGet {
					assert.Contains(t, body, "inspect.SetDefault(")
				} else {
					assert.Empty(t, body)
				}
				checkHeaders(t, response)
			}
		}
	}
	refuses()

	m := monitor(t)
	crawling(t, m)
	inspect.SetDefault(m)
	defer inspect.SetDefault(nil)
	_, body := answer(t, h, http.MethodGet, "/?format=text")
	assert.Contains(t, body, `group "crawl"`)

	m.Close()
	refuses()
}

// A monitor that is closed has nothing that runs; it is not an error.
func TestAClosedMonitor(t *testing.T) {
	m := monitor(t)
	crawling(t, m)
	m.Close()
	response, body := answer(t, inspecthttp.Handler(m), http.MethodGet, "/")
	assert.Equal(t, http.StatusOK, response.StatusCode)
	assert.Contains(t, body, "Nothing runs.")
}

// Package expvar adds its own path, and that is all there is.
func TestNothingRegistersItself(t *testing.T) {
	for _, path := range []string{"/", "/debug/", "/debug/tasks", "/debug/asyncgo", "/debug/inspect"} {
		_, pattern := http.DefaultServeMux.Handler(httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody))
		assert.Empty(t, pattern)
	}
}
