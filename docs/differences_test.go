package docs_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	xsemaphore "golang.org/x/sync/semaphore"

	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

// bodySize reads the body while its context lasts.
func bodySize(ctx context.Context, url string) (int64, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	return io.Copy(io.Discard, response.Body) // not: return response, nil
}

func TestReadTheBodyInside(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "body")
		if r.URL.Path == "/endless" {
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}
	}))
	defer server.Close()
	sizes, err := taskgroup.Map(t.Context(), 2, []string{server.URL, server.URL}, bodySize)
	require.NoError(t, err)
	assert.Equal(t, []int64{4, 4}, sizes)

	task := taskgroup.Start(t.Context(), func(ctx context.Context) (*http.Response, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/endless", nil)
		if err != nil {
			return nil, err
		}
		return http.DefaultClient.Do(request)
	})
	response, err := task.Wait(t.Context())
	require.NoError(t, err)
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	assert.ErrorIs(t, err, context.Canceled)
}

func TestWeightZero(t *testing.T) {
	require.NoError(t, xsemaphore.NewWeighted(1).Acquire(t.Context(), 0))
	assert.Panics(t, func() { _ = semaphore.New(1).AcquireN(t.Context(), 0) })
	assert.Panics(t, func() { taskgroup.Weighted(0) })
}

func Example_errorText() {
	err := taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
		taskgroup.Go(g, fails, taskgroup.Named("fetch"))
		return nil
	})
	fmt.Println(err) // errgroup's Wait returns errNo itself
	// Output: taskgroup: task 0 (fetch): no route to host
}

func Example_lockedThread() {
	err := taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
		g.Go(func(context.Context) error {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread() // the goroutine may run another task after this one
			return nil
		})
		return nil
	})
	fmt.Println(err)
	// Output: <nil>
}
