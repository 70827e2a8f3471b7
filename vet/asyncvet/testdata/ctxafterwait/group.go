package ctxafterwait

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"golang.org/x/sync/errgroup"

	"example.com/asyncgo/taskgroup"
)

func work(ctx context.Context) error { return ctx.Err() }

func shadowing(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(ctx) })
	if err := g.Wait(); err != nil {
		return err
	}
	return work(ctx) // want `ctx is done after g was waited for`
}

func secondRound(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(ctx) })
	if err := g.Wait(); err != nil {
		if ctx.Err() != nil { // want `ctx is done after g was waited for: its Err is never nil here`
			return nil
		}
		return err
	}
	g2, ctx := errgroup.WithContext(ctx)
	g2.Go(func() error { return work(ctx) })
	return g2.Wait()
}

func closure(ctx context.Context) (func() error, error) {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(gctx) })
	err := g.Wait()
	return func() error { return work(gctx) }, err // want `gctx is done after g was waited for`
}

func onAPath(ctx context.Context, parallel bool) error {
	gctx := ctx
	if parallel {
		var g *errgroup.Group
		g, gctx = errgroup.WithContext(ctx)
		_ = g.Wait()
	}
	return work(gctx)
}

func inALoop(ctx context.Context) error {
	for range 3 {
		var g, c = errgroup.WithContext(ctx)
		g.Go(func() error { return work(c) })
		_ = g.Wait()
		<-c.Done() // want `c is done after g was waited for`
	}
	return nil
}

func joinedMain(ctx context.Context) error {
	return taskgroup.Run(ctx, func(ctx context.Context, g *taskgroup.Group) error {
		g.Go(work)
		if err := g.Wait(); err != nil {
			return err
		}
		return work(ctx) // want `ctx is done after g was waited for`
	})
}

func made(ctx context.Context) error {
	g := taskgroup.New(ctx)
	gctx := g.Context()
	g.Go(work)
	if err := g.Shutdown(ctx); err != nil {
		return err
	}
	if err := work(g.Context()); err != nil { // want `the context of g is done after g was waited for`
		return err
	}
	return work(gctx)
}

func again2(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	if err := g.Wait(); err != nil {
		return err
	}
	g2, ctx := errgroup.WithContext(ctx) // want `ctx is done after g was waited for`
	g2.Go(func() error { return work(ctx) })
	return g2.Wait()
}

func generic[T any](ctx context.Context, items []T, fn func(context.Context, T) error) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, item := range items {
		g.Go(func() error { return fn(ctx, item) })
	}
	_ = g.Wait()
	return fn(ctx, items[0]) // want `ctx is done after g was waited for`
}

// ---- none of these -----------------------------------------------------------

func own(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(gctx) })
	if err := g.Wait(); err != nil {
		slog.ErrorContext(gctx, "no")
		return errors.Join(err, context.Cause(gctx))
	}
	return work(ctx)
}

func again(ctx context.Context) error {
	var err error
	for range 3 {
		g, gctx := errgroup.WithContext(ctx)
		if err := work(gctx); err != nil {
			return errors.Join(err, g.Wait())
		}
		err = g.Wait()
	}
	return err
}

func before(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	defer g.Wait()
	go func() { _ = g.Wait() }()
	g.Go(func() error { return work(gctx) })
	return work(gctx)
}

func otherPath(ctx context.Context, early bool) error {
	g, ctx := errgroup.WithContext(ctx)
	if early {
		return g.Wait()
	}
	return errors.Join(work(ctx), g.Wait())
}

func reset(parent context.Context) error {
	g, ctx := errgroup.WithContext(parent)
	g.Go(func() error { return work(ctx) })
	_ = g.Wait()
	ctx = parent
	return work(ctx)
}

func without(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	_ = g.Wait()
	return work(context.WithoutCancel(ctx))
}

func printed(ctx context.Context, want func(what string, err error, ctx context.Context)) {
	g, ctx := errgroup.WithContext(ctx)
	want("a failure", g.Wait(), nil)
	fmt.Printf("%T", ctx)
	want("its cause", nil, ctx)
}
