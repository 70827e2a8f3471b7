package selfwait

import (
	"context"
	"sync"

	"golang.org/x/sync/errgroup"

	"example.com/asyncgo/queue"
	"example.com/asyncgo/taskgroup"
)

func fetch(ctx context.Context) (int, error) { return 0, ctx.Err() }
func work(ctx context.Context) error         { return ctx.Err() }

func own(ctx context.Context) error {
	g := taskgroup.New(ctx)
	g.Go(func(ctx context.Context) error {
		return (g.Wait)() // want `waits for the task that calls it`
	})
	taskgroup.Go(g, func(ctx context.Context) (int, error) {
		defer g.Shutdown(ctx) // want `g.Shutdown waits for the task that calls it`
		return 0, nil
	})
	return g.Wait()
}

func group(n int) error {
	var g errgroup.Group
	for range n {
		g.Go(func() error {
			return g.Wait() // want `g.Wait waits for the task that calls it`
		})
	}
	var wg sync.WaitGroup
	waits := func() {
		wg.Wait() // want `wg.Wait waits for the task that calls it`
	}
	wg.Go(waits)
	wg.Wait()
	return g.Wait()
}

func full(ctx context.Context, paths []string) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	g.Go(func() error {
		for range paths {
			g.Go(func() error { return work(gctx) }) // want `g has a limit: when all its tasks are here, none ends, and Go waits for ever`
		}
		return nil
	})
	return g.Wait()
}

func limited(ctx context.Context) error {
	return taskgroup.Run(ctx, func(ctx context.Context, g *taskgroup.Group) error {
		g.Go(func(ctx context.Context) error {
			child := taskgroup.Go(g, fetch) // want `g has a limit and no backlog`
			_, err := child.Wait(ctx)
			return err
		})
		return nil
	}, taskgroup.WithLimit(2))
}

func loops(ctx context.Context) error {
	q := queue.New[int](8)
	for item := range q.Items(ctx) {
		if err := q.Put(ctx, item+1); err != nil { // want `this Put waits for room in q that only this loop makes`
			return err
		}
	}
	return ctx.Err()
}

func tryPut(ctx context.Context) error {
	q := queue.New[int](8)
	for {
		item, err := q.Get(ctx)
		if err != nil {
			return err
		}
		if err := q.TryPut(item); err != nil {
			return err
		}
	}
}

func gets[T any](ctx context.Context, next func(T) T) error {
	q := queue.NewLIFO[T](1)
	for {
		item, err := q.Get(ctx)
		if err != nil {
			return err
		}
		if err := q.Put(ctx, next(item)); err != nil { // want `this Put waits for room in q that only this loop makes`
			return err
		}
	}
}

// ---- none of these -----------------------------------------------------------

func others(ctx context.Context) error {
	outer, inner := taskgroup.New(ctx), taskgroup.New(ctx)
	outer.Go(func(context.Context) error { return inner.Wait() })
	inner.Go(work)
	return outer.Wait()
}

func shadowed(ctx context.Context) error {
	g := taskgroup.New(ctx)
	g.Go(func(ctx context.Context) error {
		g := taskgroup.New(ctx)
		g.Go(work)
		return g.Wait()
	})
	return g.Wait()
}

func goroutine() error {
	var g errgroup.Group
	done := make(chan struct{})
	g.Go(func() error {
		go func() {
			_ = g.Wait()
			close(done)
		}()
		return nil
	})
	<-done
	return nil
}

func unlimited(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		g.Go(func() error { return work(gctx) })
		return nil
	})
	none, nctx := errgroup.WithContext(ctx)
	none.SetLimit(-1)
	none.Go(func() error {
		none.Go(func() error { return work(nctx) })
		return g.Wait()
	})
	return none.Wait()
}

func tries(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(2)
	g.Go(func() error {
		if !g.TryGo(func() error { return work(gctx) }) {
			return work(gctx)
		}
		return nil
	})
	return g.Wait()
}

func backlog(ctx context.Context) error {
	return taskgroup.Run(ctx, func(ctx context.Context, g *taskgroup.Group) error {
		g.Go(func(ctx context.Context) error {
			child := taskgroup.Go(g, fetch)
			g.Go(func(ctx context.Context) error {
				_, err := child.Wait(ctx)
				return err
			})
			return nil
		})
		return nil
	}, taskgroup.WithLimit(2))
}

func unbounded(ctx context.Context, given *queue.Queue[int]) error {
	q := queue.New[int](0)
	for item := range q.Items(ctx) {
		if err := q.Put(ctx, item); err != nil {
			return err
		}
		if err := given.Put(ctx, item); err != nil {
			return err
		}
	}
	for item := range given.Items(ctx) {
		if err := given.Put(ctx, item); err != nil {
			return err
		}
	}
	return nil
}

func consumed(ctx context.Context, g *taskgroup.Group) error {
	q := queue.New[int](4)
	g.Go(func(ctx context.Context) error {
		for range q.Items(ctx) {
		}
		return ctx.Err()
	})
	for item := range q.Items(ctx) {
		if err := q.Put(ctx, item); err != nil {
			return err
		}
	}
	return ctx.Err()
}
