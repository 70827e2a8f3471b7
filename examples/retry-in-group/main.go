// Retry-in-group tries again inside a task, with a backoff that doubles up to a
// limit and has jitter: the group gets only the last failure.
//
// It mirrors a retry loop in a task of asyncio.TaskGroup; main.py is the
// original.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"math/rand/v2"
	"time"

	"example.com/asyncgo/taskgroup"
)

var (
	errReset   = errors.New("connection reset")
	errRefused = errors.New("connection refused")
)

// A policy says how often to try, and how long to wait in between: at first
// around delay, then twice as long each time, but never longer than most.
type policy struct {
	times       int
	delay, most time.Duration
	random      func() float64 // from 0 up to 1; so that not all clients try at once
}

var standard = policy{times: 5, delay: 2 * time.Millisecond, most: time.Second, random: rand.Float64}

func retry[T any](p policy, fn func(ctx context.Context, attempt int) (T, error)) taskgroup.Func[T] {
	return func(ctx context.Context) (T, error) {
		delay := p.delay
		for attempt := 1; ; attempt++ {
			v, err := fn(ctx, attempt)
			// Go has no class for the errors that are worth another attempt,
			// but a context that is done never is.
			if err == nil || attempt == p.times || ctx.Err() != nil {
				return v, err
			}
			fmt.Printf("attempt %d: %v\n", attempt, err)
			wait := time.Duration(float64(delay) * (1 + p.random()) / 2)
			if err := taskgroup.Sleep(ctx, wait); err != nil { // ends with the group
				return v, err
			}
			delay = min(2*delay, p.most)
		}
	}
}

func flaky(_ context.Context, attempt int) (string, error) {
	if attempt < 3 {
		return "", errReset
	}
	return fmt.Sprintf("flaky answered at attempt %d", attempt), nil
}

func dead(context.Context, int) (string, error) {
	return "", errRefused
}

func steady(ctx context.Context) (string, error) {
	if err := taskgroup.Sleep(ctx, 10*time.Millisecond); err != nil {
		return "", err
	}
	return "steady answered", nil
}

func main() {
	ctx := context.Background()
	first, second, err := taskgroup.Gather2(ctx, retry(standard, flaky), steady)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(first)
	fmt.Println(second)

	// Only the last failure is one of the group, and cancels its other tasks.
	twice := standard
	twice.times = 2
	err = taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
		taskgroup.Go(g, retry(twice, dead))
		g.Go(func(ctx context.Context) error { return taskgroup.Sleep(ctx, time.Hour) })
		return nil
	})
	if errors.Is(err, errRefused) {
		fmt.Println("gave up:", errRefused)
	}
}
