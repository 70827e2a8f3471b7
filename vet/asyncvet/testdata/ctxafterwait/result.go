package ctxafterwait

import (
	"context"
	"database/sql"
	"io"
	"net/http"
	"os/exec"
	"time"

	"golang.org/x/sync/errgroup"

	"example.com/asyncgo/taskgroup"
)

func response(ctx context.Context, url string) (*http.Response, error) {
	return taskgroup.WaitFor(ctx, time.Second, func(ctx context.Context) (*http.Response, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return nil, err
		}
		return http.DefaultClient.Do(req) // want `an \*http.Response made with ctx leaves the function that ctx ends with: its body cannot be read`
	})
}

func transaction(ctx context.Context, db *sql.DB) ([]*sql.Tx, error) {
	return taskgroup.Gather(ctx, func(ctx context.Context) (*sql.Tx, error) {
		tx, err := db.BeginTx(ctx, nil) // want `a \*sql.Tx made with ctx leaves the function that ctx ends with: it is rolled back`
		if err != nil {
			return nil, err
		}
		return tx, nil
	})
}

func captured(ctx context.Context, url string) ([]byte, error) {
	var resp *http.Response
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		req, err := http.NewRequestWithContext(gctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		resp, err = http.DefaultClient.Do(req) // want `an \*http.Response made with gctx is used after the end of the task and of gctx`
		return err
	})
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return io.ReadAll(resp.Body)
}

func command(ctx context.Context) (*exec.Cmd, error) {
	return taskgroup.WaitFor(ctx, time.Second, func(ctx context.Context) (*exec.Cmd, error) {
		cmd := exec.CommandContext(ctx, "server") // want `a command made with ctx is started and not waited for in the function that ctx ends with: it is killed`
		if err := cmd.Start(); err != nil {
			return nil, err
		}
		return cmd, nil
	})
}

// ---- none of these -----------------------------------------------------------

func readInside(ctx context.Context, url string) ([]byte, error) {
	return taskgroup.WaitFor(ctx, time.Second, func(ctx context.Context) ([]byte, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return nil, err
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return nil, err
		}
		defer resp.Body.Close()
		return io.ReadAll(resp.Body)
	})
}

func otherContext(ctx context.Context, url string) (*http.Response, error) {
	return taskgroup.WaitFor(ctx, time.Second, func(inner context.Context) (*http.Response, error) {
		req, err := http.NewRequestWithContext(context.WithoutCancel(inner), http.MethodGet, url, nil)
		if err != nil {
			return nil, err
		}
		return http.DefaultClient.Do(req)
	})
}

func waitedFor(ctx context.Context) error {
	return taskgroup.Timeout(ctx, time.Second, func(ctx context.Context, _ *taskgroup.Deadline) error {
		cmd := exec.CommandContext(ctx, "server")
		if err := cmd.Start(); err != nil {
			return err
		}
		return cmd.Wait()
	})
}
