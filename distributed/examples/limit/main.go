// Limit has one limit for all processes: however many there are, no more than
// -n of their tasks use the resource at once. The resource counts.
//
//	go run ./examples/limit [-workers 4] [-n 2] [-uses 20]
//
// In a second terminal, with the same ASYNCGO_TOKEN in both:
//
//	go run ./examples/limit -listen 127.0.0.1:4222 -workers 1
//	go run ./examples/limit -join nats://127.0.0.1:4222 -resource ADDRESS
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strconv"

	"example.com/asyncgo/distributed"
	"example.com/asyncgo/distributed/examples/internal/fleet"
	"example.com/asyncgo/taskgroup"
)

func main() {
	workers := flag.Int("workers", 4, "how many processes")
	n := flag.Int("n", 2, "how many may use the resource at once, of all processes together")
	uses := flag.Int("uses", 20, "how often each process uses it")
	listen := flag.String("listen", "", "where other terminals join, as 127.0.0.1:4222")
	join := flag.String("join", "", "the server of another terminal")
	address := flag.String("resource", "", "the resource of another terminal")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, *workers, *n, *uses, *listen, *join, *address)
	interrupted := ctx.Err() != nil
	stop()
	switch {
	case err != nil && (!interrupted || !taskgroup.Cancelled(err)):
		fmt.Fprintln(os.Stderr, "limit:", err)
		os.Exit(1)
	case interrupted:
		os.Exit(130)
	}
}

func run(ctx context.Context, workers, n, uses int, listen, join, address string) error {
	c, err := fleet.Join(ctx, join)
	if err != nil {
		return err
	}
	if c != nil {
		defer func() { _ = fleet.Leave(c) }()
		return work(ctx, c, n, uses, address)
	}
	r, err := newResource(ctx)
	if err != nil {
		return err
	}
	f, err := fleet.Start(ctx, fleet.Options{Listen: listen, Out: os.Stdout})
	if err != nil {
		return err
	}
	if listen != "" {
		fmt.Printf("join with: -join %s -n %d -resource %s\n", f.URL(), n, r.address())
	}
	err = f.Spawn(ctx, workers, "-n", strconv.Itoa(n), "-uses", strconv.Itoa(uses), "-resource", r.address())
	err = errors.Join(err, f.Close())
	used, most, stale := r.close()
	fmt.Printf("%d processes used the resource %d times, at most %d at once, %d refused as stale\n", workers, used, most, stale)
	return err
}

// work is a task group whose limit is that of all processes.
func work(ctx context.Context, c *distributed.Client, n, uses int, address string) error {
	sem, err := distributed.OpenSemaphore(ctx, c, "resource", n)
	if err != nil {
		return err
	}
	fmt.Printf("process %d begins\n", os.Getpid())
	return taskgroup.ForEach(ctx, 8, slices.Values(make([]struct{}, uses)), func(ctx context.Context, _ struct{}) error {
		p, err := sem.Acquire(ctx)
		if err != nil {
			return err
		}
		defer func() { _ = p.Release() }()
		return use(ctx, address, p.Slot(), p.Token())
	})
}
