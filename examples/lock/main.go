// Lock keeps an account's balance right although each deposit waits in the
// middle.
//
// It mirrors asyncio.Lock; main.py is the original.
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

// A Lock is for what is held over a wait: waiting for it can be given up. Where
// nothing waits, asyncio needs no lock at all; tasks here run in parallel and
// need a [sync.Mutex].
type account struct {
	balance int
	lock    semaphore.Lock
}

func (a *account) deposit(ctx context.Context, amount int) error {
	return a.lock.Do(ctx, func(ctx context.Context) error {
		balance := a.balance
		if err := taskgroup.Sleep(ctx, time.Millisecond); err != nil {
			return err
		}
		a.balance = balance + amount
		return nil
	})
}

func main() {
	ctx := context.Background()
	var a account
	err := taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
		for amount := 1; amount <= 10; amount++ {
			g.Go(func(ctx context.Context) error { return a.deposit(ctx, amount) })
		}
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("balance:", a.balance)

	// Waiting for the lock ends with the context.
	err = a.lock.Do(ctx, func(ctx context.Context) error {
		limited, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
		defer cancel()
		return a.deposit(limited, 100)
	})
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		fmt.Println("the lock is held")
	case err != nil:
		log.Fatal(err)
	}
	fmt.Println("balance:", a.balance)
}
