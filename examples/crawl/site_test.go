package main

import (
	"context"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A wire joins a server and its clients in memory: a synctest bubble sees all
// of their waits, so time in it is exact.
type wire struct {
	conns  chan net.Conn
	closed chan struct{}
	close  func()
}

func newWire() *wire {
	w := &wire{conns: make(chan net.Conn), closed: make(chan struct{})}
	w.close = sync.OnceFunc(func() { close(w.closed) })
	return w
}

func (w *wire) Accept() (net.Conn, error) {
	select {
	case conn := <-w.conns:
		return conn, nil
	case <-w.closed:
		return nil, net.ErrClosed
	}
}

func (w *wire) Close() error   { w.close(); return nil }
func (w *wire) Addr() net.Addr { return w }

// Network and String are the address of the server.
func (w *wire) Network() string { return "wire" }
func (w *wire) String() string  { return "site.test:80" }

// dial reaches one server; its host refuses other ports, and there is no other host.
func (w *wire) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if address != w.String() {
		err := os.NewSyscallError("connect", syscall.ECONNREFUSED)
		if host, _, _ := net.SplitHostPort(address); host != "site.test" {
			err = &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
		}
		return nil, &net.OpError{Op: "dial", Net: network, Err: err}
	}
	here, there := net.Pipe()
	select {
	case w.conns <- there:
		return here, nil
	case <-w.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// A testSite is a website in a bubble that counts the requests for each page.
type testSite struct {
	transport http.RoundTripper

	mu       sync.Mutex
	requests map[string]int
	now, top int // requests being answered: at the moment, at most
}

func serve(t *testing.T, handler http.Handler) *testSite {
	t.Helper()
	s := &testSite{requests: map[string]int{}}
	w := newWire()
	server := &httptest.Server{Listener: w, Config: &http.Server{Handler: s.counting(handler)}}
	server.Start()
	t.Cleanup(server.Close)
	transport := &http.Transport{DialContext: w.dial, MaxIdleConnsPerHost: 100}
	t.Cleanup(transport.CloseIdleConnections)
	s.transport = transport
	return s
}

func (s *testSite) counting(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.requests[r.URL.RequestURI()]++
		s.now++
		s.top = max(s.top, s.now)
		s.mu.Unlock()
		defer func() {
			s.mu.Lock()
			s.now--
			s.mu.Unlock()
		}()
		handler.ServeHTTP(w, r)
	})
}

// counts returns how often each page was requested, and the most requests that
// were answered at once. A handler may go on after its client has left.
func (s *testSite) counts() (requests map[string]int, top int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.requests), s.top
}

// crawler returns one for the site with five seconds for each page.
func (s *testSite) crawler(limit, maxPages int) *crawler {
	return newCrawler(s.transport, limit, 5*time.Second, maxPages)
}

func at(t *testing.T, rawURL string) *url.URL {
	t.Helper()
	u, err := parseStart(rawURL)
	require.NoError(t, err)
	return u
}
