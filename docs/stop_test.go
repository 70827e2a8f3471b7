package docs_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/taskgroup"
)

func Example_cleanStop() {
	job := func(err error) error {
		ctx, cancel := context.WithTimeout(ctx, time.Millisecond)
		defer cancel()
		return taskgroup.Run(ctx, func(ctx context.Context, g *taskgroup.Group) error {
			<-ctx.Done()
			return err
		})
	}
	for _, err := range []error{job(context.DeadlineExceeded), job(errors.New("disk full"))} {
		if err != nil && !taskgroup.Cancelled(err) {
			fmt.Println("failed:", err)
			continue
		}
		fmt.Println("stopped")
	}
	// Output:
	// stopped
	// failed: taskgroup: group: context deadline exceeded; main: disk full
}

// serveHTTP serves until ctx ends, and then answers what has come, for at most 5 s.
func serveHTTP(ctx context.Context, server *http.Server, listener net.Listener) error {
	_, err := taskgroup.Interruptible(ctx, func() {
		_, _ = taskgroup.Shield(ctx, 5*time.Second, taskgroup.NoValue(server.Shutdown))
	}, func() (struct{}, error) {
		return struct{}{}, server.Serve(listener)
	})
	if errors.Is(err, http.ErrServerClosed) {
		return nil // another caller has shut the server down
	}
	return err
}

// command runs a program, which ends when ctx does.
func command(ctx context.Context, name string, args ...string) error {
	err := exec.CommandContext(ctx, name, args...).Run()
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx) // "signal: killed" is how it was stopped
	}
	return err
}

func TestServeHTTP(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	begun := make(chan struct{})
	server := &http.Server{ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(begun)
		time.Sleep(10 * time.Millisecond)
		fmt.Fprint(w, "answered")
	})}
	ctx, cancel := context.WithCancel(t.Context())
	serving := taskgroup.Start(ctx, taskgroup.NoValue(func(ctx context.Context) error { return serveHTTP(ctx, server, listener) }))
	answer := taskgroup.Start(t.Context(), func(ctx context.Context) (int, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+listener.Addr().String(), nil)
		if err != nil {
			return 0, err
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return 0, err
		}
		return response.StatusCode, response.Body.Close()
	})
	<-begun
	cancel()
	status, err := answer.Wait(t.Context())
	require.NoError(t, err, "a request that has come is answered")
	assert.Equal(t, http.StatusOK, status)
	_, err = serving.Wait(t.Context())
	assert.True(t, taskgroup.Cancelled(err), err)
}

func TestCommand(t *testing.T) {
	if _, err := exec.LookPath("sleep"); err != nil {
		t.Skip("no sleep on PATH")
	}
	require.NoError(t, command(t.Context(), "sleep", "0"))
	assert.False(t, taskgroup.Cancelled(command(t.Context(), "sleep", "no number")))
	err := taskgroup.Run(t.Context(), func(_ context.Context, g *taskgroup.Group) error {
		begun := make(chan struct{})
		g.Go(func(ctx context.Context) error { close(begun); return command(ctx, "sleep", "60") })
		<-begun
		g.Stop()
		return nil
	})
	assert.NoError(t, err)
}
