// Barrier has tasks wait for each other between the phases of their work.
//
// It mirrors asyncio.Barrier; main.py is the original.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"

	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

func worker(ctx context.Context, number int, barrier *semaphore.Barrier, loaded *[3]int) error {
	loaded[number] = number * number
	index, err := barrier.Wait(ctx)
	if err != nil {
		return err
	}
	if index == 0 { // one of them, whichever
		fmt.Println("all have loaded:", loaded[0], loaded[1], loaded[2])
	}
	total := loaded[0] + loaded[1] + loaded[2] // what the others have loaded is there
	index, err = barrier.Wait(ctx)
	if err != nil {
		return err
	}
	if index == 0 { // the barrier can be used again
		fmt.Println("all have added:", total)
	}
	return nil
}

func main() {
	ctx := context.Background()
	barrier := semaphore.NewBarrier(3)
	var loaded [3]int
	err := taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
		for number := range 3 {
			g.Go(func(ctx context.Context) error { return worker(ctx, number, barrier, &loaded) })
		}
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}

	// Two wait for a third, which fails first. In a group, that would cancel
	// them, and no barrier would have to be broken.
	waiting := []*taskgroup.Task[int]{taskgroup.Start(ctx, barrier.Wait), taskgroup.Start(ctx, barrier.Wait)}
	barrier.Abort()
	for _, task := range waiting {
		index, err := task.Wait(ctx)
		switch {
		case errors.Is(err, semaphore.ErrBroken):
			fmt.Println("broken: do not wait")
		case err != nil:
			log.Fatal(err)
		default:
			fmt.Println("number", index)
		}
	}
}
