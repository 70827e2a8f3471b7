// Cron has one of many processes run a job: the one that holds a semaphore of
// one. When it is killed, another goes on where it was.
//
//	go run ./examples/cron [-workers 3] [-every 200ms] [-ticks 20]
//
// In a second terminal, with the same ASYNCGO_TOKEN in both:
//
//	go run ./examples/cron -listen 127.0.0.1:4222
//	go run ./examples/cron -join nats://127.0.0.1:4222
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"time"

	"example.com/asyncgo/distributed"
	"example.com/asyncgo/distributed/examples/internal/fleet"
	"example.com/asyncgo/taskgroup"
)

func main() {
	workers := flag.Int("workers", 3, "how many processes")
	every := flag.Duration("every", 200*time.Millisecond, "how often the job runs")
	ticks := flag.Int("ticks", 20, "how many times in all")
	listen := flag.String("listen", "", "where other terminals join, as 127.0.0.1:4222")
	join := flag.String("join", "", "the server of another terminal")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, *workers, *every, *ticks, *listen, *join)
	interrupted := ctx.Err() != nil
	stop()
	switch {
	case err != nil && (!interrupted || !taskgroup.Cancelled(err)):
		fmt.Fprintln(os.Stderr, "cron:", err)
		os.Exit(1)
	case interrupted:
		os.Exit(130)
	}
}

func run(ctx context.Context, workers int, every time.Duration, ticks int, listen, join string) error {
	c, err := fleet.Join(ctx, join)
	if err != nil {
		return err
	}
	if c != nil {
		defer func() { _ = fleet.Leave(c) }()
		return work(ctx, c, every, ticks)
	}
	f, err := fleet.Start(ctx, fleet.Options{Listen: listen, Out: os.Stdout})
	if err != nil {
		return err
	}
	if listen != "" {
		fmt.Println("join with: -join", f.URL())
	}
	err = f.Spawn(ctx, workers, "-every", every.String(), "-ticks", strconv.Itoa(ticks))
	err = errors.Join(err, f.Close())
	return err
}

// work waits for its turn, and then runs the job until it has run often enough.
func work(ctx context.Context, c *distributed.Client, every time.Duration, ticks int) error {
	turn, err := distributed.OpenSemaphore(ctx, c, "cron", 1)
	if err != nil {
		return err
	}
	last, err := distributed.OpenVariable[int](ctx, c, "last-tick")
	if err != nil {
		return err
	}
	for {
		finished := false
		err := turn.Do(ctx, func(ctx context.Context) error {
			fmt.Printf("process %d has the turn\n", os.Getpid())
			for {
				// The number of a tick is taken before it runs: after a crash
				// in between, it is left out rather than run twice.
				n, err := last.Update(ctx, func(old int, _ bool) (int, error) { return min(old+1, ticks+1), nil })
				if err != nil {
					return err
				}
				if n > ticks {
					finished = true
					return nil
				}
				fmt.Printf("tick %d by process %d\n", n, os.Getpid())
				if err := taskgroup.Sleep(ctx, every); err != nil {
					return err
				}
			}
		})
		if finished || err != nil && !errors.Is(err, distributed.ErrLeaseLost) {
			return err
		}
	}
}
