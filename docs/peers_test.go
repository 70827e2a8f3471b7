package docs_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
	xsemaphore "golang.org/x/sync/semaphore"

	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

var urls = []string{"go.dev", "python.org"}

func Example_errgroupBefore() {
	var total atomic.Int64
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for _, url := range urls {
		g.Go(func() error {
			n, err := fetch(ctx, url)
			total.Add(int64(n))
			return err
		})
	}
	fmt.Println(g.Wait(), total.Load())
	// Output: <nil> 16
}

func Example_errgroupAfter() {
	var total atomic.Int64
	err := taskgroup.Run(ctx, func(ctx context.Context, g *taskgroup.Group) error {
		for _, url := range urls {
			g.Go(func(ctx context.Context) error {
				n, err := fetch(ctx, url)
				total.Add(int64(n))
				return err
			}, taskgroup.Named(url))
		}
		return nil
	}, taskgroup.WithLimit(8))
	fmt.Println(err, total.Load())
	// Output: <nil> 16
}

func Example_errgroupResultsBefore() {
	sizes := make([]int, len(urls))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for i, url := range urls {
		g.Go(func() (err error) {
			sizes[i], err = fetch(ctx, url)
			return err
		})
	}
	fmt.Println(g.Wait(), sizes)
	// Output: <nil> [6 10]
}

func Example_errgroupResultsAfter() {
	sizes, err := taskgroup.Map(ctx, 8, urls, fetch)
	fmt.Println(err, sizes)
	// Output: <nil> [6 10]
}

func Example_xsemaphoreBefore() {
	s := xsemaphore.NewWeighted(10)
	if err := s.Acquire(ctx, 3); err != nil {
		return
	}
	defer s.Release(3)
	fmt.Println("holding 3 of 10")
	// Output: holding 3 of 10
}

func Example_xsemaphoreAfter() {
	s := semaphore.New(10)
	if err := s.AcquireN(ctx, 3); err != nil {
		return
	}
	defer s.ReleaseN(3)
	fmt.Println("holding", s.Stats().Held, "of", s.Stats().Limit)
	// Output: holding 3 of 10
}

func Example_waitGroupBefore() {
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {})
	}
	wg.Wait()
	fmt.Println("joined")
	// Output: joined
}

func Example_waitGroupAfter() {
	err := taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
		for range 3 {
			g.Go(func(context.Context) error { return nil })
		}
		return nil
	})
	fmt.Println("joined", err)
	// Output: joined <nil>
}

func Example_keepGoing() {
	err := taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
		taskgroup.Go(g, fails)
		taskgroup.Go(g, number(1)) // runs on
		taskgroup.Go(g, fails)
		return nil
	}, taskgroup.WithKeepGoing())
	fmt.Println(err)
	// Output: taskgroup: 2 tasks failed: task 0: no route to host; task 2: no route to host
}

func Example_background() {
	g := taskgroup.New(ctx, taskgroup.WithLimit(1), taskgroup.WithBacklog(100), taskgroup.WithKeepGoing(),
		taskgroup.WithErrorHandler(func(_ context.Context, task taskgroup.TaskInfo, err error) {
			fmt.Println(task.Name, "failed:", err)
		}))
	accepted := g.TryGo(func(context.Context) error { return errNo }, taskgroup.Named("mail"))
	fmt.Println(accepted, g.Shutdown(ctx)) // joins what was accepted
	// Unordered output:
	// mail failed: no route to host
	// true <nil>
}
