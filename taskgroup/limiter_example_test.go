package taskgroup_test

import (
	"context"
	"fmt"

	"golang.org/x/sync/semaphore"

	"example.com/asyncgo/taskgroup"
)

// weighted lets golang.org/x/sync's semaphore be a Limiter.
type weighted struct{ *semaphore.Weighted }

func (w weighted) AcquireN(ctx context.Context, n int) error { return w.Acquire(ctx, int64(n)) }
func (w weighted) TryAcquireN(n int) bool                    { return w.TryAcquire(int64(n)) }
func (w weighted) ReleaseN(n int)                            { w.Release(int64(n)) }

// Any semaphore will do that can be given these three methods.
func ExampleLimiter() {
	memory := weighted{semaphore.NewWeighted(100)}
	err := taskgroup.Run(context.Background(), func(_ context.Context, g *taskgroup.Group) error {
		for range 5 {
			g.Go(func(context.Context) error { return nil }, taskgroup.Weighted(60)) // one after the other
		}
		return nil
	}, taskgroup.WithLimiter(memory))
	fmt.Println(err, memory.TryAcquireN(100))
	// Output: <nil> true
}
