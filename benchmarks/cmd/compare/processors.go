package main

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"example.com/asyncgo/queue"
	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

// processors measures operations at several settings of GOMAXPROCS.
func processors() string {
	operations := []struct {
		name string
		do   func(n int)
	}{
		{"Start and Wait", func(n int) {
			for range n {
				_, _ = taskgroup.Start(context.Background(), func(context.Context) (int, error) { return 1, nil }).Wait(context.Background())
			}
		}},
		{"task of a group", func(n int) {
			g := taskgroup.New(context.Background())
			for range n {
				g.Go(func(context.Context) error { return nil })
			}
			must(g.Wait())
		}},
		{"item of a Map", func(n int) {
			_, _ = taskgroup.Map(context.Background(), runtime.GOMAXPROCS(0), make([]struct{}, n), func(context.Context, struct{}) (int, error) { return 1, nil })
		}},
		{"semaphore, 64 goroutines on 3 permits", func(n int) {
			s := semaphore.New(3)
			var left atomic.Int64
			left.Store(int64(n))
			crowd(64, func() {
				for left.Add(-1) >= 0 {
					must(s.Acquire(context.Background()))
					s.Release()
				}
			})
		}},
		{"queue of 128, 8 and 8", func(n int) {
			q := queue.New[int](128)
			var wg sync.WaitGroup
			for range 8 {
				wg.Go(func() {
					for range n / 8 {
						must(q.Put(context.Background(), 1))
					}
				})
				wg.Go(func() {
					for range n / 8 {
						_, err := q.Get(context.Background())
						must(err)
					}
				})
			}
			wg.Wait()
		}},
	}
	settings := []int{1, 2, 8, 64}
	before := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(before)
	var b strings.Builder
	b.WriteString("## Processors\n\nNanoseconds per operation, the best of five, at several settings of GOMAXPROCS, of which some exceed the number of processors.\n\n|  |")
	for _, p := range settings {
		fmt.Fprintf(&b, " %d |", p)
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(settings)) + "\n")
	for _, op := range operations {
		fmt.Fprintf(&b, "| %s |", op.name)
		for _, p := range settings {
			runtime.GOMAXPROCS(p)
			const n = 100_000
			best := time.Duration(1 << 62)
			for range 5 {
				start := time.Now()
				op.do(n)
				best = min(best, time.Since(start))
			}
			fmt.Fprintf(&b, " %.1f |", float64(best.Nanoseconds())/n)
		}
		b.WriteString("\n")
	}
	return b.String() + "\n"
}

func crowd(n int, do func()) {
	var wg sync.WaitGroup
	for range n {
		wg.Go(do)
	}
	wg.Wait()
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
