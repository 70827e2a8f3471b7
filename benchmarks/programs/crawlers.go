package programs

import (
	"context"
	"sync"

	"github.com/alitto/pond/v2"
	"github.com/sourcegraph/conc"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"example.com/asyncgo/taskgroup"
)

func crawlAsyncgo(ctx context.Context, limit int, c *crawler) error {
	return taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
		var visit func(page int)
		visit = func(page int) {
			g.Go(func(ctx context.Context) error {
				fresh, err := c.visit(ctx, page)
				for _, p := range fresh {
					visit(p)
				}
				return err
			})
		}
		visit(0)
		return nil
	}, taskgroup.WithLimit(limit), taskgroup.WithBacklog(-1))
}

func crawlErrgroup(ctx context.Context, limit int, c *crawler) error {
	g, ctx := errgroup.WithContext(ctx)
	permits := semaphore.NewWeighted(int64(limit))
	var visit func(page int)
	visit = func(page int) {
		g.Go(func() error {
			if err := permits.Acquire(ctx, 1); err != nil {
				return err
			}
			fresh, err := c.visit(ctx, page)
			permits.Release(1)
			for _, p := range fresh {
				visit(p)
			}
			return err
		})
	}
	visit(0)
	return g.Wait()
}

func crawlConc(ctx context.Context, limit int, c *crawler) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	permits := make(chan struct{}, limit)
	var wg conc.WaitGroup
	var visit func(page int)
	visit = func(page int) {
		wg.Go(func() {
			select {
			case permits <- struct{}{}:
			case <-ctx.Done():
				return
			}
			fresh, err := c.visit(ctx, page)
			<-permits
			if err != nil {
				cancel(err)
			}
			for _, p := range fresh {
				visit(p)
			}
		})
	}
	visit(0)
	wg.Wait()
	return context.Cause(ctx)
}

func crawlPond(ctx context.Context, limit int, c *crawler) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	pool := pond.NewPool(limit)
	defer pool.StopAndWait()
	var open sync.WaitGroup
	var visit func(page int)
	visit = func(page int) {
		open.Add(1)
		err := pool.Go(func() {
			defer open.Done()
			fresh, err := c.visit(ctx, page)
			if err != nil {
				cancel(err)
			}
			for _, p := range fresh {
				visit(p)
			}
		})
		if err != nil {
			open.Done()
			cancel(err)
		}
	}
	visit(0)
	open.Wait()
	return context.Cause(ctx)
}

func crawlChannels(ctx context.Context, limit int, c *crawler) error {
	type visited struct {
		fresh []int
		err   error
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	work, done := make(chan int), make(chan visited)
	var workers sync.WaitGroup
	for range limit {
		workers.Go(func() {
			for page := range work {
				fresh, err := c.visit(ctx, page)
				done <- visited{fresh, err}
			}
		})
	}
	todo, running := []int{0}, 0
	var failed error
	for len(todo) > 0 || running > 0 {
		send, page := work, 0
		if len(todo) > 0 {
			page = todo[len(todo)-1]
		} else {
			send = nil
		}
		select {
		case send <- page:
			todo = todo[:len(todo)-1]
			running++
		case v := <-done:
			running--
			if v.err != nil && failed == nil {
				failed = v.err
				cancel()
			}
			todo = append(todo, v.fresh...)
			if failed != nil {
				todo = nil
			}
		}
	}
	close(work)
	workers.Wait()
	return failed
}
