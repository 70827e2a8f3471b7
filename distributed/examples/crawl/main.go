// Crawl reads a website with many processes: a queue of pages whose key is the
// address, so that each page is read once, and a queue of what was found. Kill
// a process while it runs, and nothing is missing.
//
//	go run ./examples/crawl [-workers 3] [-n 4] [URL]
//
// Without a URL it serves a site of its own. In a second terminal, with the
// same ASYNCGO_TOKEN in both:
//
//	go run ./examples/crawl -listen 127.0.0.1:4222 -workers 1
//	go run ./examples/crawl -join nats://127.0.0.1:4222
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"time"

	"example.com/asyncgo/distributed"
	"example.com/asyncgo/distributed/examples/internal/fleet"
	"example.com/asyncgo/taskgroup"
)

// page is what is known of one page.
type page struct {
	URL   string
	Bytes int
	Links int
	Error string
}

type options struct {
	start        string
	workers, n   int
	pages        int
	listen, join string
}

func main() {
	var o options
	flag.IntVar(&o.workers, "workers", 3, "how many processes")
	flag.IntVar(&o.n, "n", 4, "how many pages each process reads at once")
	flag.IntVar(&o.pages, "pages", 200, "how many pages the site of its own has")
	flag.StringVar(&o.listen, "listen", "", "where other terminals join, as 127.0.0.1:4222")
	flag.StringVar(&o.join, "join", "", "the server of another terminal")
	flag.Parse()
	o.start = flag.Arg(0)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, o)
	interrupted := ctx.Err() != nil
	stop()
	switch {
	case err != nil && (!interrupted || !taskgroup.Cancelled(err)):
		fmt.Fprintln(os.Stderr, "crawl:", err)
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
		return work(ctx, c, o.n)
	}
	if o.start == "" {
		site, err := serveSite(ctx, o.pages)
		if err != nil {
			return err
		}
		defer site.close()
		o.start = site.url
	}
	f, err := fleet.Start(ctx, fleet.Options{Listen: o.listen, Out: os.Stdout})
	if err != nil {
		return err
	}
	if o.listen != "" {
		fmt.Println("join with: -join", f.URL())
	}
	if err = f.Spawn(ctx, o.workers, "-n", strconv.Itoa(o.n)); err == nil {
		err = lead(ctx, f.Client, o)
	}
	err = errors.Join(err, f.Close())
	return err
}

// open opens the two queues. A page is remembered for a day.
func open(ctx context.Context, c *distributed.Client) (todo *distributed.Queue[string], found *distributed.Queue[page], err error) {
	const day = 24 * time.Hour
	todo, err = distributed.OpenQueue(ctx, c, "todo", distributed.QueueConfig[string]{Window: day, Key: func(url string) string { return url }})
	if err != nil {
		return nil, nil, err
	}
	found, err = distributed.OpenQueue(ctx, c, "found", distributed.QueueConfig[page]{Window: day, Key: func(p page) string { return p.URL }})
	return todo, found, err
}

// lead puts the first page in, waits until no page is unfinished, and says what
// was found.
func lead(ctx context.Context, c *distributed.Client, o options) error {
	todo, found, err := open(ctx, c)
	if err != nil {
		return err
	}
	if err := todo.Put(ctx, o.start); err != nil {
		return err
	}
	if err := todo.Join(ctx); err != nil {
		return err
	}
	for _, end := range []func(context.Context) error{todo.Shutdown, found.Shutdown} {
		if err := end(ctx); err != nil {
			return err
		}
	}
	var pages []page
	for it := range found.Items(ctx) {
		pages = append(pages, it.Value)
		_ = it.Done()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	summarize(pages)
	return nil
}

func summarize(pages []page) {
	bytes, broken := 0, 0
	slices.SortFunc(pages, func(a, b page) int { return cmp.Compare(a.URL, b.URL) })
	for _, p := range pages {
		bytes += p.Bytes
		if p.Error != "" {
			broken++
			fmt.Printf("broken: %s: %s\n", p.URL, p.Error)
		}
	}
	fmt.Printf("%d pages, %d bytes, %d broken\n", len(pages), bytes, broken)
}

// work reads pages until the queue is over. What a page leads to is stored
// before the page is done, and each store may be repeated, so a crash at any
// point leaves nothing out.
func work(ctx context.Context, c *distributed.Client, n int) error {
	todo, found, err := open(ctx, c)
	if err != nil {
		return err
	}
	fmt.Printf("process %d begins\n", os.Getpid())
	return taskgroup.Consume(ctx, n, todo.Items, func(ctx context.Context, it *distributed.Item[string]) error {
		return it.Do(ctx, func(ctx context.Context) error {
			p, links := fetch(ctx, it.Value)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if _, err := todo.PutBatch(ctx, links); err != nil {
				return err
			}
			fmt.Printf("process %d read %s\n", os.Getpid(), it.Value)
			return found.Put(ctx, p)
		})
	})
}
