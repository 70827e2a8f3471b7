package programs

import (
	"context"
	"sync"

	"github.com/alitto/pond/v2"
	concpool "github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"

	"example.com/asyncgo/taskgroup"
)

func total(sums []uint64) (sum uint64) {
	for _, s := range sums {
		sum += s
	}
	return sum
}

func handleAsyncgo(ctx context.Context, request int) (uint64, error) {
	sums, err := taskgroup.Map(ctx, taskgroup.NoLimit, backends[:], func(ctx context.Context, backend int) (uint64, error) {
		return call(ctx, request, backend)
	})
	return total(sums), err
}

func handleErrgroup(ctx context.Context, request int) (uint64, error) {
	g, ctx := errgroup.WithContext(ctx)
	var sums [fanOut]uint64
	for i, backend := range backends {
		g.Go(func() (err error) {
			sums[i], err = call(ctx, request, backend)
			return err
		})
	}
	err := g.Wait()
	return total(sums[:]), err
}

func handleConc(ctx context.Context, request int) (uint64, error) {
	p := concpool.NewWithResults[uint64]().WithContext(ctx).WithCancelOnError()
	for _, backend := range backends {
		p.Go(func(ctx context.Context) (uint64, error) { return call(ctx, request, backend) })
	}
	sums, err := p.Wait()
	return total(sums), err
}

// openPond returns a handler with a pool that all requests share.
func openPond() (handler, func()) {
	pool := pond.NewPool(0)
	return func(ctx context.Context, request int) (uint64, error) {
		g := pool.NewGroupContext(ctx)
		var sums [fanOut]uint64
		for i, backend := range backends {
			g.SubmitErr(func() (err error) {
				sums[i], err = call(g.Context(), request, backend)
				return err
			})
		}
		if err := g.Wait(); err != nil {
			return 0, err
		}
		return total(sums[:]), nil
	}, pool.StopAndWait
}

func handleChannels(ctx context.Context, request int) (uint64, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var sums [fanOut]uint64
	failures := make(chan error, fanOut)
	var wg sync.WaitGroup
	for i, backend := range backends {
		wg.Go(func() {
			var err error
			if sums[i], err = call(ctx, request, backend); err != nil {
				failures <- err
				cancel()
			}
		})
	}
	wg.Wait()
	select {
	case err := <-failures:
		return 0, err
	default:
		return total(sums[:]), nil
	}
}
