// Daemon-workers loop over a queue without an end, and keep no group open: they
// are canceled once the rest of it has completed.
//
// It mirrors what asyncio.run cancels when main returns; main.py is the
// original.
package main

import (
	"context"
	"fmt"
	"log"

	"example.com/asyncgo/queue"
	"example.com/asyncgo/taskgroup"
)

func worker(ctx context.Context, q *queue.Queue[int], squares []int) error {
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
	q := queue.New[int](0)
	squares := make([]int, 7)
	err := taskgroup.Run(context.Background(), func(ctx context.Context, g *taskgroup.Group) error {
		for range 3 {
			// Without Daemon, Run would wait for them forever. Unlike in asyncio,
			// a worker that fails cancels the others and is reported.
			g.Go(func(ctx context.Context) error { return worker(ctx, q, squares) }, taskgroup.Daemon())
		}
		for number := 1; number <= 6; number++ {
			if err := q.Put(ctx, number); err != nil {
				return err
			}
		}
		if err := q.Join(ctx); err != nil {
			return err
		}
		for number := 1; number <= 6; number++ {
			fmt.Println(number, "squared is", squares[number])
		}
		fmt.Println(g.Running(), "workers end with the program")
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
}
