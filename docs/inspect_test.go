package docs_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/pprof"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/inspect/inspecthttp"
	"example.com/asyncgo/queue"
	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

const inspectGuide = "inspect.md"

// debugRoutes show names, errors and code: they are not for a public address.
func debugRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/debug/asyncgo", inspecthttp.Handler(nil)) // of the default monitor
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	return mux
}

func TestDebugRoutes(t *testing.T) {
	server := httptest.NewServer(debugRoutes())
	defer server.Close()
	get := func(path string) (int, string) {
		resp, err := http.Get(server.URL + path)
		require.NoError(t, err)
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		return resp.StatusCode, string(text)
	}
	code, text := get("/debug/asyncgo")
	assert.Equal(t, http.StatusServiceUnavailable, code)
	assert.Contains(t, text, "inspect.SetDefault(")

	defer inspect.SetDefault(nil)
	inspect.SetDefault(inspect.New(inspect.WithSites(), inspect.WithTimeline(10_000)))
	defer inspect.Default().Close()
	for _, format := range []string{"", "?format=text", "?format=json", "?format=metrics", "?format=trace", "?format=svg"} {
		code, _ = get("/debug/asyncgo" + format)
		assert.Equal(t, http.StatusOK, code, format)
	}
}

// Those of one crawl at a time.
var (
	db    *semaphore.Semaphore
	cache *semaphore.Lock
	jobs  *queue.Queue[string]
)

func fetchPart(ctx context.Context, _ string) (int, error) {
	return 0, taskgroup.Sleep(ctx, 700*time.Millisecond)
}

func work(ctx context.Context) error {
	for job := range jobs.Items(ctx) {
		err := db.Do(ctx, func(ctx context.Context) error {
			_, err := taskgroup.Map(ctx, 2, []string{job, job, job}, fetchPart)
			return err
		})
		jobs.TaskDone()
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

func refresh(ctx context.Context) (struct{}, error) {
	return struct{}{}, cache.Do(ctx, func(ctx context.Context) error { return taskgroup.Sleep(ctx, time.Second) })
}

func index(ctx context.Context) error {
	return taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
		for range 4 {
			g.Go(func(ctx context.Context) error { return taskgroup.Sleep(ctx, 200*time.Millisecond) })
		}
		return nil
	}, taskgroup.WithName("inner"), taskgroup.WithLimit(1), taskgroup.WithBacklog(-1))
}

func crawl(ctx context.Context) error {
	db = semaphore.New(2).Named("db")
	cache = new(semaphore.Lock).Named("cache")
	jobs = queue.New[string](3).Named("jobs")
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	return taskgroup.Run(ctx, func(ctx context.Context, g *taskgroup.Group) error {
		for i := range 3 {
			g.Go(work, taskgroup.Named(fmt.Sprintf("worker-%d", i)))
			time.Sleep(time.Nanosecond) // they wait for jobs in this order
		}
		refreshing := taskgroup.Go(g, refresh, taskgroup.Named("refresh"))
		g.Go(func(ctx context.Context) error {
			_, err := refreshing.Wait(ctx)
			return err
		}, taskgroup.Named("reader"))
		g.Go(index)
		for i := range 9 {
			if err := jobs.Put(ctx, fmt.Sprint("page ", i)); err != nil {
				return err
			}
			time.Sleep(time.Nanosecond) // and reach the database in this order
		}
		jobs.Shutdown()
		return nil
	}, taskgroup.WithName("crawl"))
}

// The tree of the guide is what a snapshot in the middle of crawl prints.
func TestTheTreeOfTheGuide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := inspect.New()
		defer m.Close()
		crawling := taskgroup.Start(t.Context(), taskgroup.NoValue(func(ctx context.Context) error {
			return crawl(m.Context(ctx))
		}))
		time.Sleep(500 * time.Millisecond)
		assertPrinted(t, inspectGuide, "tree", shorten(m.Snapshot().String()))
		_, err := crawling.Wait(t.Context())
		require.NoError(t, err)
	})
}

// shorten names the functions as those of a program are named.
func shorten(text string) string { return strings.ReplaceAll(text, " docs_test.", " main.") }

// The standstill that the guide shows is that of the example.
func TestTheStandstillOfTheGuide(t *testing.T) {
	found, err := os.ReadFile("../examples/deadlock/found.txt")
	require.NoError(t, err)
	assertPrinted(t, inspectGuide, "deadlock", string(found))
}

// watch is what a service does with findings: it logs them.
func watch(ctx context.Context, m *inspect.Monitor) error {
	return taskgroup.Run(ctx, func(ctx context.Context, g *taskgroup.Group) error {
		g.Go(func(ctx context.Context) error {
			return m.Watch(ctx, 10*time.Second, inspect.DefaultRules(), nil) // to slog, as warnings
		}, taskgroup.Daemon())
		return taskgroup.Sleep(ctx, time.Minute) // serve
	})
}

func TestWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := inspect.New()
		defer m.Close()
		assert.NoError(t, watch(t.Context(), m))
	})
}

// In a test, a monitor of its own sees what begins under its context, and nothing
// of the tests beside it.
func TestWorkersWaitForTheDatabase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := inspect.New()
		defer m.Close()
		pool := semaphore.New(1).Named("pool")
		err := taskgroup.Run(m.Context(t.Context()), func(_ context.Context, g *taskgroup.Group) error {
			for range 3 {
				g.Go(func(ctx context.Context) error {
					return pool.Do(ctx, func(ctx context.Context) error { return taskgroup.Sleep(ctx, time.Second) })
				})
			}
			synctest.Wait()
			for _, r := range m.Snapshot().Resources {
				assert.Equal(t, 2, r.Stat("waiting"), r.Name)
			}
			return nil
		})
		assert.NoError(t, err)
	})
}
