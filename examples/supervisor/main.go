// Supervisor starts a task again when it fails or panics, after a wait that
// doubles up to a limit.
//
// It mirrors a loop around a coroutine; main.py is the original.
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

// supervise calls fn until it returns nil or ctx ends. It waits for delay after
// the first failure, then twice as long each time, at most for most, and begins
// anew with delay once fn has run for longer than most.
func supervise(ctx context.Context, delay, most time.Duration, fn func(ctx context.Context) error) error {
	first := delay
	for {
		started := time.Now()
		err := try(ctx, fn)
		if err == nil || ctx.Err() != nil {
			return err
		}
		fmt.Println("failed:", err)
		if time.Since(started) > most {
			delay = first
		}
		if err := taskgroup.Sleep(ctx, delay); err != nil {
			return err
		}
		delay = min(2*delay, most)
	}
}

// try returns a panic as an error: Settle does.
func try(ctx context.Context, fn func(ctx context.Context) error) error {
	err := taskgroup.Settle(ctx, taskgroup.NoValue(fn))[0].Err
	if p, ok := errors.AsType[*taskgroup.PanicError](err); ok {
		return fmt.Errorf("%v", p.Value) // p.Stack is for the log
	}
	return err
}

// feed runs at the third attempt.
type feed struct {
	starts  int
	running semaphore.Event
}

func (f *feed) run(ctx context.Context) error {
	f.starts++
	switch f.starts {
	case 1:
		return errors.New("connection reset")
	case 2:
		panic("no such state")
	}
	f.running.Set()
	return taskgroup.Sleep(ctx, time.Hour)
}

func main() {
	f := &feed{}
	err := taskgroup.Run(context.Background(), func(ctx context.Context, g *taskgroup.Group) error {
		g.Go(func(ctx context.Context) error { return supervise(ctx, 2*time.Millisecond, time.Second, f.run) })
		if err := f.running.Wait(ctx); err != nil {
			return err
		}
		fmt.Println("running after", f.starts, "starts")
		g.Stop()
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("stopped")
}
