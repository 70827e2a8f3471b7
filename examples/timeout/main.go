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

func step(ctx context.Context, name string, delay time.Duration) error {
	if err := taskgroup.Sleep(ctx, delay); err != nil {
		return err
	}
	fmt.Println(name)
	return nil
}

func login(ctx context.Context) error {
	err := taskgroup.Timeout(ctx, 10*time.Second, func(ctx context.Context, _ *taskgroup.Deadline) error {
		if err := step(ctx, "name sent", 0); err != nil {
			return err
		}
		return step(ctx, "password sent", time.Hour)
	})
	if errors.Is(err, taskgroup.ErrTimeout) { // this limit's, not one further out
		return errLogin
	}
	return err
}

func main() {
	err := taskgroup.Timeout(context.Background(), 300*time.Millisecond, func(ctx context.Context, _ *taskgroup.Deadline) error {
		if err := step(ctx, "connected", 0); err != nil {
			return err
		}
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
