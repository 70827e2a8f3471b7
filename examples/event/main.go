// Event has several tasks wait until something has happened.
//
// It mirrors asyncio.Event; main.py is the original.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

func runner(name string, start *semaphore.Event) taskgroup.Func[string] {
	return func(ctx context.Context) (string, error) {
		// To wait for several things, start.Done() is a channel for select;
		// asyncio has no counterpart.
		if err := start.Wait(ctx); err != nil {
			return "", err
		}
		return name + " is running", nil
	}
}

func main() {
	ctx := context.Background()
	var start semaphore.Event
	var runners []*taskgroup.Task[string]
	err := taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
		for _, name := range []string{"Ann", "Bob", "Cem"} {
			runners = append(runners, taskgroup.Go(g, runner(name, &start)))
		}
		if start.IsSet() {
			fmt.Println("ready: set")
		} else {
			fmt.Println("ready: not set")
		}
		start.Set()
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, task := range runners {
		running, _ := task.Result()
		fmt.Println(running)
	}

	// A wait that begins later returns at once, until the event is cleared.
	running, err := runner("Dot", &start)(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(running)
	start.Clear()
	running, err = taskgroup.WaitFor(ctx, 20*time.Millisecond, runner("Eve", &start))
	switch {
	case errors.Is(err, taskgroup.ErrTimeout):
		fmt.Println("Eve waits for the next start")
	case err != nil:
		log.Fatal(err)
	default:
		fmt.Println(running)
	}
}
