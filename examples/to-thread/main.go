// To-thread calls functions that block and cannot be canceled.
//
// It mirrors asyncio.to_thread; main.py is the original.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"example.com/asyncgo/taskgroup"
)

func checksum(name string) string {
	time.Sleep(20 * time.Millisecond) // blocks no other task
	sum := 0
	for _, b := range []byte(name) {
		sum += int(b)
	}
	return fmt.Sprintf("%s: %d", name, sum)
}

func hang(released <-chan struct{}) string {
	<-released
	return "too late"
}

func main() {
	ctx := context.Background()

	// A call that blocks needs no thread of its own: any task may make it.
	lines, err := taskgroup.Gather(ctx,
		func(context.Context) (string, error) { return checksum("a.txt"), nil },
		func(context.Context) (string, error) { return checksum("b.txt"), nil },
	)
	if err != nil {
		log.Fatal(err)
	}
	for _, line := range lines {
		fmt.Println(line)
	}

	released := make(chan struct{})
	// Only giving up needs a function: Blocking returns when ctx ends, and the
	// call, which cannot be canceled, goes on.
	answer, err := taskgroup.WaitFor(ctx, 10*time.Millisecond, func(ctx context.Context) (string, error) {
		return taskgroup.Blocking(ctx, func() (string, error) { return hang(released), nil })
	})
	switch {
	case errors.Is(err, taskgroup.ErrTimeout):
		fmt.Println("left behind")
	case err != nil:
		log.Fatal(err)
	default:
		fmt.Println(answer)
	}
	close(released)
}
