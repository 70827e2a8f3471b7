// Retry-in-group tries again inside a task: the group hears only of the last
// failure.
//
// It mirrors a retry loop in a task of asyncio.TaskGroup; main.py is the
// original.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"example.com/asyncgo/taskgroup"
)

var (
	errReset  = errors.New("connection reset")
	errNobody = errors.New("nobody there")
)

func retry[T any](times int, fn func(ctx context.Context, attempt int) (T, error)) taskgroup.Func[T] {
	return func(ctx context.Context) (T, error) {
		for attempt := 1; ; attempt++ {
			v, err := fn(ctx, attempt)
			// Go has no class for the errors that are worth another attempt,
			// but a context that is done never is.
			if err == nil || attempt == times || ctx.Err() != nil {
				return v, err
			}
			fmt.Printf("attempt %d: %v\n", attempt, err)
			if err := taskgroup.Sleep(ctx, 2*time.Millisecond<<attempt); err != nil { // ends with the group
				return v, err
			}
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
	return "", errNobody
}

func steady(ctx context.Context) (string, error) {
	if err := taskgroup.Sleep(ctx, 10*time.Millisecond); err != nil {
		return "", err
	}
	return "steady answered", nil
}

func main() {
	ctx := context.Background()
	first, second, err := taskgroup.Gather2(ctx, retry(5, flaky), steady)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(first)
	fmt.Println(second)

	// Only the last failure is one of the group, and cancels what waits in it.
	err = taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
		taskgroup.Go(g, retry(2, dead))
		g.Go(func(ctx context.Context) error { return taskgroup.Sleep(ctx, time.Hour) })
		return nil
	})
	if errors.Is(err, errNobody) {
		fmt.Println("gave up:", errNobody)
	}
}
