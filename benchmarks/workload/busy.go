package workload

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"example.com/asyncgo/taskgroup"
)

const microseconds = 10_000 // of work in one map

// busy repeats the short waits of other rows while goroutines compute, four for
// each processor. Code that yields before it blocks, or polls, waits here for
// milliseconds.
func busy() []Row {
	return []Row{
		{
			Name: "Beside goroutines that compute, start and wait", Unit: "task",
			Goals: []Goal{{"asyncgo", "raw-channel", 2}},
			Impls: []Impl{
				{Name: "raw-channel", Timed: besideBusy(func(n int) (sum int) {
					for range n {
						c := make(chan int, 1)
						go func() { v, _ := one(background); c <- v }()
						sum += <-c
					}
					return sum
				})},
				{Name: "asyncgo", Timed: besideBusy(func(n int) (sum int) {
					for range n {
						v, _ := taskgroup.Start(background, one).Wait(cancelable)
						sum += v
					}
					return sum
				})},
				{Name: "asyncgo-set", Timed: besideBusy(func(n int) (sum int) {
					var s taskgroup.Set[*taskgroup.Task[int]]
					for range n {
						s.Add(taskgroup.Start(background, one))
						t, _ := s.Next(cancelable)
						v, _ := t.Result()
						sum += v
					}
					return sum
				})},
			},
		},
		{
			Name: "Beside goroutines that compute, hand-off", Unit: "acquire and release",
			Goals: []Goal{{"asyncgo", "x/sync", 1.5}},
			Impls: []Impl{
				{Name: "x/sync", Timed: besideBusy(pingPong(theirs))},
				{Name: "asyncgo", Timed: besideBusy(pingPong(ours))},
			},
		},
		{
			Name: "Beside goroutines that compute, map 1e4, 1 µs", Unit: "map",
			Goals: []Goal{{"asyncgo", "static", 1.5}},
			Impls: []Impl{
				{Name: "static", Timed: besideBusy(func(n int) (sum int) {
					for range n {
						sum += crowd(runtime.GOMAXPROCS(0), microseconds, func(_, n int) {
							for range n {
								spin(time.Microsecond)
							}
						})
					}
					return sum
				})},
				{Name: "asyncgo", Timed: besideBusy(func(n int) (sum int) {
					items := make([]int, microseconds)
					for range n {
						out, _ := taskgroup.Map(background, runtime.GOMAXPROCS(0), items, func(context.Context, int) (int, error) {
							spin(time.Microsecond)
							return 1, nil
						})
						sum += len(out)
					}
					return sum
				})},
			},
		},
	}
}

// pingPong has two goroutines wake each other, through a semaphore each.
func pingPong(newPermits func(n int) permits) func(n int) int {
	return func(n int) (sum int) {
		there, back := newPermits(1), newPermits(1)
		there.acquire(background)
		back.acquire(background)
		var wg sync.WaitGroup
		wg.Go(func() {
			for range n {
				there.acquire(cancelable)
				back.release()
			}
		})
		for range n {
			there.release()
			back.acquire(cancelable)
			sum++
		}
		wg.Wait()
		return sum
	}
}

// besideBusy measures do while goroutines compute.
func besideBusy(do func(n int) int) func(n int) (sum int, took time.Duration) {
	return func(n int) (sum int, took time.Duration) {
		var over atomic.Bool
		var wg sync.WaitGroup
		for range 4 * runtime.GOMAXPROCS(0) {
			wg.Go(func() {
				for !over.Load() {
					continue
				}
			})
		}
		start := time.Now()
		sum = do(n)
		took = time.Since(start)
		over.Store(true)
		wg.Wait()
		return sum, took
	}
}
