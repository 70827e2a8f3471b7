package workload

import (
	"context"
	"sync"

	"github.com/alitto/pond/v2"
	"github.com/gammazero/workerpool"
	"github.com/panjf2000/ants/v2"
	"github.com/sourcegraph/conc"
	concpool "github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"

	"example.com/asyncgo/taskgroup"
)

var background = context.Background()

// cancelable is canceled only by Stop, at the end of the process.
var cancelable, stop = context.WithCancel(background)

// Stop cancels the context that the work uses.
func Stop() { stop() }

func one(context.Context) (int, error) { return 1, nil }

// spawn is W1: start one task that returns a value, and wait for it.
func spawn() []Row {
	pondPool := sync.OnceValue(func() pond.ResultPool[int] { return pond.NewResultPool[int](2) })
	antsPool := sync.OnceValue(func() *ants.Pool { p, _ := ants.NewPool(2); return p })
	workers := sync.OnceValue(func() *workerpool.WorkerPool { return workerpool.New(2) })
	return []Row{{
		Name: "W1 spawn and join", Unit: "task",
		Impls: []Impl{
			{Name: "raw", Do: func(n int) (sum int) {
				for range n {
					var wg sync.WaitGroup
					v := 0
					wg.Add(1)
					go func() { defer wg.Done(); v, _ = one(background) }()
					wg.Wait()
					sum += v
				}
				return sum
			}},
			{Name: "raw-channel", Do: func(n int) (sum int) {
				for range n {
					c := make(chan int, 1)
					go func() { v, _ := one(background); c <- v }()
					sum += <-c
				}
				return sum
			}},
			{Name: "asyncgo", Do: func(n int) (sum int) {
				for range n {
					v, _ := taskgroup.Start(background, one).Wait(background)
					sum += v
				}
				return sum
			}},
			{Name: "asyncgo-cancelable", Do: func(n int) (sum int) {
				for range n {
					v, _ := taskgroup.Start(background, one).Wait(cancelable)
					sum += v
				}
				return sum
			}},
			{Name: "errgroup", Do: func(n int) (sum int) {
				for range n {
					var g errgroup.Group
					v := 0
					g.Go(func() error { v, _ = one(background); return nil })
					_ = g.Wait()
					sum += v
				}
				return sum
			}},
			{Name: "conc", Do: func(n int) (sum int) {
				for range n {
					var wg conc.WaitGroup
					v := 0
					wg.Go(func() { v, _ = one(background) })
					wg.Wait()
					sum += v
				}
				return sum
			}},
			{Name: "conc-typed", Do: func(n int) (sum int) {
				for range n {
					p := concpool.NewWithResults[int]().WithErrors()
					p.Go(func() (int, error) { return one(background) })
					vs, _ := p.Wait()
					sum += vs[0]
				}
				return sum
			}},
			{Name: "pond-typed", Do: func(n int) (sum int) {
				p := pondPool()
				for range n {
					v, _ := p.SubmitErr(func() (int, error) { return one(background) }).Wait()
					sum += v
				}
				return sum
			}},
			{Name: "ants", Do: func(n int) (sum int) {
				p := antsPool()
				for range n {
					var wg sync.WaitGroup
					v := 0
					wg.Add(1)
					_ = p.Submit(func() { defer wg.Done(); v, _ = one(background) })
					wg.Wait()
					sum += v
				}
				return sum
			}},
			{Name: "workerpool", Do: func(n int) (sum int) {
				p := workers()
				for range n {
					v := 0
					p.SubmitWait(func() { v, _ = one(background) })
					sum += v
				}
				return sum
			}},
		},
		Goals: []Goal{
			{"asyncgo", "raw", 1.10},
			{"asyncgo", "conc-typed", 0.80},
			{"asyncgo", "pond-typed", 0.80},
			{"asyncgo-cancelable", "raw", 1.5},
		},
	}}
}
