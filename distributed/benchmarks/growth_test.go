package benchmarks

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"example.com/asyncgo/distributed"
)

// TestMain runs a worker process of TestGrowth, or the tests.
func TestMain(m *testing.M) {
	if urls := os.Getenv("ASYNCGO_WORKER"); urls != "" {
		if err := work(urls); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func work(urls string) error {
	ctx := context.Background()
	c, err := distributed.Connect(ctx, urls, distributed.Config{Token: token})
	if err != nil {
		return err
	}
	defer func() { _ = c.Close(ctx) }()
	q, err := distributed.OpenQueue(ctx, c, "jobs", distributed.QueueConfig[job]{})
	if err != nil {
		return err
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for it := range q.Items(ctx) {
				_ = it.Done()
			}
		})
	}
	all.Wait()
	return nil
}

func growth(t *testing.T) {
	t.Helper()
	if os.Getenv("ASYNCGO_GROWTH") == "" {
		t.Skip("ASYNCGO_GROWTH is not set")
	}
}

// TestGrowthOfProcesses empties a queue of 20,000 items with 1 to 8 processes.
func TestGrowthOfProcesses(t *testing.T) {
	growth(t)
	for _, n := range []int{1, 2, 4, 8} {
		urls := places[1].start(t)
		ctx := context.Background()
		q, err := distributed.OpenQueue(ctx, connect(t, urls), "jobs", distributed.QueueConfig[job]{})
		check(t, err)
		_, err = q.PutBatch(ctx, make([]job, 20_000))
		check(t, err)
		check(t, q.Shutdown(ctx))
		began := time.Now()
		var all sync.WaitGroup
		for range n {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), "ASYNCGO_WORKER="+urls)
			cmd.Stderr = os.Stderr
			all.Go(func() { check(t, cmd.Run()) })
		}
		all.Wait()
		t.Logf("%d processes: %.0f items/s", n, 20_000/time.Since(began).Seconds())
	}
}

// TestGrowthOfItems shows that an item costs the same with many others in the
// queue.
func TestGrowthOfItems(t *testing.T) {
	growth(t)
	for _, n := range []int{0, 100_000, 1_000_000} {
		urls := places[1].start(t)
		ctx := context.Background()
		q, err := distributed.OpenQueue(ctx, connect(t, urls), "jobs", distributed.QueueConfig[job]{})
		check(t, err)
		began := time.Now()
		_, err = q.PutBatch(ctx, make([]job, n))
		check(t, err)
		filled := time.Since(began)
		const sample = 5_000
		began = time.Now()
		for i := range sample {
			check(t, q.Put(ctx, job{i, body}))
			it, err := q.Get(ctx)
			check(t, err)
			check(t, it.Done())
		}
		t.Logf("%d items, put in %v: %.0f further items/s", n, filled.Round(time.Millisecond), sample/time.Since(began).Seconds())
	}
}

// TestGrowthOfWaiters has 1,000 requests of 20 clients wait for one permit.
func TestGrowthOfWaiters(t *testing.T) {
	growth(t)
	for _, n := range []int{1, 10, 50} {
		urls := places[1].start(t)
		ctx := context.Background()
		const clients = 20
		var all sync.WaitGroup
		began := time.Now()
		for range clients {
			sem, err := distributed.OpenSemaphore(ctx, connect(t, urls), "db", 1)
			check(t, err)
			for range n {
				all.Go(func() { check(t, sem.Do(ctx, func(context.Context) error { return nil })) })
			}
		}
		all.Wait()
		t.Logf("%d waiters: %v for each", n*clients, (time.Since(began) / time.Duration(n*clients)).Round(time.Microsecond))
	}
}
