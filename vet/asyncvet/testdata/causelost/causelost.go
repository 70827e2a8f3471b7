package causelost

import (
	"context"

	"golang.org/x/sync/errgroup"

	"example.com/asyncgo/taskgroup"
)

func work(ctx context.Context) error { return ctx.Err() }

func feed(ctx context.Context, jobs chan<- int) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(gctx) })
	for i := range 9 {
		select {
		case jobs <- i:
		case <-gctx.Done():
			return gctx.Err() // want `gctx.Err\(\) is only the echo of a failure that g.Wait\(\) returns, and the tasks are not joined`
		}
	}
	return g.Wait()
}

func results(ctx context.Context, jobs chan<- int) (int, error) {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(ctx) })
	select {
	case jobs <- 1:
	case <-ctx.Done():
		return 0, ctx.Err() // want `ctx.Err\(\) is only the echo`
	}
	return 1, g.Wait()
}

func ours(ctx context.Context) error {
	g := taskgroup.New(ctx)
	gctx := g.Context()
	g.Go(work)
	<-gctx.Done()
	if ctx.Err() == nil {
		return gctx.Err() // want `gctx.Err\(\) is only the echo`
	}
	return g.Wait()
}

// ---- none of these -----------------------------------------------------------

func inTheTask(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		<-gctx.Done()
		return gctx.Err()
	})
	return g.Wait()
}

func outer(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(gctx) })
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return g.Wait()
}

func deferred(ctx context.Context) (err error) {
	g, gctx := errgroup.WithContext(ctx)
	defer func() {
		if failure := g.Wait(); failure != nil {
			err = failure
		}
	}()
	g.Go(func() error { return work(gctx) })
	<-gctx.Done()
	return gctx.Err()
}

func joinedBefore(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(gctx) })
	if err := g.Wait(); err != nil {
		return err
	}
	return gctx.Err()
}

func main(ctx context.Context) error {
	return taskgroup.Run(ctx, func(ctx context.Context, g *taskgroup.Group) error {
		g.Go(work)
		<-ctx.Done()
		return ctx.Err()
	})
}

func handedOn(ctx context.Context, join func(*errgroup.Group)) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(gctx) })
	defer join(g)
	<-gctx.Done()
	return gctx.Err()
}
