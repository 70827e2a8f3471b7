// Periodic calls a function again and again. It survives an error, and never
// makes two calls at a time.
//
// It mirrors a task that loops around asyncio.sleep; main.py is the original.
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

// every calls fn at once and then once in each period, until ctx ends. A tick
// during a call begins the next one when that has returned; further ones are
// dropped.
func every(ctx context.Context, period time.Duration, fn func(ctx context.Context) error) error {
	ticker := time.NewTicker(period)
	defer ticker.Stop()
	for {
		err := fn(ctx)
		if ctx.Err() != nil {
			return err
		}
		if err != nil {
			fmt.Println("failed:", err)
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

type report struct {
	rounds int
	enough semaphore.Event
}

func (r *report) write(ctx context.Context) error {
	r.rounds++
	switch r.rounds {
	case 2:
		return errors.New("disk full")
	case 4:
		r.enough.Set()
		return taskgroup.Sleep(ctx, time.Hour)
	}
	fmt.Println("round", r.rounds)
	return nil
}

func main() {
	r := &report{}
	err := taskgroup.Run(context.Background(), func(ctx context.Context, g *taskgroup.Group) error {
		// A daemon: canceled when main has returned and no other task is left.
		g.Go(func(ctx context.Context) error { return every(ctx, 5*time.Millisecond, r.write) }, taskgroup.Daemon())
		return r.enough.Wait(ctx)
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("canceled in round", r.rounds)
}
