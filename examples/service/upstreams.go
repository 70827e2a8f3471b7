package main

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// The upstreams that a quote is put together from. The price has two mirrors.
const (
	priceHost = iota
	priceMirror
	stockHost
	reviewsHost
	hosts
)

var hostNames = [hosts]string{"price", "price-mirror", "stock", "reviews"}

// upstreams are servers on loopback ports whose latency and faults can be set.
type upstreams struct {
	latency atomic.Int64  // a time.Duration
	faults  atomic.Uint64 // in millionths
	hosts   [hosts]*upstream
}

// upstream is one of them, with its counters.
type upstream struct {
	url    string
	server *http.Server

	calls, failed, abandoned atomic.Int64 // counted by the upstream
	now, most                atomic.Int64 // counted by the service
}

// begin and end count a call of the service. (The handler of one that the service
// gave up may return a moment later.)
func (u *upstream) begin() {
	now := u.now.Add(1)
	for {
		most := u.most.Load()
		if now <= most || u.most.CompareAndSwap(most, now) {
			return
		}
	}
}

func (u *upstream) end() { u.now.Add(-1) }

func startUpstreams(latency time.Duration, faults float64) (*upstreams, error) {
	us := &upstreams{}
	us.set(latency, faults)
	for i := range us.hosts {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			us.Close()
			return nil, err
		}
		u := &upstream{url: "http://" + l.Addr().String()}
		u.server = &http.Server{Handler: us.handler(i, u), ReadHeaderTimeout: 5 * time.Second}
		us.hosts[i] = u
		go func() { _ = u.server.Serve(l) }()
	}
	return us, nil
}

func (us *upstreams) set(latency time.Duration, faults float64) {
	us.latency.Store(int64(latency))
	us.faults.Store(uint64(faults * 1e6))
}

func (us *upstreams) Close() {
	for _, u := range us.hosts {
		if u != nil {
			_ = u.server.Close()
		}
	}
}

func (us *upstreams) handler(host int, u *upstream) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		u.calls.Add(1)
		if err := us.delay(r.Context()); err != nil {
			u.abandoned.Add(1)
			return
		}
		if rand.Uint64N(1e6) < us.faults.Load() {
			u.failed.Add(1)
			http.Error(w, "out of order", http.StatusInternalServerError)
			return
		}
		item := r.FormValue("item")
		_ = json.NewEncoder(w).Encode(map[string]any{
			"price":   len(item) * 100,
			"stock":   len(item),
			"reviews": []string{"five stars", "would buy " + item + " again"},
		}[[hosts]string{"price", "price", "stock", "reviews"}[host]])
	})
}

var errAbandoned = errors.New("the call was given up")

// delay waits for between half and one and a half of the latency.
func (us *upstreams) delay(ctx context.Context) error {
	latency := us.latency.Load()
	timer := time.NewTimer(time.Duration(latency/2 + rand.Int64N(latency+1)))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return errAbandoned
	}
}
