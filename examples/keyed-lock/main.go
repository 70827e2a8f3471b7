// Keyed-lock runs work on one account in order, and work on different accounts at
// once.
//
// It mirrors a dictionary of asyncio.Locks; main.py is the original.
package main

import (
	"context"
	"fmt"
	"log"
	"time"

	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

type bank struct {
	locks    *semaphore.Keyed[string] // holds only the names that are in use
	balances map[string]*int
}

func newBank() *bank {
	return &bank{
		locks:    semaphore.NewKeyed[string](1),
		balances: map[string]*int{"Ann": new(int), "Bob": new(int)},
	}
}

func (b *bank) deposit(ctx context.Context, name string, amount int) error {
	return b.locks.Do(ctx, name, func(ctx context.Context) error {
		balance := *b.balances[name]
		if err := taskgroup.Sleep(ctx, time.Millisecond); err != nil {
			return err
		}
		*b.balances[name] = balance + amount
		return nil
	})
}

func main() {
	b := newBank()
	err := taskgroup.Run(context.Background(), func(_ context.Context, g *taskgroup.Group) error {
		for amount := 1; amount <= 5; amount++ {
			g.Go(func(ctx context.Context) error { return b.deposit(ctx, "Ann", amount) })
			g.Go(func(ctx context.Context) error { return b.deposit(ctx, "Bob", 10*amount) })
		}
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, name := range []string{"Ann", "Bob"} {
		fmt.Println(name, "has", *b.balances[name])
	}
}
