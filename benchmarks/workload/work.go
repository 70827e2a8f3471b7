package workload

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/alitto/pond/v2"
	"github.com/panjf2000/ants/v2"
	"github.com/sourcegraph/conc/iter"
	concpool "github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"

	"example.com/asyncgo/taskgroup"
)

// work is W3: 1000 tasks that take a while, without a limit and with one.
func work() []Row {
	return []Row{
		working("W3 1 µs", func() { spin(time.Microsecond) }, Goal{"asyncgo", "raw", 0.8}),
		working("W3 10 µs", func() { spin(10 * time.Microsecond) }, Goal{"asyncgo", "raw", 1.05}),
		working("W3 sleep 1 ms", func() { time.Sleep(time.Millisecond) }, Goal{"asyncgo", "raw", 1.05}),
		limited("W3 1 µs, limit 8", func() { spin(time.Microsecond) },
			Goal{"asyncgo", "raw", 1.05}, Goal{"asyncgo", "errgroup", 0.7}),
		limited("W3 10 µs, limit 8", func() { spin(10 * time.Microsecond) }, Goal{"asyncgo", "raw", 1.05}),
	}
}

const tasks = 1000

var indexes = func() []int {
	all := make([]int, tasks)
	for i := range all {
		all[i] = i
	}
	return all
}()

func counting(f func(do func())) func(int) int {
	return func(n int) int {
		var sum atomic.Int64
		for range n {
			f(func() { sum.Add(1) })
		}
		return int(sum.Load())
	}
}

func working(name string, busy func(), goals ...Goal) Row {
	return Row{
		Name: name, Unit: "1000 tasks", Goals: goals,
		Impls: []Impl{
			{Name: "raw", Do: counting(func(do func()) {
				var wg sync.WaitGroup
				wg.Add(tasks)
				for range tasks {
					go func() { defer wg.Done(); busy(); do() }()
				}
				wg.Wait()
			})},
			{Name: "asyncgo", Do: counting(func(do func()) {
				_, _ = taskgroup.Map(background, taskgroup.NoLimit, indexes, func(context.Context, int) (int, error) { busy(); do(); return 1, nil })
			})},
			{Name: "asyncgo-group", Do: counting(func(do func()) {
				g := taskgroup.New(background)
				for range tasks {
					taskgroup.Go(g, func(context.Context) (int, error) { busy(); do(); return 1, nil })
				}
				_ = g.Wait()
			})},
			{Name: "errgroup", Do: counting(func(do func()) {
				var g errgroup.Group
				for range tasks {
					g.Go(func() error { busy(); do(); return nil })
				}
				_ = g.Wait()
			})},
			{Name: "conc", Do: counting(func(do func()) {
				p := concpool.New()
				for range tasks {
					p.Go(func() { busy(); do() })
				}
				p.Wait()
			})},
		},
	}
}

func limited(name string, busy func(), goals ...Goal) Row {
	const limit = 8
	return Row{
		Name: name, Unit: "1000 tasks", Goals: goals,
		Impls: []Impl{
			{Name: "raw", Do: counting(func(do func()) { // that many workers on one cursor
				var wg sync.WaitGroup
				var cursor atomic.Int64
				wg.Add(limit)
				for range limit {
					go func() {
						defer wg.Done()
						for cursor.Add(1) <= tasks {
							busy()
							do()
						}
					}()
				}
				wg.Wait()
			})},
			{Name: "asyncgo", Do: counting(func(do func()) {
				_, _ = taskgroup.Map(background, limit, indexes, func(context.Context, int) (int, error) { busy(); do(); return 1, nil })
			})},
			{Name: "asyncgo-group", Do: counting(func(do func()) {
				g := taskgroup.New(background, taskgroup.WithLimit(limit))
				for range tasks {
					g.Go(func(context.Context) error { busy(); do(); return nil })
				}
				_ = g.Wait()
			})},
			{Name: "errgroup", Do: counting(func(do func()) {
				var g errgroup.Group
				g.SetLimit(limit)
				for range tasks {
					g.Go(func() error { busy(); do(); return nil })
				}
				_ = g.Wait()
			})},
			{Name: "conc-iter", Do: counting(func(do func()) {
				iter.Iterator[int]{MaxGoroutines: limit}.ForEach(indexes, func(*int) { busy(); do() })
			})},
			{Name: "ants", Do: counting(func(do func()) {
				p, _ := ants.NewPool(limit)
				defer p.Release()
				var wg sync.WaitGroup
				wg.Add(tasks)
				for range tasks {
					_ = p.Submit(func() { defer wg.Done(); busy(); do() })
				}
				wg.Wait()
			})},
			{Name: "pond", Do: counting(func(do func()) {
				p := pond.NewPool(limit)
				for range tasks {
					p.Submit(func() { busy(); do() })
				}
				p.StopAndWait()
			})},
		},
	}
}
