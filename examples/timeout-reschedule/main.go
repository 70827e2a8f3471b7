// Timeout-reschedule ends a transfer only when nothing has come for a while.
//
// It mirrors asyncio.timeout and Timeout.reschedule; main.py is the original.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"example.com/asyncgo/taskgroup"
)

const idle = 500 * time.Millisecond

func receive(ctx context.Context, handle func(chunk string) error) error {
	for number := 1; number <= 5; number++ {
		if err := taskgroup.Sleep(ctx, 0); err != nil {
			return err
		}
		if err := handle(fmt.Sprintf("chunk %d", number)); err != nil {
			return err
		}
	}
	if err := taskgroup.Sleep(ctx, time.Hour); err != nil {
		return err
	}
	return handle("the end")
}

func main() {
	err := taskgroup.Timeout(context.Background(), idle, func(ctx context.Context, limit *taskgroup.Deadline) error {
		return receive(ctx, func(chunk string) error {
			fmt.Println(chunk)
			// However long it takes, as long as there is always more.
			return limit.Extend(idle) // from now
		})
	})
	switch {
	case errors.Is(err, taskgroup.ErrTimeout):
		fmt.Println("nothing more came")
	case err != nil:
		log.Fatal(err)
	}
}
