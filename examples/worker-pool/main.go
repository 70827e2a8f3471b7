// Worker-pool accepts any number of jobs at once, runs three of them at a time,
// and returns the answer of each one.
//
// asyncio has no such thing; main.py builds it from asyncio.Queue and
// asyncio.Future.
package main

import (
	"context"
	"fmt"
	"log"
	"time"

	"example.com/asyncgo/taskgroup"
)

func square(ctx context.Context, number int) (int, error) {
	if err := taskgroup.Sleep(ctx, 10*time.Millisecond); err != nil {
		return 0, err
	}
	return number * number, nil
}

func main() {
	// A group with a limit and a backlog is a pool: its jobs are functions, its
	// answers are tasks, and it is joined. A job that waits has no goroutine.
	// Without the backlog, Go waits for a slot, which slows the caller down.
	// A job that fails ends the pool; with WithKeepGoing it fails alone.
	pool := []taskgroup.Option{taskgroup.WithLimit(3), taskgroup.WithBacklog(-1)}
	err := taskgroup.Run(context.Background(), func(ctx context.Context, g *taskgroup.Group) error {
		var answers []*taskgroup.Task[int]
		for number := 1; number <= 7; number++ {
			answers = append(answers, taskgroup.Go(g, func(ctx context.Context) (int, error) {
				return square(ctx, number)
			}))
		}
		fmt.Println(len(answers), "jobs accepted")
		for _, answer := range answers {
			number, err := answer.Wait(ctx)
			if err != nil {
				return err
			}
			fmt.Println(number)
		}
		return nil
	}, pool...)
	if err != nil {
		log.Fatal(err)
	}
}
