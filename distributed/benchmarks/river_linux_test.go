package benchmarks

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"example.com/asyncgo/distributed"
	"example.com/asyncgo/distributed/embedded"
	"example.com/asyncgo/taskgroup"
)

// jobs is one program over two queues: put one, put many, and work until all
// that were put are finished on the servers.
type jobs struct {
	put  func(ctx context.Context, j job) error
	fill func(ctx context.Context, js []job) error
	work func(ctx context.Context, n, workers int, handle func(j job)) error
}

// BenchmarkBesideRiver puts items and works on them, with ours and with River
// on PostgreSQL. An answer means that it is on disk in "sync" and "postgres";
// in "disk" and "postgres-async" that follows later.
func BenchmarkBesideRiver(b *testing.B) {
	for _, engine := range []struct {
		name string
		open func(b *testing.B) jobs
	}{
		{"disk/ours", func(b *testing.B) jobs { b.Helper(); return ourJobs(b, places[1].start(b)) }},
		{"postgres-async/river", func(b *testing.B) jobs { b.Helper(); return riverJobs(b, postgres(b, "synchronous_commit=off")) }},
		{"sync/ours", func(b *testing.B) jobs {
			b.Helper()
			return ourJobs(b, single(b, embedded.Config{Dir: b.TempDir(), SyncEveryWrite: true}))
		}},
		{"postgres/river", func(b *testing.B) jobs { b.Helper(); return riverJobs(b, postgres(b)) }},
	} {
		b.Run(engine.name, func(b *testing.B) {
			q := engine.open(b)
			checkEffects(b, q)
			for _, n := range []int{1, 16} {
				b.Run(fmt.Sprintf("put/producers=%d", n), func(b *testing.B) { benchmarkPut(b, q, n) })
			}
			b.Run("fill", func(b *testing.B) { benchmarkFill(b, q) })
			for _, n := range []int{16, 200} {
				b.Run(fmt.Sprintf("work/workers=%d", n), func(b *testing.B) { benchmarkWork(b, q, n) })
			}
		})
	}
}

// checkEffects asserts that each item is handled exactly once.
func checkEffects(b *testing.B, q jobs) {
	b.Helper()
	const n = 500
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	check(b, q.fill(ctx, numbered(n-1)))
	check(b, q.put(ctx, job{n - 1, body}))
	var mu sync.Mutex
	seen := map[int]int{}
	check(b, q.work(ctx, n, 16, func(j job) {
		mu.Lock()
		defer mu.Unlock()
		if j.Body == body {
			seen[j.ID]++
		}
	}))
	for i := range n {
		if seen[i] != 1 {
			b.Fatalf("item %d was handled %d times", i, seen[i])
		}
	}
}

func numbered(n int) []job {
	js := make([]job, n)
	for i := range js {
		js[i] = job{i, body}
	}
	return js
}

func benchmarkPut(b *testing.B, q jobs, producers int) {
	ctx := context.Background()
	var next atomic.Int64
	var all sync.WaitGroup
	b.ResetTimer()
	for range producers {
		all.Go(func() {
			for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
				if err := q.put(ctx, job{int(i), body}); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "items/s")
	check(b, q.work(ctx, b.N, 200, func(job) {})) // for the next one
}

func benchmarkFill(b *testing.B, q jobs) {
	ctx := context.Background()
	js := numbered(b.N)
	b.ResetTimer()
	check(b, q.fill(ctx, js))
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "items/s")
	check(b, q.work(ctx, b.N, 200, func(job) {}))
}

func benchmarkWork(b *testing.B, q jobs, workers int) {
	ctx := context.Background()
	check(b, q.fill(ctx, numbered(b.N)))
	b.ResetTimer()
	check(b, q.work(ctx, b.N, workers, func(job) {}))
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "items/s")
}

func ourJobs(b *testing.B, urls string) jobs {
	b.Helper()
	ctx := context.Background()
	producer, err := distributed.OpenQueue(ctx, connect(b, urls), "jobs", distributed.QueueConfig[job]{})
	check(b, err)
	consumer, err := distributed.OpenQueue(ctx, connect(b, urls), "jobs", distributed.QueueConfig[job]{})
	check(b, err)
	return jobs{
		put: producer.Put,
		fill: func(ctx context.Context, js []job) error {
			_, err := producer.PutBatch(ctx, js)
			return err
		},
		work: func(ctx context.Context, n, workers int, handle func(j job)) error {
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			var finished atomic.Int64
			err := taskgroup.Consume(ctx, workers, consumer.Items, func(ctx context.Context, it *distributed.Item[job]) error {
				err := it.Do(ctx, func(context.Context) error {
					handle(it.Value)
					return nil
				})
				if finished.Add(1) == int64(n) {
					cancel()
				}
				return err
			})
			if finished.Load() == int64(n) {
				return producer.Join(context.WithoutCancel(ctx))
			}
			return err
		},
	}
}

// Kind is the name of the job for River.
func (job) Kind() string { return "job" }

func riverJobs(b *testing.B, pool *pgxpool.Pool) jobs {
	b.Helper()
	ctx := context.Background()
	driver := riverpgxv5.New(pool)
	quiet := slog.New(slog.DiscardHandler)
	migrator, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: quiet})
	check(b, err)
	_, err = migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
	check(b, err)
	producer, err := river.NewClient(driver, &river.Config{Logger: quiet})
	check(b, err)
	return jobs{
		put: func(ctx context.Context, j job) error {
			_, err := producer.Insert(ctx, j, nil)
			return err
		},
		fill: func(ctx context.Context, js []job) error { return riverFill(ctx, producer, js) },
		work: func(ctx context.Context, n, workers int, handle func(j job)) error {
			return riverWork(ctx, pool, n, workers, handle)
		},
	}
}

func riverFill(ctx context.Context, producer *river.Client[pgx.Tx], js []job) error {
	const most = 5000 // in one statement
	for len(js) > 0 {
		n := min(len(js), most)
		params := make([]river.InsertManyParams, n)
		for i, j := range js[:n] {
			params[i].Args = j
		}
		if _, err := producer.InsertManyFast(ctx, params); err != nil {
			return err
		}
		js = js[n:]
	}
	return nil
}

// riverWork begins a client with the shortest time between two fetches, and
// ends it when no job is left that is not completed.
func riverWork(ctx context.Context, pool *pgxpool.Pool, n, workers int, handle func(j job)) error {
	var finished atomic.Int64
	last := make(chan struct{})
	handlers := river.NewWorkers()
	river.AddWorker(handlers, river.WorkFunc(func(_ context.Context, j *river.Job[job]) error {
		handle(j.Args)
		if finished.Add(1) == int64(n) {
			close(last)
		}
		return nil
	}))
	client, err := river.NewClient(riverpgxv5.New(pool), &river.Config{
		Logger: slog.New(slog.DiscardHandler), Workers: handlers, FetchCooldown: river.FetchCooldownMin,
		Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: workers}},
	})
	if err != nil {
		return err
	}
	if err := client.Start(ctx); err != nil {
		return err
	}
	<-last
	for left := 1; left > 0; {
		if err := pool.QueryRow(ctx, "SELECT count(*) FROM river_job WHERE state <> 'completed'").Scan(&left); err != nil {
			return err
		}
	}
	return client.Stop(ctx)
}
