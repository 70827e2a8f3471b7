// Queue has two producers and three consumers share a short queue.
//
// It mirrors asyncio.Queue; main.py is the original.
package main

import (
	"context"
	"fmt"
	"log"

	"example.com/asyncgo/queue"
	"example.com/asyncgo/taskgroup"
)

func producer(ctx context.Context, q *queue.Queue[int], first int) error {
	for number := first; number < first+3; number++ {
		if err := q.Put(ctx, number); err != nil { // waits while the queue is full
			return err
		}
	}
	return nil
}

func consumer(ctx context.Context, q *queue.Queue[int], squares []int) error {
	for {
		number, err := q.Get(ctx)
		if err != nil {
			return err
		}
		squares[number] = number * number // each its own element: no lock
		q.TaskDone()
	}
}

func main() {
	q := queue.New[int](2)
	squares := make([]int, 7)
	err := taskgroup.Run(context.Background(), func(ctx context.Context, g *taskgroup.Group) error {
		for range 3 {
			g.Go(func(ctx context.Context) error { return consumer(ctx, q, squares) })
		}
		err := taskgroup.Run(ctx, func(_ context.Context, producers *taskgroup.Group) error {
			producers.Go(func(ctx context.Context) error { return producer(ctx, q, 1) })
			producers.Go(func(ctx context.Context) error { return producer(ctx, q, 4) })
			return nil
		})
		if err != nil {
			return err
		}
		if err := q.Join(ctx); err != nil { // until every item has been worked on
			return err
		}
		g.Stop() // ends the consumers, without an error
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	for number := 1; number <= 6; number++ {
		fmt.Println(number, "squared is", squares[number])
	}
}
