// Package ops has the operations that command before compares. That command
// compiles a copy of this file with the tree and with the other commit, so it
// imports only the three packages, and uses only what both commits export.
package ops

import (
	"context"
	"sync"

	"example.com/asyncgo/queue"
	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

var (
	background    = context.Background()
	cancelable, _ = context.WithCancel(background)

	thousand = func() []taskgroup.Func[int] {
		fns := make([]taskgroup.Func[int], 1000)
		for i := range fns {
			fns[i] = one
		}
		return fns
	}()
	items   = make([]int, 1000)
	million = make([]int, 1_000_000)

	group     *taskgroup.Group
	limited   *taskgroup.Group
	permits   = semaphore.New(2)
	lock      semaphore.Lock
	unbounded = queue.New[int](0)
	bounded   = queue.New[int](128)
)

func init() { Renew() }

// Renew makes the groups anew that operations share, so that a monitor that has
// been opened sees them. Their tasks have completed.
func Renew() {
	group = taskgroup.New(background)
	limited = taskgroup.New(background, taskgroup.WithLimit(2))
}

func one(context.Context) (int, error)           { return 1, nil }
func same(_ context.Context, i int) (int, error) { return i, nil }
func nothing(context.Context) error              { return nil }
func blocked(ctx context.Context) error          { <-ctx.Done(); return nil }

// must panics if an operation has failed: its time would mean nothing.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

// Ops are the operations by name. Each does its work n times.
var Ops = map[string]func(n int){
	"W1 start and wait": func(n int) {
		for range n {
			_, err := taskgroup.Start(background, one).Wait(background)
			must(err)
		}
	},
	"W1 start and wait, cancelable": func(n int) {
		for range n {
			_, err := taskgroup.Start(background, one).Wait(cancelable)
			must(err)
		}
	},
	"W1 go in a group and wait": func(n int) {
		for range n {
			_, err := taskgroup.Go(group, one).Wait(background)
			must(err)
		}
	},
	"W1 go within a limit and wait": func(n int) {
		for range n {
			_, err := taskgroup.Go(limited, one).Wait(background)
			must(err)
		}
	},
	"W2 a group of one": func(n int) {
		for range n {
			g := taskgroup.New(background)
			g.Go(nothing)
			must(g.Wait())
		}
	},
	"W2 a group of 1000": func(n int) {
		for range n {
			g := taskgroup.New(background)
			for range 1000 {
				g.Go(nothing)
			}
			must(g.Wait())
		}
	},
	"W2 gather of 1": func(n int) {
		for range n {
			_, err := taskgroup.Gather(background, thousand[:1]...)
			must(err)
		}
	},
	"W2 gather of 1000": func(n int) {
		for range n {
			_, err := taskgroup.Gather(background, thousand...)
			must(err)
		}
	},
	"W3 1000 that block": func(n int) {
		for range n {
			g := taskgroup.New(background)
			for range 1000 {
				g.Go(blocked)
			}
			g.Stop()
			must(g.Wait())
		}
	},
	"W4 map of 1000, limit 2": func(n int) {
		for range n {
			_, err := taskgroup.Map(background, 2, items, same)
			must(err)
		}
	},
	"W4 map of 1e6, limit 2": func(n int) {
		for range n {
			_, err := taskgroup.Map(background, 2, million, same)
			must(err)
		}
	},
	"W5 wait for 100 tasks": func(n int) {
		tasks := make([]*taskgroup.Task[int], 100)
		for range n {
			for i := range tasks {
				tasks[i] = taskgroup.Go(group, one)
			}
			_, _, err := taskgroup.Wait(background, taskgroup.AllCompleted, tasks...)
			must(err)
		}
	},
	"W5 set, 100 tasks one by one": func(n int) {
		for range n {
			set := taskgroup.NewSet[*taskgroup.Task[int]]()
			for range 100 {
				set.Add(taskgroup.Go(group, one))
			}
			for set.Len() > 0 {
				_, err := set.Next(background)
				must(err)
			}
		}
	},
	"W5 first of 100": func(n int) {
		futures := make([]*taskgroup.Future[int], 100)
		for range n {
			for i := range futures {
				futures[i] = taskgroup.NewFuture[int]()
			}
			go futures[50].Resolve(1)
			_, _, err := taskgroup.Wait(background, taskgroup.FirstCompleted, futures...)
			must(err)
		}
	},
	"W6 semaphore, uncontended": func(n int) {
		for range n {
			must(permits.Acquire(cancelable))
			permits.Release()
		}
	},
	"W6 lock, two goroutines": func(n int) {
		var both sync.WaitGroup
		for range 2 {
			both.Go(func() {
				for range n {
					must(lock.Lock(cancelable))
					lock.Unlock()
				}
			})
		}
		both.Wait()
	},
	"W7 queue, uncontended": func(n int) {
		for range n {
			must(unbounded.Put(cancelable, 1))
			_, err := unbounded.Get(cancelable)
			must(err)
		}
	},
	"W7 queue of 128, one to one": func(n int) {
		var producer sync.WaitGroup
		producer.Go(func() {
			for i := range n {
				must(bounded.Put(cancelable, i))
			}
		})
		for range n {
			_, err := bounded.Get(cancelable)
			must(err)
		}
		producer.Wait()
	},
}
