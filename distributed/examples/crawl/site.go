package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// site is a website of many small pages, each of which comes a little late.
type site struct {
	url    string
	server *http.Server
}

const lateness = 20 * time.Millisecond

func serveSite(ctx context.Context, pages int) (*site, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &site{url: "http://" + listener.Addr().String() + "/0", server: &http.Server{ReadHeaderTimeout: 5 * time.Second}}
	s.server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(lateness)
		n, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
		if err != nil || n < 0 || n >= pages {
			http.NotFound(w, r)
			return
		}
		for _, to := range []int{2*n + 1, 2*n + 2, n / 2, n + 7} { // also back, and beyond the end
			_, _ = fmt.Fprintf(w, "<a href=\"/%d\">%d</a>\n", to, to)
		}
	})
	go func() { _ = s.server.Serve(listener) }()
	return s, nil
}

func (s *site) close() { _ = s.server.Close() }
