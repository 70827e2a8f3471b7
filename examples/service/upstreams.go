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

// upstream is one of them, and what is known of it.
type upstream struct {
	url    string
	server *http.Server

	calls, failed, abandoned atomic.Int64 // by its own count
	now, most                atomic.Int64 // calls that the service has open
}

// begin and end count a call that the service has open. (One that it gives up
// may take the upstream a moment longer to notice.)
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

func (us *upstreams) handler(which int, u *upstream) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		u.calls.Add(1)
		if err := us.think(r.Context()); err != nil {
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
		}[[hosts]string{"price", "price", "stock", "reviews"}[which]])
	})
}

var errAbandoned = errors.New("the caller has gone")

// think takes between half and one and a half of the latency.
func (us *upstreams) think(ctx context.Context) error {
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
