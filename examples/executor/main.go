// Executor bounds how many blocking calls run at once, those that were given up
// included.
//
// It mirrors loop.run_in_executor with a ThreadPoolExecutor; main.py is the
// original.
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

// blocking takes no context, so it cannot be canceled.
func blocking(number int) (int, error) {
	time.Sleep(10 * time.Millisecond)
	return number * number, nil
}

func slow() (int, error) {
	time.Sleep(200 * time.Millisecond)
	return 0, nil
}

func main() {
	ctx := context.Background()
	workers := semaphore.New(2) // max_workers
	squares, err := taskgroup.Map(ctx, taskgroup.NoLimit, []int{1, 2, 3, 4, 5}, func(ctx context.Context, number int) (int, error) {
		return taskgroup.BlockingIn(ctx, workers, func() (int, error) { return blocking(number) })
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, square := range squares {
		fmt.Println(square)
	}

	// Giving up leaves the call behind. It keeps its slot until it returns:
	// released by the caller, the slot would admit a third call.
	_, err = taskgroup.WaitFor(ctx, 20*time.Millisecond, func(ctx context.Context) (int, error) {
		return taskgroup.BlockingIn(ctx, workers, slow)
	})
	if errors.Is(err, taskgroup.ErrTimeout) {
		fmt.Println("not waited for")
	}
	// Unlike with an executor, a program may exit before that call returns.
	if err := workers.AcquireN(ctx, 2); err != nil {
		log.Fatal(err)
	}
	fmt.Println("all threads idle")
}
