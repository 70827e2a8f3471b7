// Thumbnails makes small copies of a folder's JPEGs, in as many processes as
// there are: a queue of files, workers, and a queue of results.
//
//	go run ./examples/thumbnails [-workers 2] [-size 64] [FOLDER]
//
// Without a folder it makes one with pictures of its own. Ctrl-C stops it
// anywhere; the next start goes on with the rest. In a second terminal, on the
// same machine and with the same ASYNCGO_TOKEN in both:
//
//	go run ./examples/thumbnails -listen 127.0.0.1:4222 -workers 0 FOLDER
//	go run ./examples/thumbnails -join nats://127.0.0.1:4222
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"example.com/asyncgo/distributed"
	"example.com/asyncgo/distributed/examples/internal/fleet"
	"example.com/asyncgo/taskgroup"
)

// job is one picture.
type job struct {
	From, To string
	Size     int
}

// result is one that is finished.
type result struct {
	To     string
	Worker int
	Bytes  int
}

type options struct {
	folder       string
	workers      int
	size         int
	listen, join string
}

func main() {
	var o options
	flag.IntVar(&o.workers, "workers", 2, "how many processes")
	flag.IntVar(&o.size, "size", 64, "how many pixels high and wide a thumbnail is at most")
	flag.StringVar(&o.listen, "listen", "", "where other terminals join, as 127.0.0.1:4222")
	flag.StringVar(&o.join, "join", "", "the server of another terminal")
	flag.Parse()
	o.folder = flag.Arg(0)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, o)
	interrupted := ctx.Err() != nil
	stop()
	switch {
	case err != nil && (!interrupted || !taskgroup.Cancelled(err)):
		fmt.Fprintln(os.Stderr, "thumbnails:", err)
		os.Exit(1)
	case interrupted:
		os.Exit(130)
	}
}

func run(ctx context.Context, o options) error {
	c, err := fleet.Join(ctx, o.join)
	if err != nil {
		return err
	}
	if c != nil {
		defer func() { _ = fleet.Leave(c) }()
		return work(ctx, c)
	}
	if o.folder == "" {
		if o.folder, err = picturesOfItsOwn(); err != nil {
			return err
		}
	}
	f, err := fleet.Start(ctx, fleet.Options{Dir: filepath.Join(o.folder, ".asyncgo"), Listen: o.listen, Out: os.Stdout})
	if err != nil {
		return err
	}
	if o.listen != "" {
		fmt.Println("join with: -join", f.URL())
	}
	err = lead(ctx, f, o)
	err = errors.Join(err, f.Close())
	return err
}

// open opens the two queues. The key of an item is the file, so that a start
// after a crash adds none twice.
func open(ctx context.Context, c *distributed.Client) (jobs *distributed.Queue[job], results *distributed.Queue[result], err error) {
	jobs, err = distributed.OpenQueue(ctx, c, "jobs", distributed.QueueConfig[job]{
		Key: func(j job) string { return j.To }, Attempts: 3, Backoff: func(int) time.Duration { return time.Second },
	})
	if err != nil {
		return nil, nil, err
	}
	results, err = distributed.OpenQueue(ctx, c, "results", distributed.QueueConfig[result]{Key: func(r result) string { return r.To }})
	return jobs, results, err
}

// lead puts the files in that have no thumbnail yet, and shows the progress.
func lead(ctx context.Context, f *fleet.Fleet, o options) error {
	jobs, results, err := open(ctx, f.Client)
	if err != nil {
		return err
	}
	todo, err := missing(o.folder, o.size)
	if err != nil {
		return err
	}
	if err := f.Spawn(ctx, o.workers); err != nil { // now that the queues are open again
		return err
	}
	fmt.Printf("%d pictures without a thumbnail in %s\n", len(todo), o.folder)
	if _, err := jobs.PutBatch(ctx, todo); err != nil {
		return err
	}
	return taskgroup.Run(ctx, func(ctx context.Context, g *taskgroup.Group) error {
		g.Go(func(ctx context.Context) error { return progress(ctx, results, len(todo)) })
		if err := jobs.Join(ctx); err != nil {
			return err
		}
		if err := jobs.Shutdown(ctx); err != nil { // the workers end
			return err
		}
		return results.Shutdown(ctx) // and the progress, when all are shown
	})
}

// progress shows a line for each result.
func progress(ctx context.Context, results *distributed.Queue[result], total int) error {
	n, bytes := 0, 0
	for it := range results.Items(ctx) {
		n++
		bytes += it.Value.Bytes
		fmt.Printf("%3d of %d: %s, %d bytes, by process %d\n", n, total, filepath.Base(it.Value.To), it.Value.Bytes, it.Value.Worker)
		_ = it.Done()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	fmt.Printf("done: %d bytes in all\n", bytes)
	return nil
}

// work makes thumbnails until the queue is over. What fails three times becomes
// a dead letter.
func work(ctx context.Context, c *distributed.Client) error {
	jobs, results, err := open(ctx, c)
	if err != nil {
		return err
	}
	fmt.Printf("process %d begins\n", os.Getpid())
	return taskgroup.Consume(ctx, 2, jobs.Items, func(ctx context.Context, it *distributed.Item[job]) error {
		return it.Do(ctx, func(ctx context.Context) error {
			n, err := shrink(it.Value)
			if err != nil {
				return err
			}
			return results.Put(ctx, result{it.Value.To, os.Getpid(), n})
		})
	})
}
