package workload

import (
	"context"
	"sync/atomic"

	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

// executor calls fn, which knows no context, within a limit, and returns its
// result, or 0 after an error.
type executor struct {
	name string
	do   func(ctx context.Context, fn func() (int, error)) int
}

// tokenExecutor is Blocking with a channel of tokens. A token is back when fn
// has ended, also if the caller has left before.
func tokenExecutor(limit int) executor {
	tokens := make(chan struct{}, limit)
	return executor{"Blocking-channel", func(ctx context.Context, fn func() (int, error)) int {
		select {
		case tokens <- struct{}{}:
		case <-ctx.Done():
			return 0
		}
		v, _ := taskgroup.Blocking(ctx, func() (int, error) {
			defer func() { <-tokens }()
			return fn()
		})
		return v
	}}
}

func ourExecutor(limit int) executor {
	s := semaphore.New(limit)
	return executor{"asyncgo", func(ctx context.Context, fn func() (int, error)) int {
		v, _ := taskgroup.BlockingIn(ctx, s, fn)
		return v
	}}
}

// blocking has calls that know no context, within a limit of 2.
func blocking() []Row {
	const limit = 2
	called := func(name string, goroutines int) Row {
		row := Row{Name: name, Unit: "call"}
		for _, newExecutor := range []func(int) executor{tokenExecutor, ourExecutor} {
			row.Impls = append(row.Impls, Impl{Name: newExecutor(limit).name, Do: func(n int) int {
				e := newExecutor(limit)
				var sum, running atomic.Int64
				call := func() (int, error) {
					defer running.Add(-1)
					if running.Add(1) > limit {
						return 0, nil
					}
					return 1, nil
				}
				crowd(goroutines, n, func(_, n int) {
					mine := 0
					for range n {
						mine += e.do(cancelable, call)
					}
					sum.Add(int64(mine))
				})
				return int(sum.Load())
			}})
		}
		return row
	}
	return []Row{
		called("Blocking call within a limit, uncontended", 1),
		called("Blocking call within a limit of 2, 8 goroutines", 8),
	}
}
