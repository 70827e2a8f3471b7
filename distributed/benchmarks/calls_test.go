package benchmarks

import (
	"context"
	"slices"
	"testing"
	"time"

	"example.com/asyncgo/distributed"
)

// BenchmarkCall makes one call after the other: stored, handed to a worker,
// answered.
func BenchmarkCall(b *testing.B) {
	for _, p := range places {
		b.Run(p.name, func(b *testing.B) {
			urls := p.start(b)
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			worker := connect(b, urls)
			go func() {
				_ = distributed.Serve(ctx, worker, 4, distributed.Handle("double", func(_ context.Context, n int) (int, error) { return 2 * n, nil }))
			}()
			double := distributed.Func[int, int](connect(b, urls), "double")
			_, err := double(ctx, 1)
			check(b, err)
			took := make([]time.Duration, 0, b.N)
			b.ResetTimer()
			for i := range b.N {
				began := time.Now()
				_, err := double(ctx, i)
				check(b, err)
				took = append(took, time.Since(began))
			}
			b.StopTimer()
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-us")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-us")
		})
	}
}

// BenchmarkHandOver passes the permit of a semaphore of one between two
// clients: ns/op is from one holder to the next.
func BenchmarkHandOver(b *testing.B) {
	for _, p := range places {
		b.Run(p.name, func(b *testing.B) {
			urls := p.start(b)
			ctx := context.Background()
			var sems [2]*distributed.Semaphore
			for i := range sems {
				var err error
				sems[i], err = distributed.OpenSemaphore(ctx, connect(b, urls), "db", 1)
				check(b, err)
			}
			done := make(chan error, len(sems))
			b.ResetTimer()
			for _, sem := range sems {
				go func() {
					var err error
					for i := 0; i < (b.N+1)/2 && err == nil; i++ {
						err = sem.Do(ctx, func(context.Context) error { return nil })
					}
					done <- err
				}()
			}
			for range sems {
				check(b, <-done)
			}
		})
	}
}
