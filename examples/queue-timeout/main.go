// Queue-timeout waits for the next item, but not forever.
//
// It mirrors asyncio.wait_for around Queue.get; main.py is the original.
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

func sensor(ctx context.Context, q *queue.Queue[int]) error {
	for _, reading := range []int{20, 21, 22} {
		if err := q.Put(ctx, reading); err != nil {
			return err
		}
	}
	return nil // broken from here on
}

func watch(ctx context.Context, q *queue.Queue[int]) error {
	for {
		// A reading that arrives together with the timeout is not lost: Get
		// returns it.
		reading, err := taskgroup.WaitFor(ctx, 300*time.Millisecond, q.Get)
		if errors.Is(err, taskgroup.ErrTimeout) {
			fmt.Println("the sensor is silent")
			return nil
		}
		if err != nil {
			return err
		}
		fmt.Println(reading, "degrees")
	}
}

func main() {
	ctx := context.Background()
	q := queue.New[int](0)
	if err := sensor(ctx, q); err != nil {
		log.Fatal(err)
	}
	if err := watch(ctx, q); err != nil {
		log.Fatal(err)
	}
}
