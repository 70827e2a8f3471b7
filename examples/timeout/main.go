// Timeout gives several steps one time limit, and some of them one of their
// own.
//
// It mirrors asyncio.timeout; main.py is the original.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"example.com/asyncgo/taskgroup"
)

var errLogin = errors.New("the login took too long")

func login(ctx context.Context) error {
	err := taskgroup.Timeout(ctx, 10*time.Second, func(ctx context.Context, _ *taskgroup.Deadline) error {
		fmt.Println("name sent")
		return taskgroup.Sleep(ctx, time.Hour) // no answer
	})
	if errors.Is(err, taskgroup.ErrTimeout) { // this limit's, not one further out
		return errLogin
	}
	return err
}

func main() {
	err := taskgroup.Timeout(context.Background(), 50*time.Millisecond, func(ctx context.Context, _ *taskgroup.Deadline) error {
		fmt.Println("connected")
		return login(ctx)
	})
	switch {
	case errors.Is(err, errLogin):
		fmt.Println(errLogin)
	case errors.Is(err, taskgroup.ErrTimeout):
		fmt.Println("the whole took too long")
	case err != nil:
		log.Fatal(err)
	}
}
