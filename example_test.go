package asyncgo_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"example.com/asyncgo/queue"
	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

// Five bakers work off a queue of orders and share two ovens. Run returns only
// after every baker has returned.
func Example() {
	orders := queue.New[string](3) // Put blocks while three orders wait
	ovens := semaphore.New(2)
	var baked atomic.Int64

	err := taskgroup.Run(context.Background(), func(ctx context.Context, g *taskgroup.Group) error {
		for range 5 {
			g.Go(func(ctx context.Context) error {
				for range orders.Items(ctx) {
					if err := ovens.Do(ctx, func(ctx context.Context) error {
						return taskgroup.Sleep(ctx, time.Millisecond)
					}); err != nil {
						return err
					}
					baked.Add(1)
				}
				return ctx.Err()
			})
		}
		for i := range 20 {
			if err := orders.Put(ctx, fmt.Sprintf("bread %d", i)); err != nil {
				return err
			}
		}
		orders.Shutdown() // no more orders: the loops end when the queue is empty
		return nil
	})

	fmt.Println(baked.Load(), "baked, error:", err)
	// Output: 20 baked, error: <nil>
}
