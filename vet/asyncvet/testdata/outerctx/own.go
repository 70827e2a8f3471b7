package outerctx

import (
	"context"
	"log/slog"
	"time"

	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

func fetch(ctx context.Context) (int, error) { return 0, ctx.Err() }
func work(ctx context.Context) error         { return ctx.Err() }

func blank(ctx context.Context) error {
	return taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
		g.Go(func(_ context.Context) error {
			return work(ctx) // want `ctx is used in a function that is called with a nearer context`
		})
		return work(ctx) // want `ctx is used in a function that is called with a nearer context`
	})
}

func unnamed(ctx context.Context, items []int) ([]int, error) {
	if _, err := taskgroup.Gather(ctx, func(context.Context) (int, error) {
		return fetch(ctx) // want `ctx is used`
	}); err != nil {
		return nil, err
	}
	return taskgroup.Map(ctx, 2, items, func(context.Context, int) (int, error) {
		return fetch(ctx) // want `ctx is used`
	})
}

func otherName(ctx context.Context, sem *semaphore.Semaphore) error {
	_, err := taskgroup.WaitFor(ctx, time.Second, func(inner context.Context) (int, error) {
		if err := work(inner); err != nil {
			return 0, err
		}
		return fetch(ctx) // want `ctx is used`
	})
	if err != nil {
		return err
	}
	return sem.Do(ctx, func(_ context.Context) error {
		return work(ctx) // want `ctx is used`
	})
}

func derived(parent context.Context) error {
	ctx, cancel := context.WithTimeout(parent, time.Second)
	defer cancel()
	g := taskgroup.New(ctx)
	taskgroup.Go(g, func(context.Context) (int, error) {
		return fetch(parent) // want `parent is used`
	})
	return g.Wait()
}

func loop(ctx context.Context, shared *taskgroup.Shared[string, int], keys []string) error {
	g := taskgroup.New(ctx)
	gctx := g.Context()
	for _, key := range keys {
		g.Go(func(ctx context.Context) error {
			_, _, err := shared.Do(ctx, key, func(context.Context) (int, error) {
				return fetch(ctx) // want `ctx is used`
			})
			return err
		})
		g.Go(func(context.Context) error {
			return work(gctx) // want `gctx is used`
		})
	}
	return g.Wait()
}

func byName(ctx context.Context) error {
	fn := func(context.Context) error {
		return work(ctx) // want `ctx is used`
	}
	_, err := taskgroup.Start(ctx, taskgroup.NoValue(fn)).Wait(ctx)
	return err
}

func given(ctx context.Context, g *taskgroup.Group) {
	g.Go(func(context.Context) error {
		return work(ctx) // want `ctx is used`
	})
}

func generic[T any](ctx context.Context, fn taskgroup.Func[T]) ([]T, error) {
	return taskgroup.Gather(ctx, func(context.Context) (T, error) {
		return fn(ctx) // want `ctx is used`
	})
}

func waits(ctx context.Context, g *taskgroup.Group) {
	taskgroup.Go(g, func(context.Context) (int, error) {
		<-ctx.Done() // want `ctx is used`
		return 0, nil
	})
}

// ---- none of these -----------------------------------------------------------

func shadowed(ctx context.Context) error {
	return taskgroup.Run(ctx, func(ctx context.Context, g *taskgroup.Group) error {
		g.Go(func(ctx context.Context) error { return work(ctx) })
		return work(ctx)
	})
}

func unused(ctx context.Context) error {
	return taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
		taskgroup.Go(g, fetch)
		return nil
	})
}

func values(ctx context.Context, g *taskgroup.Group) {
	g.Go(func(context.Context) error {
		slog.InfoContext(ctx, "begins")
		return nil
	})
}

func cleanup(ctx context.Context) error {
	return taskgroup.Run(ctx, func(inner context.Context, g *taskgroup.Group) error {
		defer func() { _ = work(ctx) }()
		defer work(ctx)
		if err := work(inner); err != nil {
			return work(context.WithoutCancel(ctx))
		}
		return ctx.Err()
	})
}

func ownShutdown(ctx context.Context, g *taskgroup.Group) error {
	patience, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	return taskgroup.Timeout(ctx, time.Second, func(context.Context, *taskgroup.Deadline) error {
		return g.Shutdown(patience)
	})
}

func another(one, two context.Context) error {
	return taskgroup.Run(one, func(_ context.Context, g *taskgroup.Group) error {
		return work(two)
	})
}

var background = context.Background()

func global(ctx context.Context, g *taskgroup.Group) {
	g.Go(func(context.Context) error { return work(background) })
}

func suppressedOuter(ctx context.Context, g *taskgroup.Group) {
	g.Go(func(context.Context) error {
		return work(ctx) //asyncvet:ignore outerctx the task has to end with the server
	})
	g.Go(func(context.Context) error {
		return work(ctx) //nolint:asyncvet // the task has to end with the server
	})
	g.Go(func(context.Context) error {
		//nolint:errcheck,outerctx // the task has to end with the server
		return work(ctx)
	})
	g.Go(func(context.Context) error {
		return work(ctx) //asyncvet:ignore permit not this rule // want `ctx is used`
	})
}
