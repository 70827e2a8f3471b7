package outerctx

import (
	"context"
	"log/slog"

	"golang.org/x/sync/errgroup"

	"test/outerctx/bklog"
)

func do() error { return work(context.Background()) }

func dropped(ctx context.Context) error {
	g, _ := errgroup.WithContext(ctx)
	for range 3 {
		g.Go(func() error {
			_, err := fetch(ctx) // want `ctx is used in a task of g, but the group's own context`
			if err != nil {
				return err
			}
			return work(ctx)
		})
	}
	g.Go(func() error {
		return work(ctx) // want `ctx is used in a task of g, but the group's own context`
	})
	return g.Wait()
}

func notUsed(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(gctx) })
	g.Go(func() error {
		return work(ctx) // want `ctx is used in a task of g, whose context is gctx`
	})
	return g.Wait()
}

func wrap(fn func() error) func() error { return fn }

func wrapped(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(wrap(func() error {
		return work(ctx) // want `ctx is used`
	}))
	waits := func() error {
		select {
		case <-ctx.Done(): // want `ctx is used`
		}
		return work(context.Background())
	}
	g.TryGo(waits)
	<-gctx.Done()
	return g.Wait()
}

// ---- none of these -----------------------------------------------------------

func assigned(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(ctx) })
	return g.Wait()
}

func inner(ctx context.Context) error {
	if true {
		g, ctx := errgroup.WithContext(ctx)
		g.Go(func() error { return work(ctx) })
		return g.Wait()
	}
	return nil
}

func both(ctx context.Context, stop func(context.Context) error) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		<-gctx.Done()
		return stop(ctx)
	})
	return g.Wait()
}

func onlyValues(ctx context.Context) error {
	g, _ := errgroup.WithContext(ctx)
	g.Go(do)
	g.Go(func() error {
		slog.ErrorContext(ctx, "no")
		bklog.G(ctx).Errorf("no")
		return ctx.Err()
	})
	return g.Wait()
}

func noContext(ctx context.Context) error {
	var g errgroup.Group
	g.Go(func() error { return work(ctx) })
	return g.Wait()
}

func reassigned(ctx context.Context) error {
	g, _ := errgroup.WithContext(ctx)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	g.Go(func() error { return work(ctx) })
	return g.Wait()
}

func cannotFail(ctx context.Context, items []int) error {
	g, _ := errgroup.WithContext(ctx)
	for range items {
		g.Go(func() error {
			_ = work(ctx)
			return nil
		})
	}
	return g.Wait()
}

func alone(ctx context.Context) error {
	g, _ := errgroup.WithContext(ctx)
	g.Go(func() error { return work(ctx) })
	return g.Wait()
}
