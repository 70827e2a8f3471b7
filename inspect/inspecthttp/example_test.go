package inspecthttp_test

import (
	"context"
	"encoding/json"
	"expvar"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/inspect/inspecthttp"
	"example.com/asyncgo/taskgroup"
)

// A service mounts the page beside net/http/pprof. Here, the handler of another
// request reads the same as JSON.
func ExampleHandler() {
	m := inspect.New()
	defer m.Close()
	mux := http.NewServeMux()
	mux.Handle("/debug/tasks", inspecthttp.Handler(m))

	err := taskgroup.Run(m.Context(context.Background()), func(_ context.Context, g *taskgroup.Group) error {
		g.Go(func(ctx context.Context) error {
			request := httptest.NewRequestWithContext(ctx, http.MethodGet, "/debug/tasks?format=json", http.NoBody)
			response := httptest.NewRecorder()
			mux.ServeHTTP(response, request)
			var s inspect.Snapshot
			if err := json.Unmarshal(response.Body.Bytes(), &s); err != nil {
				return err
			}
			fmt.Println(s.Find("reader").State)
			return nil
		}, taskgroup.Named("reader"))
		return nil
	})
	fmt.Println(err)
	// Output:
	// running
	// <nil>
}

var once sync.Once // main has no need for it

func ExamplePublish() {
	m := inspect.New()
	defer m.Close()
	inspect.SetDefault(m)
	once.Do(func() { inspecthttp.Publish("tasks", nil) })

	_ = taskgroup.Run(context.Background(), func(_ context.Context, g *taskgroup.Group) error {
		g.Go(func(context.Context) error { return nil })
		return nil
	}, taskgroup.WithName("crawl"))

	var published struct{ Totals []*inspect.Total }
	if err := json.Unmarshal([]byte(expvar.Get("tasks").String()), &published); err != nil {
		fmt.Println(err)
		return
	}
	for _, t := range published.Totals {
		fmt.Println(t.Kind, t.Name, t.Ended)
	}
	// Output: group crawl 1
}
