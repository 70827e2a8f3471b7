// Batch takes several items from a queue at once, without waiting for more
// than the first.
//
// asyncio has no such method; main.py has its own.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"

	"example.com/asyncgo/queue"
)

func run(ctx context.Context) error {
	q := queue.New[int](0)
	for number := 1; number <= 7; number++ {
		if err := q.Put(ctx, number); err != nil {
			return err
		}
	}
	q.Shutdown() // what is in it is still returned
	batch := make([]int, 3)
	for {
		n, err := q.GetBatch(ctx, batch)
		if errors.Is(err, queue.ErrShutdown) {
			return nil
		}
		if err != nil {
			return err
		}
		fmt.Println(n, "written at once, beginning with", batch[0])
	}
}

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}
