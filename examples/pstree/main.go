// Pstree prints the tree of what runs: groups, calls, tasks and functions, what
// each waits for and holds, and since when.
//
// It mirrors python -m asyncio pstree of Python 3.14; original.py is a program
// for that with the same tasks. Go cannot look into a process that has not been
// prepared: the program prints its tree itself, or serves it, which is package
// inspecthttp.
//
//	go run ./examples/pstree
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

// unit is how long a second of the original takes here.
const unit = 10 * time.Millisecond

type step struct {
	name  string
	takes time.Duration
}

func (s step) run(ctx context.Context) error { return taskgroup.Sleep(ctx, s.takes) }

func build(ctx context.Context, steps []step, key *semaphore.Lock) error {
	return taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
		for _, s := range steps {
			g.Go(s.run, taskgroup.Named(s.name))
		}
		g.Go(func(ctx context.Context) error { return sign(ctx, key) }, taskgroup.Named("sign"))
		return nil
	}, taskgroup.WithName("build"))
}

func sign(ctx context.Context, key *semaphore.Lock) error {
	return key.Do(ctx, func(ctx context.Context) error { return taskgroup.Sleep(ctx, 60*unit) })
}

func notes(ctx context.Context) error {
	_, err := taskgroup.WaitFor(ctx, 55*unit, taskgroup.NoValue(step{takes: 50 * unit}.run))
	return err
}

func release(ctx context.Context) error {
	key := new(semaphore.Lock).Named("key")
	return taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
		g.Go(func(ctx context.Context) error {
			return build(ctx, []step{{"compile", 20 * unit}, {"vet", 40 * unit}}, key)
		}, taskgroup.Named("linux"))
		g.Go(func(ctx context.Context) error {
			if err := taskgroup.Sleep(ctx, 5*unit); err != nil { // the machine has to boot
				return err
			}
			return build(ctx, []step{{"compile", 30 * unit}}, key)
		}, taskgroup.Named("windows"))
		g.Go(notes, taskgroup.Named("notes"))
		return nil
	}, taskgroup.WithName("release"))
}

// run prints the tree in the middle of a release.
func run(ctx context.Context, out io.Writer) error {
	m := inspect.New()
	defer m.Close()
	releasing := taskgroup.Start(m.Context(ctx), func(ctx context.Context) (struct{}, error) {
		return struct{}{}, release(ctx)
	}, taskgroup.Named("main"))
	if err := taskgroup.Sleep(ctx, 25*unit); err != nil {
		return err
	}
	fmt.Fprint(out, m.Snapshot())
	_, err := releasing.WaitOrCancel(ctx)
	return err
}

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}
