package main

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"time"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/inspect/inspecthttp"
)

// debugRoutes show names, errors and code. So they are not served at the public
// address, but at one of their own.
func debugRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/debug/asyncgo", inspecthttp.Handler(nil)) // of the default monitor
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return mux
}

// startDebug makes the monitor that sees the whole service, and serves what it
// sees until stop is called.
func startDebug(addr string) (stop func(), err error) {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	m := inspect.New(inspect.WithSites(), inspect.WithLabels(), inspect.WithTimeline(10_000))
	inspect.SetDefault(m)
	server := &http.Server{Handler: debugRoutes(), ReadHeaderTimeout: 5 * time.Second}
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			fmt.Fprintln(os.Stderr, "service: debug:", err)
		}
	}()
	fmt.Fprintf(os.Stderr, "what runs is on http://%s/debug/asyncgo\n", listener.Addr())
	return func() {
		_ = server.Close()
		m.Close()
	}, nil
}
