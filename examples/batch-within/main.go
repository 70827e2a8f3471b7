// Batch-within takes items from a queue in batches: as many as fit, or what has
// come within a time.
//
// asyncio has no such method; main.py writes it by hand.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"example.com/asyncgo/queue"
	"example.com/asyncgo/taskgroup"
)

func write(ctx context.Context, q *queue.Queue[int]) error {
	batch := make([]int, 3)
	for {
		n, err := q.GetBatchWithin(ctx, 50*time.Millisecond, batch) // since the first item
		if errors.Is(err, queue.ErrShutdown) {
			return nil
		}
		if err != nil {
			return err
		}
		fmt.Println(n, "written at once, beginning with", batch[0])
		for range n {
			q.TaskDone()
		}
	}
}

func main() {
	q := queue.New[int](0)
	err := taskgroup.Run(context.Background(), func(ctx context.Context, g *taskgroup.Group) error {
		for number := 1; number <= 5; number++ {
			if err := q.Put(ctx, number); err != nil {
				return err
			}
		}
		g.Go(func(ctx context.Context) error { return write(ctx, q) })
		if err := q.Join(ctx); err != nil { // the second batch is written because time is over
			return err
		}
		if err := q.Put(ctx, 6); err != nil {
			return err
		}
		q.Shutdown()
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
}
