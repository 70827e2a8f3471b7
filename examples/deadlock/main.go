// Deadlock has two tasks lock two accounts in opposite orders, so that neither
// goes on. A daemon of their group watches for that: it prints what waits for
// what, and cancels the group.
//
//	go run ./examples/deadlock
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

var errStandstill = errors.New("standstill")

type account struct {
	lock    *semaphore.Lock
	balance int
}

func open(name string, balance int) *account {
	return &account{new(semaphore.Lock).Named(name), balance}
}

// transfer locks the accounts in the order in which they are given. That is the
// mistake: one order for all, say by number, cannot stand still.
func transfer(ctx context.Context, from, to *account, amount int) error {
	return from.lock.Do(ctx, func(ctx context.Context) error {
		if err := taskgroup.Sleep(ctx, 10*time.Millisecond); err != nil { // reads the books
			return err
		}
		return to.lock.Do(ctx, func(context.Context) error {
			from.balance -= amount
			to.balance += amount
			return nil
		})
	})
}

func run(ctx context.Context, out io.Writer) error {
	m := inspect.New()
	defer m.Close()
	checking, savings := open("checking", 100), open("savings", 100)
	return taskgroup.Run(m.Context(ctx), func(_ context.Context, g *taskgroup.Group) error {
		g.Go(func(ctx context.Context) error { return transfer(ctx, checking, savings, 10) }, taskgroup.Named("deposit"))
		g.Go(func(ctx context.Context) error { return transfer(ctx, savings, checking, 20) }, taskgroup.Named("withdrawal"))
		g.Go(func(ctx context.Context) error {
			return m.Watch(ctx, 100*time.Millisecond, inspect.Rules{Deadlock: true}, func(f inspect.Finding) {
				fmt.Fprintln(out, f)
				fmt.Fprint(out, m.Snapshot())
				g.Cancel(errStandstill)
			})
		}, taskgroup.Named("watch"), taskgroup.Daemon())
		return nil
	}, taskgroup.WithName("bank"))
}

func main() {
	if err := run(context.Background(), os.Stdout); err != nil && !errors.Is(err, errStandstill) {
		log.Fatal(err)
	}
}
