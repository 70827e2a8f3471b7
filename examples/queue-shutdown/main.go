// Queue-shutdown ends the consumers once they have what the producer put in.
//
// It mirrors asyncio.Queue.shutdown of Python 3.13; main.py is the original.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"

	"example.com/asyncgo/queue"
	"example.com/asyncgo/taskgroup"
)

func producer(ctx context.Context, q *queue.Queue[string]) error {
	for _, item := range []string{"a", "b", "c"} {
		if err := q.Put(ctx, item); err != nil {
			return err
		}
	}
	q.Shutdown() // not in a defer: after a failure, the input is not complete
	return nil
}

func consumer(ctx context.Context, q *queue.Queue[string]) error {
	for item, err := range q.All(ctx) { // Get in a loop, until ErrShutdown
		if err != nil {
			return err
		}
		fmt.Println("got", item)
	}
	return nil
}

func main() {
	ctx := context.Background()

	// What is in the queue is still handed out.
	q := queue.New[string](1)
	err := taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
		g.Go(func(ctx context.Context) error { return producer(ctx, q) })
		g.Go(func(ctx context.Context) error { return consumer(ctx, q) })
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("all handed out")

	// Or it is taken out: unlike asyncio, ShutdownNow returns what it throws away.
	q = queue.New[string](0)
	for _, item := range []string{"d", "e", "f"} {
		if err := q.TryPut(item); err != nil {
			log.Fatal(err)
		}
	}
	item, err := q.Get(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("got", item)
	left := q.ShutdownNow()
	fmt.Println(len(left), "thrown away")
	if err := q.Put(ctx, "g"); errors.Is(err, queue.ErrShutdown) {
		fmt.Println("g not accepted")
	}
}
