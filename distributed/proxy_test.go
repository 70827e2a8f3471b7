package distributed_test

import (
	"io"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// proxy stands between a client and a server, and can lose what the server
// says.
type proxy struct {
	urls  string
	loses atomic.Bool // what the server says is lost

	mu    sync.Mutex
	conns []net.Conn
}

// newProxy starts a proxy in front of a site of one server.
func newProxy(t *testing.T, s *site) *proxy {
	t.Helper()
	to, err := url.Parse(s.urls)
	require.NoError(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p := &proxy{urls: "nats://" + l.Addr().String()}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", to.Host)
			if err != nil {
				_ = client.Close()
				continue
			}
			p.mu.Lock()
			p.conns = append(p.conns, client, server)
			p.mu.Unlock()
			all.Go(func() {
				_, _ = io.Copy(server, client)
				_ = server.Close()
			})
			all.Go(func() {
				_, _ = io.Copy(lossy{client, &p.loses}, server)
				_ = client.Close()
			})
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		p.cut()
		all.Wait()
	})
	return p
}

// cut ends all connections.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, conn := range p.conns {
		_ = conn.Close()
	}
	p.conns = nil
}

// heal lets answers through again, on new connections.
func (p *proxy) heal() {
	p.loses.Store(false)
	p.cut()
}

// lossy is a writer that may lose everything.
type lossy struct {
	io.Writer
	loses *atomic.Bool
}

func (l lossy) Write(b []byte) (int, error) {
	if l.loses.Load() {
		return len(b), nil
	}
	return l.Writer.Write(b)
}
