package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"example.com/asyncgo/examples/logging/asynclog"
	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

type config struct {
	perHost int           // calls of one upstream host at once
	timeout time.Duration // for each part of a quote
	hedge   time.Duration // before the second mirror is called as well
}

// service answers the requests.
type service struct {
	config
	upstreams  *upstreams
	client     *http.Client
	limits     *semaphore.Keyed[string]
	background *taskgroup.Group // work that outlives its request
	logs       *asynclog.Handler
	log        *slog.Logger

	begun, finished, partial, empty atomic.Int64
	views, skipped                  atomic.Int64
}

func newService(us *upstreams, logs *asynclog.Handler, c config) *service {
	s := &service{
		config:    c,
		upstreams: us,
		client:    &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: c.perHost}},
		limits:    semaphore.NewKeyed[string](c.perHost).Named("upstreams"),
		logs:      logs,
		log:       slog.New(logs),
	}
	// What the handler has logged is done with: neither an error nor a panic of
	// background work ends the group, or the service.
	s.background = taskgroup.New(context.Background(),
		taskgroup.WithName("background"), taskgroup.WithLimit(4), taskgroup.WithBacklog(10_000), taskgroup.WithKeepGoing(),
		taskgroup.WithErrorHandler(func(_ context.Context, task taskgroup.TaskInfo, err error) {
			s.log.Error("background work failed", "task", task.Name, "err", err, "stack", stack(err))
		}))
	return s
}

// stack returns that of a panic, and "" for any other error.
func stack(err error) string {
	if p, ok := errors.AsType[*taskgroup.PanicError](err); ok {
		return string(p.Stack)
	}
	return ""
}

func (s *service) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", page)
	mux.HandleFunc("GET /api/quote", s.handleQuote)
	mux.HandleFunc("GET /api/stats", s.handleStats)
	mux.HandleFunc("POST /api/settings", s.handleSettings)
	return mux
}

// serve answers requests until ctx ends. Then it accepts no more, but answers
// those it has, does the background work that is waiting, and writes the logs,
// all within the grace period.
func (s *service) serve(ctx context.Context, l net.Listener, grace time.Duration) error {
	server := &http.Server{Handler: s.routes(), ReadHeaderTimeout: 5 * time.Second}
	serving := taskgroup.Start(context.WithoutCancel(ctx), taskgroup.NoValue(func(context.Context) error { return server.Serve(l) }),
		taskgroup.Named("http server"))
	_, failed := serving.Wait(ctx)
	if taskgroup.Cancelled(failed) {
		failed = nil // it is still serving: ctx has ended
	}
	_, err := taskgroup.Shield(ctx, grace, taskgroup.NoValue(func(ctx context.Context) error {
		return errors.Join(failed, s.shutdown(ctx, server))
	}))
	return err
}

func (s *service) shutdown(ctx context.Context, server *http.Server) error {
	// In this order: requests start background work, and both write logs.
	var errs []error
	if err := server.Shutdown(ctx); err != nil {
		// Not wrapped: the context's error would look like a clean stop.
		errs = append(errs, fmt.Errorf("requests were cut off: %s", err.Error()), server.Close())
	}
	if err := s.background.Shutdown(ctx); err != nil {
		errs = append(errs, err) // a *LateError, which is a failure
	}
	s.log.Info("stopped", "requests", s.finished.Load())
	s.client.CloseIdleConnections()
	if err := s.logs.Close(ctx); err != nil {
		errs = append(errs, fmt.Errorf("logs were not written: %s", err.Error()))
	}
	return errors.Join(errs...)
}

// quote is the answer of the API. What an upstream did not deliver is missing.
type quote struct {
	Item    string            `json:"item"`
	Price   json.RawMessage   `json:"price,omitempty"`
	Stock   json.RawMessage   `json:"stock,omitempty"`
	Reviews json.RawMessage   `json:"reviews,omitempty"`
	Missing map[string]string `json:"missing,omitempty"`
}

func (s *service) handleQuote(w http.ResponseWriter, r *http.Request) {
	s.begun.Add(1)
	defer s.finished.Add(1)
	start := time.Now()
	item := r.FormValue("item")
	q := s.quote(r.Context(), item)

	status := http.StatusOK
	switch len(q.Missing) {
	case 0:
	case 3:
		s.empty.Add(1)
		status = http.StatusBadGateway
	default:
		s.partial.Add(1)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(q)

	s.log.Info("request", "item", item, "status", status, "missing", len(q.Missing), "took", time.Since(start))
	if !s.background.TryGo(func(ctx context.Context) error { return s.countView(ctx, item) }, taskgroup.Named("view of "+item)) {
		s.skipped.Add(1) // the backlog is full, and requests come first
	}
}

// quote calls the three upstreams at once; what one of them does not deliver is
// missing from the answer.
func (s *service) quote(ctx context.Context, item string) quote {
	query := "/?item=" + url.QueryEscape(item)
	parts := taskgroup.Settle(ctx,
		s.within(func(ctx context.Context) (json.RawMessage, error) {
			// The mirror is called when the first one fails, or is slow.
			return taskgroup.Staggered(ctx, s.hedge, nil, s.get(priceHost, query), s.get(priceMirror, query))
		}),
		s.within(s.get(stockHost, query)),
		s.within(s.get(reviewsHost, query)),
	)
	q := quote{Item: item}
	for i, part := range parts {
		name := [...]string{"price", "stock", "reviews"}[i]
		if part.Err != nil {
			if q.Missing == nil {
				q.Missing = map[string]string{}
			}
			q.Missing[name] = part.Err.Error()
			continue
		}
		*[...]*json.RawMessage{&q.Price, &q.Stock, &q.Reviews}[i] = part.Value
	}
	return q
}

// within bounds fn by the service's timeout.
func (s *service) within(fn taskgroup.Func[json.RawMessage]) taskgroup.Func[json.RawMessage] {
	return func(ctx context.Context) (json.RawMessage, error) { return taskgroup.WaitFor(ctx, s.timeout, fn) }
}

// get returns a function that calls one upstream, with at most perHost calls of
// it at once.
func (s *service) get(host int, query string) taskgroup.Func[json.RawMessage] {
	u := s.upstreams.hosts[host]
	return func(ctx context.Context) (answer json.RawMessage, err error) {
		err = s.limits.Do(ctx, hostNames[host], func(ctx context.Context) error {
			u.begin()
			defer u.end()
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.url+query, nil)
			if err != nil {
				return err
			}
			resp, err := s.client.Do(req)
			if err != nil {
				return err
			}
			defer resp.Body.Close()
			if resp.StatusCode != http.StatusOK {
				return fmt.Errorf("%s: %s", hostNames[host], resp.Status)
			}
			return json.NewDecoder(resp.Body).Decode(&answer) // inside: the body ends with ctx
		})
		return answer, err
	}
}

// countView is the background work: no request waits for it.
func (s *service) countView(ctx context.Context, _ string) error {
	if err := taskgroup.Sleep(ctx, time.Millisecond); err != nil {
		return err
	}
	s.views.Add(1)
	return nil
}

func (s *service) handleSettings(w http.ResponseWriter, r *http.Request) {
	latency, err := time.ParseDuration(r.FormValue("latency"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var faults float64
	if _, err := fmt.Sscan(r.FormValue("faults"), &faults); err != nil || latency < 0 || faults < 0 || faults > 1 {
		http.Error(w, "latency is a duration, faults a number from 0 to 1", http.StatusBadRequest)
		return
	}
	s.upstreams.set(latency, faults)
}
