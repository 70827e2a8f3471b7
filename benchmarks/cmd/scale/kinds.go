package main

import (
	"context"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"example.com/asyncgo/queue"
	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

// kind is work that is done for n of something. Each of its two functions calls
// hold once all of them exist, unless they never do at the same moment.
type kind struct {
	name    string
	tasks   int // that each of the n has
	long    bool
	raw     string // what the other one is
	ours    func(n int, hold func())
	without func(n int, hold func())
}

var background = context.Background()

func nothing(context.Context) error { return nil }

var kinds = []kind{
	{
		name: "tasks of a group that wait", tasks: 1,
		ours: func(n int, hold func()) {
			waiting(n, hold, func(wait func()) func() {
				g := taskgroup.New(background)
				for range n {
					g.Go(func(context.Context) error { wait(); return nil })
				}
				return func() { must(g.Wait()) }
			})
		},
		raw: "goroutines",
		without: func(n int, hold func()) {
			waiting(n, hold, func(wait func()) func() {
				var wg sync.WaitGroup
				for range n {
					wg.Go(wait)
				}
				return wg.Wait
			})
		},
	},
	{
		name: "groups of ten tasks that wait", tasks: 10,
		ours: func(n int, hold func()) {
			waiting(10*n, hold, func(wait func()) func() {
				groups := make([]*taskgroup.Group, n)
				for i := range groups {
					groups[i] = taskgroup.New(background)
					for range 10 {
						groups[i].Go(func(context.Context) error { wait(); return nil })
					}
				}
				return func() {
					for _, g := range groups {
						must(g.Wait())
					}
				}
			})
		},
		raw: "errgroup.WithContext",
		without: func(n int, hold func()) {
			waiting(10*n, hold, func(wait func()) func() {
				groups := make([]*errgroup.Group, n)
				for i := range groups {
					groups[i], _ = errgroup.WithContext(background)
					for range 10 {
						groups[i].Go(func() error { wait(); return nil })
					}
				}
				return func() {
					for _, g := range groups {
						must(g.Wait())
					}
				}
			})
		},
	},
	{
		name: "tasks of a group, one after another", tasks: 1, long: true,
		ours: func(n int, hold func()) {
			g := taskgroup.New(background)
			sum := 0
			for range n {
				v, err := taskgroup.Go(g, func(context.Context) (int, error) { return 1, nil }).Wait(background)
				must(err)
				sum += v
			}
			hold() // the group, after its tasks
			must(g.Wait())
			check(sum, n)
		},
		raw: "go statements",
		without: func(n int, hold func()) {
			sum := 0
			for range n {
				var wg sync.WaitGroup
				wg.Go(func() { sum++ })
				wg.Wait()
			}
			hold()
			check(sum, n)
		},
	},
	{
		name: "tasks through a limit of 100", tasks: 1, long: true,
		ours: func(n int, _ func()) {
			g := taskgroup.New(background, taskgroup.WithLimit(100))
			for range n {
				g.Go(nothing)
			}
			must(g.Wait())
		},
		raw: "errgroup.SetLimit",
		without: func(n int, _ func()) {
			var g errgroup.Group
			g.SetLimit(100)
			for range n {
				g.Go(func() error { return nil })
			}
			must(g.Wait())
		},
	},
	{
		name: "tasks in a backlog, limit 100", tasks: 1,
		ours: func(n int, _ func()) {
			g := taskgroup.New(background, taskgroup.WithLimit(100), taskgroup.WithBacklog(-1))
			for range n {
				g.Go(nothing)
			}
			must(g.Wait())
		},
		raw: "goroutines, channel of 100 tokens",
		without: func(n int, _ func()) {
			tokens := make(chan struct{}, 100)
			crowd(n, func() { tokens <- struct{}{}; <-tokens })
		},
	},
	{
		name: "items of a Map", tasks: 1,
		ours: func(n int, _ func()) {
			out, err := taskgroup.Map(background, taskgroup.NoLimit, make([]struct{}, n), func(context.Context, struct{}) (int, error) { return 1, nil })
			must(err)
			check(len(out), n)
		},
		raw: "goroutines",
		without: func(n int, _ func()) {
			out := make([]int, n)
			var wg sync.WaitGroup
			wg.Add(n)
			for i := range out {
				go func() { defer wg.Done(); out[i] = i }()
			}
			wg.Wait()
		},
	},
	{
		name: "calls of WaitFor that wait", tasks: 1,
		ours: func(n int, hold func()) {
			waiting(n, hold, func(wait func()) func() {
				var wg sync.WaitGroup
				for range n {
					wg.Go(func() {
						_, err := taskgroup.WaitFor(background, time.Hour, func(ctx context.Context) (int, error) {
							_ = ctx.Done() // most functions use it
							wait()
							return 1, nil
						})
						must(err)
					})
				}
				return wg.Wait
			})
		},
		raw: "context.WithTimeout",
		without: func(n int, hold func()) {
			waiting(n, hold, func(wait func()) func() {
				var wg sync.WaitGroup
				for range n {
					wg.Go(func() {
						ctx, cancel := context.WithTimeout(background, time.Hour)
						defer cancel()
						_ = ctx.Done()
						wait()
					})
				}
				return wg.Wait
			})
		},
	},
	{
		name: "keys of a Keyed, all held", tasks: 1,
		ours: func(n int, hold func()) {
			k := semaphore.NewKeyed[int](1)
			for i := range n {
				must(k.Acquire(background, i))
			}
			hold()
			for i := range n {
				k.Release(i)
			}
			check(k.Len(), 0)
		},
		raw: "map of *sync.Mutex",
		without: func(n int, hold func()) {
			var mu sync.Mutex // guards locks
			locks := map[int]*sync.Mutex{}
			for i := range n {
				mu.Lock()
				if locks[i] == nil {
					locks[i] = new(sync.Mutex)
				}
				l := locks[i]
				mu.Unlock()
				l.Lock()
			}
			hold()
			for i := range n {
				mu.Lock()
				l := locks[i]
				delete(locks, i)
				mu.Unlock()
				l.Unlock()
			}
			check(len(locks), 0)
		},
	},
	{
		name: "goroutines on a semaphore of 100", tasks: 10, // a tenth of the number is enough
		ours: func(n int, _ func()) {
			s := semaphore.New(100)
			crowd(n, func() { must(s.Acquire(background)); runtime.Gosched(); s.Release() })
		},
		raw: "channel of 100 tokens",
		without: func(n int, _ func()) {
			c := make(chan struct{}, 100)
			crowd(n, func() { c <- struct{}{}; runtime.Gosched(); <-c })
		},
	},
	{
		name: "goroutines on a queue of 100", tasks: 10,
		ours: func(n int, _ func()) {
			q := queue.New[int](100)
			go func() {
				for range n {
					_, err := q.Get(background)
					must(err)
				}
			}()
			crowd(n, func() { must(q.Put(background, 1)) })
		},
		raw: "channel of 100",
		without: func(n int, _ func()) {
			c := make(chan int, 100)
			go func() {
				for range n {
					<-c
				}
			}()
			crowd(n, func() { c <- 1 })
		},
	},
}

// waiting calls hold while the goroutines that start begins, n of them, are
// all in a call of wait. The function that start returns joins them.
func waiting(n int, hold func(), start func(wait func()) (join func())) {
	var arrived sync.WaitGroup
	arrived.Add(n)
	release := make(chan struct{})
	join := start(func() { arrived.Done(); <-release })
	arrived.Wait()
	hold()
	close(release)
	join()
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

func check(got, want int) {
	if got != want {
		panic("not all of the work was done")
	}
}
