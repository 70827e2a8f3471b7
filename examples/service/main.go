// Service is an HTTP service of realistic size: a page with live numbers and a
// JSON API that queries several upstreams at once, with a limit for each of
// their hosts, timeouts, mirrors of which the first success counts, partial
// answers, background work that outlives the request, logs that never block it,
// and a graceful shutdown. It is the counterpart of one written with FastAPI or
// Starlette.
//
//	go run ./examples/service [-addr 127.0.0.1:8080] [-debug 127.0.0.1:8081] [-latency 20ms] [-faults 0.05]
//	curl 'http://127.0.0.1:8080/api/quote?item=tea'
//	curl -X POST 'http://127.0.0.1:8080/api/settings?latency=200ms&faults=0.3'
//
// The upstreams are its own, on loopback ports. What runs in it, and what waits
// for what, is on a page of its own, beside the profiles: /debug/asyncgo at the
// address of -debug.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"time"

	"example.com/asyncgo/examples/logging/asynclog"
	"example.com/asyncgo/taskgroup"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8080", "where to listen")
	debug := flag.String("debug", "127.0.0.1:8081", "where to serve what runs, and the profiles; empty: nowhere")
	latency := flag.Duration("latency", 20*time.Millisecond, "how long an upstream takes, on average")
	faults := flag.Float64("faults", 0.05, "how often an upstream fails")
	flag.Parse()
	if err := run(*addr, *debug, *latency, *faults, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "service:", err)
		os.Exit(1)
	}
}

func run(addr, debug string, latency time.Duration, faults float64, logs io.Writer) error {
	upstreams, err := startUpstreams(latency, faults)
	if err != nil {
		return err
	}
	defer upstreams.Close()
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "serving on http://%s; Ctrl-C ends it\n", listener.Addr())

	if debug != "" {
		stop, err := startDebug(debug)
		if err != nil {
			_ = listener.Close()
			return err
		}
		defer stop()
	}

	log := asynclog.New(slog.NewJSONHandler(logs, nil), 1000)
	service := newService(upstreams, log, config{perHost: 8, timeout: 250 * time.Millisecond, hedge: 50 * time.Millisecond})
	return untilSignal(func(ctx context.Context) error {
		return service.serve(ctx, listener, 10*time.Second)
	})
}

// untilSignal calls serve with a context that ends with the first signal. A
// clean stop is no error, a failure during the stop is one.
func untilSignal(serve func(ctx context.Context) error) error {
	err := taskgroup.Run(context.Background(), func(ctx context.Context, _ *taskgroup.Group) error {
		return serve(ctx)
	}, taskgroup.WithName("service"), taskgroup.WithSignals())
	if taskgroup.Cancelled(err) {
		return nil
	}
	return err
}
