// Wait-for gives a call a time limit, and waits for its cleanup all the same.
//
// It mirrors asyncio.wait_for; main.py is the original.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"example.com/asyncgo/taskgroup"
)

func query(delay time.Duration) taskgroup.Func[string] {
	return func(ctx context.Context) (string, error) {
		defer func() {
			// asyncio raises the cancellation once; a context stays done. So
			// cleanup must not wait with ctx.
			time.Sleep(20 * time.Millisecond) // cleanup takes time
			fmt.Println("connection closed")
		}()
		if err := taskgroup.Sleep(ctx, delay); err != nil {
			return "", err
		}
		return "42 rows", nil
	}
}

func main() {
	ctx := context.Background()
	rows, err := taskgroup.WaitFor(ctx, time.Minute, query(0))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(rows)

	// The timeout cancels the query and waits until it has cleaned up.
	// ErrTimeout is this limit's alone: never an outer deadline, never the query's own.
	rows, err = taskgroup.WaitFor(ctx, 20*time.Millisecond, query(time.Hour))
	switch {
	case errors.Is(err, taskgroup.ErrTimeout):
		fmt.Println("timed out")
	case err != nil:
		log.Fatal(err)
	default:
		fmt.Println(rows)
	}
}
