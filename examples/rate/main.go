// Rate calls a function once a period, and stops between two calls, never in the
// middle of one.
//
// It mirrors waiting for an asyncio.Event with a timeout; main.py is the
// original.
package main

import (
	"context"
	"fmt"
	"log"
	"time"

	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

// every calls fn once a period until stop is set, but never cuts it short.
func every(ctx context.Context, period time.Duration, fn func(context.Context) error, stop *semaphore.Event) error {
	ticker := time.NewTicker(period) // drops the ticks that fn is too slow for; main.py makes up for them
	defer ticker.Stop()
	for {
		select {
		case <-stop.Done():
			return nil
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
			if stop.IsSet() { // select picks either if both are ready
				return nil
			}
			if err := fn(ctx); err != nil {
				return err
			}
		}
	}
}

func main() {
	var stop semaphore.Event
	ticks := 0

	tick := func(ctx context.Context) error {
		ticks++
		fmt.Println("tick", ticks)
		if ticks == 3 {
			stop.Set()
		}
		if err := taskgroup.Sleep(ctx, 5*time.Millisecond); err != nil {
			return err
		}
		fmt.Println("tick", ticks, "done")
		return nil
	}

	err := taskgroup.Run(context.Background(), func(_ context.Context, g *taskgroup.Group) error {
		g.Go(func(ctx context.Context) error { return every(ctx, 20*time.Millisecond, tick, &stop) })
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("stopped")
}
