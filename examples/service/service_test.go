package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/examples/logging/asynclog"
	"example.com/asyncgo/inspect"
	"example.com/asyncgo/taskgroup"
)

var errStop = errors.New("stop")

// running is a service under test.
type running struct {
	*service
	url  string
	stop context.CancelCauseFunc
	done *taskgroup.Task[struct{}]
	logs *lines
}

// lines keeps what is logged.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(line)
}

func start(t *testing.T, latency time.Duration, faults float64) *running {
	t.Helper()
	us, err := startUpstreams(latency, faults)
	require.NoError(t, err)
	t.Cleanup(us.Close)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	r := &running{logs: &lines{}, url: "http://" + l.Addr().String()}
	r.service = newService(us, asynclog.New(slog.NewJSONHandler(r.logs, nil), 20_000),
		config{perHost: 8, timeout: 10 * time.Second, hedge: 100 * time.Millisecond})
	ctx, stop := context.WithCancelCause(context.Background())
	r.stop = stop
	r.done = taskgroup.Start(context.Background(), taskgroup.NoValue(func(context.Context) error { return r.serve(ctx, l, time.Minute) }))
	return r
}

// end stops the service and requires that it stops cleanly.
func (r *running) end(t *testing.T) {
	t.Helper()
	r.stop(errStop)
	_, err := r.done.Wait(t.Context())
	require.NoError(t, err)
}

// load requests so many quotes, at most n at once, and returns how many answers
// came with each status, and how many requests got none.
func load(t *testing.T, url string, requests, n int) (answered map[int]int, refused int) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: n}}
	defer client.CloseIdleConnections()
	items := make([]string, requests)
	for i := range items {
		items[i] = fmt.Sprintf("item-%04d", i)
	}
	answered = map[int]int{}
	for _, answer := range taskgroup.SettleMap(t.Context(), n, items, func(ctx context.Context, item string) (int, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/api/quote?item="+item, nil)
		if err != nil {
			return 0, err
		}
		resp, err := client.Do(req)
		if err != nil {
			return 0, err
		}
		defer resp.Body.Close()
		var q quote
		if err := json.NewDecoder(resp.Body).Decode(&q); err != nil {
			return 0, fmt.Errorf("half an answer: %w", err)
		}
		if q.Item != item {
			return 0, fmt.Errorf("half an answer: %q for %q", q.Item, item)
		}
		return resp.StatusCode, nil
	}) {
		if answer.Err != nil {
			assert.NotContains(t, answer.Err.Error(), "half an answer")
			refused++
			continue
		}
		answered[answer.Value]++
	}
	return answered, refused
}

// logged returns how many lines of that message there are.
func (r *running) logged(msg string) int {
	r.logs.mu.Lock()
	defer r.logs.mu.Unlock()
	return strings.Count(r.logs.text.String(), `"msg":"`+msg+`"`)
}

func TestUnderLoad(t *testing.T) {
	before := runtime.NumGoroutine()
	const requests = 3000
	r := start(t, time.Millisecond, 0.1)
	answered, refused := load(t, r.url, requests, 64)
	r.end(t)

	assert.Zero(t, refused, "requests are lost")
	assert.Equal(t, requests, answered[http.StatusOK]+answered[http.StatusBadGateway])
	assert.NotZero(t, r.partial.Load(), "no fault has hit a request")
	for i, u := range r.upstreams.hosts {
		assert.LessOrEqual(t, u.most.Load(), int64(8), "the limit of %s", hostNames[i])
		assert.NotZero(t, u.failed.Load(), "no fault at %s", hostNames[i])
	}
	assert.Zero(t, r.service.logs.Dropped())
	assert.Equal(t, requests, r.logged("request"), "the logs are not complete")
	assert.Equal(t, 1, r.logged("stopped"))
	assert.EqualValues(t, requests, r.views.Load()+r.skipped.Load(), "background work is lost")
	assert.Zero(t, r.limits.Len(), "slots are left")

	r.upstreams.Close()
	http.DefaultClient.CloseIdleConnections()
	require.Eventually(t, func() bool {
		return runtime.NumGoroutine() <= before+1 // this one
	}, 30*time.Second, time.Millisecond, "goroutines are left")
}

// A shutdown in the middle of the load: each accepted request gets a whole answer.
func TestShutdownUnderLoad(t *testing.T) {
	r := start(t, 5*time.Millisecond, 0)
	var wg sync.WaitGroup
	var whole atomic.Int64
	wg.Go(func() {
		answered, _ := load(t, r.url, 2000, 32)
		whole.Store(int64(answered[http.StatusOK]))
	})
	for r.finished.Load() < 200 {
		runtime.Gosched()
	}
	r.end(t)
	wg.Wait()
	assert.Equal(t, r.begun.Load(), r.finished.Load())
	assert.Equal(t, r.finished.Load(), whole.Load(), "an accepted request got no answer")
	assert.EqualValues(t, r.finished.Load(), r.logged("request"))
	assert.Less(t, whole.Load(), int64(2000), "the shutdown came too late to show anything")
}

func TestPartialAnswers(t *testing.T) {
	r := start(t, time.Millisecond, 0)
	defer r.end(t)
	_ = r.upstreams.hosts[stockHost].server.Close()
	_ = r.upstreams.hosts[priceHost].server.Close() // its mirror is still there
	resp, err := http.Get(r.url + "/api/quote?item=tea")
	require.NoError(t, err)
	defer resp.Body.Close()
	assert.Equal(t, http.StatusOK, resp.StatusCode)
	var q quote
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&q))
	assert.JSONEq(t, "300", string(q.Price))
	assert.Contains(t, q.Missing, "stock")
	assert.Len(t, q.Missing, 1)
}

func TestPageAndSettings(t *testing.T) {
	r := start(t, time.Millisecond, 0)
	defer r.end(t)
	get := func(path string) string {
		resp, err := http.Get(r.url + path)
		require.NoError(t, err)
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		return string(body)
	}
	assert.Contains(t, get("/"), "/api/stats")
	assert.Contains(t, get("/api/stats"), `"Requests":0`)

	resp, err := http.Post(r.url+"/api/settings?latency=1ms&faults=1", "", nil)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Contains(t, get("/api/quote?item=tea"), `"missing"`)

	resp, err = http.Post(r.url+"/api/settings?latency=soon", "", nil)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, http.StatusBadRequest, resp.StatusCode)
}

// What runs is on a page of its own, beside the profiles.
func TestDebug(t *testing.T) {
	stop, err := startDebug("127.0.0.1:0")
	require.NoError(t, err)
	defer stop()
	r := start(t, time.Hour, 0)
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url+"/api/quote?item=tea", nil)
		if !assert.NoError(t, err) {
			return
		}
		resp, err := http.DefaultClient.Do(req)
		if assert.Error(t, err, "it is canceled") {
			return
		}
		_ = resp.Body.Close()
	})
	for r.upstreams.hosts[stockHost].calls.Load() == 0 {
		runtime.Gosched()
	}
	debug := httptest.NewServer(debugRoutes())
	defer debug.Close()
	for path, contains := range map[string][]string{
		"/debug/asyncgo":             {"<html"},
		"/debug/asyncgo?format=text": {"Settle at service.go:", `holds keyed "upstreams"`, "http server", `keyed "upstreams"  keys `},
		"/debug/pprof/":              {"goroutine"},
	} {
		resp, err := http.Get(debug.URL + path)
		require.NoError(t, err)
		text, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		for _, part := range contains {
			assert.Contains(t, string(text), part, path)
		}
	}
	cancel()
	wg.Wait()
	r.end(t)
}

func TestDebugFails(t *testing.T) {
	_, err := startDebug("127.0.0.1:99999")
	assert.Error(t, err)
	assert.Nil(t, inspect.Default())
}

// A panic in background work is logged with its stack, and ends neither the
// group nor the service.
func TestAPanicInTheBackgroundEndsNothing(t *testing.T) {
	r := start(t, time.Millisecond, 0)
	_, err := taskgroup.Go(r.background, func(context.Context) (int, error) { panic("a bug") }).Wait(t.Context())
	require.Error(t, err)
	answered, _ := load(t, r.url, 10, 2)
	assert.Equal(t, 10, answered[http.StatusOK])
	r.end(t)
	assert.EqualValues(t, 10, r.views.Load(), "background work after the panic")
	assert.Equal(t, 1, r.logged("background work failed"))
	assert.Contains(t, r.logs.text.String(), "TestAPanicInTheBackgroundEndsNothing", "the stack")
}

// A signal hides no failure.
func TestAFailureDuringTheStopIsReported(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a process cannot send itself an interrupt there")
	}
	errFlush := errors.New("disk full")
	for _, want := range []error{nil, errFlush} {
		err := untilSignal(func(ctx context.Context) error {
			self, err := os.FindProcess(os.Getpid())
			require.NoError(t, err)
			require.NoError(t, self.Signal(os.Interrupt))
			<-ctx.Done()
			if want != nil {
				return want
			}
			return ctx.Err()
		})
		assert.ErrorIs(t, err, want)
	}
}

// A request that is still running when the grace period is over is cut off, and
// that is a failure.
func TestRequestsThatAreCutOffAreAFailure(t *testing.T) {
	us, err := startUpstreams(time.Hour, 0)
	require.NoError(t, err)
	t.Cleanup(us.Close)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := newService(us, asynclog.New(slog.DiscardHandler, 10), config{perHost: 1, timeout: time.Hour, hedge: time.Hour})
	ctx, stop := context.WithCancel(t.Context())
	serving := taskgroup.Start(t.Context(), taskgroup.NoValue(func(context.Context) error { return s.serve(ctx, l, time.Millisecond) }))
	var wg sync.WaitGroup
	wg.Go(func() {
		resp, err := http.Get("http://" + l.Addr().String() + "/api/quote?item=tea")
		if assert.Error(t, err) {
			return
		}
		_ = resp.Body.Close()
	})
	for us.hosts[stockHost].calls.Load() == 0 {
		runtime.Gosched()
	}
	stop()
	_, err = serving.Wait(t.Context())
	require.ErrorContains(t, err, "requests were cut off")
	assert.False(t, taskgroup.Cancelled(err))
	wg.Wait()
}

// A listener that breaks is a failure, also if the signal comes at that moment.
func TestAListenerThatFailsIsReported(t *testing.T) {
	us, err := startUpstreams(time.Millisecond, 0)
	require.NoError(t, err)
	t.Cleanup(us.Close)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	s := newService(us, asynclog.New(slog.DiscardHandler, 10), config{perHost: 1, timeout: time.Hour, hedge: time.Hour})
	assert.ErrorIs(t, s.serve(t.Context(), l, time.Minute), net.ErrClosed)
}
