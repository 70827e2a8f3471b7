package programs

import (
	"context"
	"errors"
	"iter"
	"sync"

	"github.com/alitto/pond/v2"
	concpool "github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"

	"example.com/asyncgo/queue"
	"example.com/asyncgo/taskgroup"
)

func flowAsyncgo(ctx context.Context, size, room int, done *sink) error {
	type pipe = *queue.Queue[uint64]
	a, b, c := queue.New[uint64](room), queue.New[uint64](room), queue.New[uint64](room)
	move := func(stage int, in, out pipe) func(context.Context) error {
		return func(ctx context.Context) error {
			for v, err := range in.All(ctx) {
				if err != nil {
					return err
				}
				if err := out.Put(ctx, stages[stage](v)); err != nil {
					return err
				}
			}
			out.Shutdown()
			return nil
		}
	}
	return taskgroup.Run(ctx, func(ctx context.Context, g *taskgroup.Group) error {
		g.Go(move(1, a, b))
		g.Go(move(2, b, c))
		g.Go(func(ctx context.Context) error {
			for v, err := range c.All(ctx) {
				if err != nil {
					return err
				}
				done.add(v)
			}
			return nil
		})
		for i := range size {
			if err := a.Put(ctx, stages[0](uint64(i))); err != nil {
				return err
			}
		}
		a.Shutdown()
		return nil
	})
}

// flowBatches is flowAsyncgo with batches.
func flowBatches(ctx context.Context, size, room int, done *sink) error {
	type pipe = *queue.Queue[uint64]
	a, b, c := queue.New[uint64](room), queue.New[uint64](room), queue.New[uint64](room)
	take := func(in pipe, each func(ctx context.Context, v uint64) error, last func()) func(context.Context) error {
		return func(ctx context.Context) error {
			buf := make([]uint64, room)
			for {
				n, err := in.GetBatch(ctx, buf)
				if errors.Is(err, queue.ErrShutdown) {
					last()
					return nil
				}
				if err != nil {
					return err
				}
				for _, v := range buf[:n] {
					if err := each(ctx, v); err != nil {
						return err
					}
				}
			}
		}
	}
	return taskgroup.Run(ctx, func(ctx context.Context, g *taskgroup.Group) error {
		g.Go(take(a, func(ctx context.Context, v uint64) error { return b.Put(ctx, stages[1](v)) }, b.Shutdown))
		g.Go(take(b, func(ctx context.Context, v uint64) error { return c.Put(ctx, stages[2](v)) }, c.Shutdown))
		g.Go(take(c, func(_ context.Context, v uint64) error { done.add(v); return nil }, func() {}))
		for i := range size {
			if err := a.Put(ctx, stages[0](uint64(i))); err != nil {
				return err
			}
		}
		a.Shutdown()
		return nil
	})
}

func flowStages(ctx context.Context, size, room int, done *sink) error {
	type source = func(context.Context) iter.Seq2[uint64, error]
	stage := func(i int, in source) source {
		return func(ctx context.Context) iter.Seq2[uint64, error] {
			return taskgroup.MapSource(ctx, room, in, func(_ context.Context, v uint64) (uint64, error) { return stages[i](v), nil })
		}
	}
	first := func(context.Context) iter.Seq2[uint64, error] {
		return func(yield func(uint64, error) bool) {
			for i := range size {
				if !yield(stages[0](uint64(i)), nil) {
					return
				}
			}
		}
	}
	for v, err := range stage(2, stage(1, first))(ctx) {
		if err != nil {
			return err
		}
		done.add(v)
	}
	return nil
}

// selecting returns the stages with channels that a context ends.
func selecting(size, room int, done *sink) [4]func(context.Context) error {
	a, b, c := make(chan uint64, room), make(chan uint64, room), make(chan uint64, room)
	put := func(ctx context.Context, out chan<- uint64, v uint64) error {
		select {
		case out <- v:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	take := func(ctx context.Context, in <-chan uint64, each func(v uint64) error) error {
		for {
			select {
			case v, ok := <-in:
				if !ok {
					return nil
				}
				if err := each(v); err != nil {
					return err
				}
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
	move := func(stage int, in, out chan uint64) func(context.Context) error {
		return func(ctx context.Context) error {
			defer close(out)
			return take(ctx, in, func(v uint64) error { return put(ctx, out, stages[stage](v)) })
		}
	}
	return [4]func(context.Context) error{
		func(ctx context.Context) error {
			defer close(a)
			for i := range size {
				if err := put(ctx, a, stages[0](uint64(i))); err != nil {
					return err
				}
			}
			return nil
		},
		move(1, a, b),
		move(2, b, c),
		func(ctx context.Context) error {
			return take(ctx, c, func(v uint64) error { done.add(v); return nil })
		},
	}
}

func flowErrgroup(ctx context.Context, size, room int, done *sink) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, stage := range selecting(size, room, done) {
		g.Go(func() error { return stage(ctx) })
	}
	return g.Wait()
}

func flowConc(ctx context.Context, size, room int, done *sink) error {
	p := concpool.New().WithContext(ctx).WithCancelOnError()
	for _, stage := range selecting(size, room, done) {
		p.Go(stage)
	}
	return p.Wait()
}

func flowPond(ctx context.Context, size, room int, done *sink) error {
	pool := pond.NewPool(len(stages))
	defer pool.StopAndWait()
	g := pool.NewGroupContext(ctx)
	for _, stage := range selecting(size, room, done) {
		g.SubmitErr(func() error { return stage(g.Context()) })
	}
	return g.Wait()
}

func flowChannels(_ context.Context, size, room int, done *sink) error {
	a, b, c := make(chan uint64, room), make(chan uint64, room), make(chan uint64, room)
	move := func(stage int, in, out chan uint64) func() {
		return func() {
			for v := range in {
				out <- stages[stage](v)
			}
			close(out)
		}
	}
	var wg sync.WaitGroup
	wg.Go(move(1, a, b))
	wg.Go(move(2, b, c))
	wg.Go(func() {
		for v := range c {
			done.add(v)
		}
	})
	for i := range size {
		a <- stages[0](uint64(i))
	}
	close(a)
	wg.Wait()
	return nil
}
