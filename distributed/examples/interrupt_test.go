//go:build unix

package examples_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/url"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/distributed"
	"example.com/asyncgo/distributed/embedded"
)

// What each example opens exists with other settings: that is a failure. It
// comes in the moment of an interruption, and is printed all the same.
func TestAFailureTogetherWithAnInterruptionIsPrinted(t *testing.T) {
	t.Parallel()
	queue := func(name string) func(context.Context, *distributed.Client) error {
		return func(ctx context.Context, c *distributed.Client) error {
			_, err := distributed.OpenQueue(ctx, c, name, distributed.QueueConfig[int]{MaxSize: 7})
			return err
		}
	}
	semaphore := func(name string) func(context.Context, *distributed.Client) error {
		return func(ctx context.Context, c *distributed.Client) error {
			_, err := distributed.OpenSemaphore(ctx, c, name, 7)
			return err
		}
	}
	for _, example := range []struct {
		name    string
		prepare func(context.Context, *distributed.Client) error
		request string // what it sends when it opens that
	}{
		{"thumbnails", queue("jobs"), "STREAM.INFO.asyncgo_q_jobs"},
		{"crawl", queue("todo"), "STREAM.INFO.asyncgo_q_todo"},
		{"limit", semaphore("resource"), "MSG.GET.KV_asyncgo_semaphores"},
		{"cron", semaphore("cron"), "MSG.GET.KV_asyncgo_semaphores"},
	} {
		t.Run(example.name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			server, err := embedded.Start(ctx, embedded.Config{Listen: "127.0.0.1:0", Token: "secret"})
			require.NoError(t, err)
			defer func() { assert.NoError(t, server.Close(context.Background())) }()
			c, err := server.Connect(ctx, distributed.Config{Lease: 3 * time.Second}) // that of the examples
			require.NoError(t, err)
			require.NoError(t, example.prepare(ctx, c))
			require.NoError(t, c.Close(ctx))

			h := newHolder(t, server.URL(), example.request)
			file := build(t, example.name)
			var out bytes.Buffer
			cmd := exec.Command(file, "-join", h.url)
			cmd.Env = append(cmd.Environ(), "ASYNCGO_TOKEN=secret")
			cmd.Stderr = &out
			require.NoError(t, cmd.Start())
			defer func() { _ = cmd.Process.Kill() }()
			<-h.holds
			// It is stopped until both are there.
			require.NoError(t, cmd.Process.Signal(syscall.SIGSTOP))
			h.release()
			require.NoError(t, cmd.Process.Signal(syscall.SIGINT))
			require.NoError(t, cmd.Process.Signal(syscall.SIGCONT))
			_ = cmd.Wait()
			assert.Equal(t, 1, cmd.ProcessState.ExitCode())
			assert.Contains(t, out.String(), example.name+": distributed: ")
			assert.Contains(t, out.String(), "exists with other settings")
		})
	}
}

// holder stands between a client and a server. From a certain request on it
// holds what the server says.
type holder struct {
	url     string
	request string
	holds   chan struct{} // closed when it begins to
	resume  chan struct{} // closed by release
}

func newHolder(t *testing.T, server, request string) *holder {
	t.Helper()
	to, err := url.Parse(server)
	require.NoError(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	h := &holder{url: "nats://" + l.Addr().String(), request: request, holds: make(chan struct{}), resume: make(chan struct{})}
	var all sync.WaitGroup
	all.Go(func() {
		client, err := l.Accept()
		if err != nil {
			return
		}
		upstream, err := net.Dial("tcp", to.Host)
		if err != nil {
			_ = client.Close()
			return
		}
		all.Go(func() {
			_, _ = io.Copy(client, heldReader{upstream, h})
			_ = client.Close()
		})
		h.forward(upstream, client)
	})
	t.Cleanup(func() {
		_ = l.Close()
		h.release()
		all.Wait()
	})
	return h
}

func (h *holder) release() {
	select {
	case <-h.resume:
	default:
		close(h.resume)
	}
}

// forward passes on what the client says, and looks for the request in it.
func (h *holder) forward(server io.WriteCloser, client io.Reader) {
	defer func() { _ = server.Close() }()
	var seen strings.Builder
	b := make([]byte, 64<<10)
	for found := false; ; {
		n, err := client.Read(b)
		seen.Write(b[:n])
		if !found && strings.Contains(seen.String(), h.request) {
			found = true
			close(h.holds)
		}
		if _, werr := server.Write(b[:n]); werr != nil || err != nil {
			return
		}
	}
}

// heldReader reads what the server says, and waits while that is held.
type heldReader struct {
	io.Reader
	h *holder
}

func (r heldReader) Read(b []byte) (int, error) {
	n, err := r.Reader.Read(b)
	select {
	case <-r.h.holds:
		<-r.h.resume
	default:
	}
	return n, err
}
