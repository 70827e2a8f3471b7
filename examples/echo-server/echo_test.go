package main

import (
	"context"
	"io"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/taskgroup"
)

// However late a connection comes, it is closed when the server has stopped.
func TestStopClosesEveryConnection(t *testing.T) {
	for range 20 {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		ctx, stop := context.WithCancel(t.Context())
		server := taskgroup.Start(ctx, taskgroup.NoValue(func(ctx context.Context) error { return serve(ctx, listener) }))
		dialed := make(chan struct{}, 20)
		var clients sync.WaitGroup
		for range 20 {
			clients.Go(func() {
				conn, err := net.Dial("tcp", listener.Addr().String())
				if err != nil {
					return // too late
				}
				defer conn.Close()
				dialed <- struct{}{}
				_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
				_, err = io.Copy(io.Discard, conn)
				assert.NotErrorIs(t, err, os.ErrDeadlineExceeded, "left open")
			})
		}
		for range 10 {
			<-dialed
		}
		stop()
		_, err = server.Wait(t.Context())
		assert.True(t, taskgroup.Cancelled(err))
		clients.Wait()
	}
}
