package programs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	fanOut      = 8
	closedLoop  = 256 // requests at a time while the capacity is measured
	cancelEvery = 10  // one request in so many
	window      = 1000
)

var backends = [fanOut]int{0, 1, 2, 3, 4, 5, 6, 7}

// handler answers a request: the sum of what call returns for all backends.
type handler func(ctx context.Context, request int) (uint64, error)

// call is what a backend does: wait for 0.2 to 2 ms, and compute.
func call(ctx context.Context, request, backend int) (uint64, error) {
	if err := pause(ctx, delay(request, backend)); err != nil {
		return 0, err
	}
	return digest(request, backend), nil
}

func delay(request, backend int) time.Duration {
	return 200*time.Microsecond + time.Duration(mix(request, backend)%1800)*time.Microsecond
}

// canceled returns after which time the client of a request gives it up, if it
// does.
func canceled(request int) (after time.Duration, ok bool) {
	x := mix(request, fanOut)
	return time.Duration(x>>32%2000) * time.Microsecond, x%cancelEvery == 0
}

func answer(request int) (sum uint64) {
	for _, b := range backends {
		sum += digest(request, b)
	}
	return sum
}

// Service is W10: requests that fan out, arriving whether or not the ones
// before are answered.
func Service() Program {
	full := capacity{measure: serviceCapacity} // of the channels
	run := func(open func() (handler, func())) func(context.Context, Point) (Outcome, error) {
		return func(ctx context.Context, at Point) (Outcome, error) {
			duration := time.Duration(at.Size) * time.Millisecond
			most, err := full.get(ctx, duration)
			if err != nil {
				return Outcome{}, err
			}
			handle, stop := open()
			defer stop()
			return serve(ctx, handle, most*at.X/100, duration)
		}
	}
	return Program{
		Name: "W10 service",
		Text: "A request fans out to eight backends, each of which waits for 0.2 to 2 ms and then hashes 16 KiB; the answer is the sum. " +
			"Requests arrive at random moments, whether or not the ones before have been answered, at 20, 50 and 80 % of the capacity, which is what channels answer with 256 requests at a time; it is measured first. " +
			"One in ten is canceled by its client within 2 ms. A latency runs from the moment of the arrival, so that what the generator is late counts, too; it is a goroutine of the same process. " +
			"All in Go have the same rate. asyncio has its own capacity, which is a small part of that, and 20, 50 and 80 % of it: its latencies say how it does in its own measure. " +
			"asyncgo is `Map` without a limit, in a goroutine for each request; errgroup and conc are a group for each request, pond a group in one pool without a limit.",
		Axis: "% of the capacity", Unit: "ms of arrivals",
		Points: []Point{{X: 20, Size: window}, {X: 50, Size: window, Main: true}, {X: 80, Size: window, Main: true}},
		Metrics: []Metric{
			{Name: "p50 ms", Goal: true},
			{Name: "p99 ms", Goal: true},
			{Name: "p999 ms"},
			{Name: "answered per s", More: true, Extra: true},
		},
		Plotted: 1,
		Variants: append([]Variant{
			{Name: Base, Run: run(simple(handleChannels))},
			{Name: Ours, Run: run(simple(handleAsyncgo))},
			{Name: "errgroup", Run: run(simple(handleErrgroup))},
			{Name: "conc", Run: run(simple(handleConc))},
			{Name: "pond", Run: run(openPond)},
		}, asyncioOwnRate("service")...),
	}
}

func simple(h handler) func() (handler, func()) {
	return func() (handler, func()) { return h, func() {} }
}

// serviceCapacity returns how many requests a second the channels answer.
func serviceCapacity(ctx context.Context, duration time.Duration) (float64, error) {
	var next, answered atomic.Int64
	var failed atomic.Pointer[error]
	var clients sync.WaitGroup
	start := time.Now()
	for range closedLoop {
		clients.Go(func() {
			for time.Since(start) < duration {
				if _, err := handleChannels(ctx, int(next.Add(1))); err != nil {
					failed.Store(&err)
					return
				}
				answered.Add(1)
			}
		})
	}
	clients.Wait()
	if err := failed.Load(); err != nil {
		return 0, *err
	}
	return float64(answered.Load()) / time.Since(start).Seconds(), nil
}

// served is what became of one request.
type served struct {
	latency time.Duration
	sum     uint64
	err     error
}

// serve has requests arrive and waits for all of them.
func serve(ctx context.Context, handle handler, rate float64, duration time.Duration) (Outcome, error) {
	var mu sync.Mutex // guards all
	var all []served
	var open sync.WaitGroup
	sent := arrivals(rate, duration, func(request int, at time.Time) {
		open.Go(func() {
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			if after, ok := canceled(request); ok {
				defer time.AfterFunc(after, cancel).Stop()
			}
			sum, err := handle(ctx, request)
			r := served{time.Since(at), sum, err}
			if err == nil && request%64 == 0 && sum != answer(request) {
				r.err = fmt.Errorf("request %d: the answer is %x, not %x", request, sum, answer(request))
			}
			mu.Lock()
			defer mu.Unlock()
			for len(all) <= request {
				all = append(all, served{})
			}
			all[request] = r
		})
	})
	open.Wait()
	if len(all) != sent {
		return Outcome{}, fmt.Errorf("%d requests of %d are answered", len(all), sent)
	}
	return latencies(all, duration)
}

// latencies sums the requests up. Each must have been answered, or canceled by
// its client.
func latencies(all []served, duration time.Duration) (Outcome, error) {
	var answered []time.Duration
	for request, r := range all {
		_, given := canceled(request)
		switch {
		case r.latency == 0:
			return Outcome{}, fmt.Errorf("request %d is lost", request)
		case r.err == nil:
			answered = append(answered, r.latency)
		case !given || !errors.Is(r.err, context.Canceled):
			return Outcome{}, fmt.Errorf("request %d: %w", request, r.err)
		}
	}
	if len(answered) == 0 {
		return Outcome{}, errors.New("no request was answered")
	}
	slices.Sort(answered)
	at := func(q float64) float64 {
		return micros(answered[min(len(answered)-1, int(q*float64(len(answered))))]) / 1000
	}
	return Outcome{0, []float64{at(0.5), at(0.99), at(0.999), float64(len(answered)) / duration.Seconds()}}, nil
}
