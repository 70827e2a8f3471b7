package main

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/taskgroup"
)

// counting counts the connections that are accepted and not closed.
type counting struct {
	net.Listener
	open atomic.Int64
}

func (l *counting) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.open.Add(1)
	return &counted{Conn: conn, closed: sync.OnceFunc(func() { l.open.Add(-1) })}, nil
}

type counted struct {
	net.Conn
	closed func()
}

func (c *counted) Close() error {
	c.closed()
	return c.Conn.Close()
}

// However late a connection is accepted, it is closed when the server has
// stopped. (The clients do not wait for that: one whose handshake was under way
// when the listener was closed notices with the next keep-alive.)
func TestStopClosesEveryConnection(t *testing.T) {
	for range 50 {
		inner, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		listener := &counting{Listener: inner}
		ctx, stop := context.WithCancel(t.Context())
		server := taskgroup.Start(ctx, taskgroup.NoValue(func(ctx context.Context) error { return serve(ctx, listener) }))

		dialed := make(chan struct{}, 20)
		stopped := make(chan struct{})
		var clients sync.WaitGroup
		for range 20 {
			clients.Go(func() {
				conn, err := net.Dial("tcp", inner.Addr().String())
				if err != nil {
					return // too late
				}
				defer conn.Close()
				dialed <- struct{}{}
				<-stopped
			})
		}
		for range 10 {
			<-dialed
		}
		stop()
		_, err = server.Wait(t.Context())
		assert.True(t, taskgroup.Cancelled(err))
		assert.Zero(t, listener.open.Load(), "connections are left open")
		close(stopped)
		clients.Wait()
	}
}
