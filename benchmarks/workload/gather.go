package workload

import (
	"fmt"
	"sync"

	"github.com/alitto/pond/v2"
	"github.com/panjf2000/ants/v2"
	concpool "github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"

	"github.com/samber/lo/parallel"

	"example.com/asyncgo/taskgroup"
)

// GatherSizes are the numbers of tasks for which W2 has goals.
var GatherSizes = []int{10, 1000, 100_000}

// gather is W2: run N trivial tasks and collect their results in order. An
// operation is one whole gather.
func gather() []Row {
	var rows []Row
	for _, size := range GatherSizes {
		rows = append(rows, Gather(size))
	}
	return rows
}

// Gather returns the row of W2 for size tasks.
func Gather(size int) Row {
	fns := make([]taskgroup.Func[int], size)
	index := make([]int, size)
	for i := range fns {
		fns[i] = one
		index[i] = i
	}
	total := func(vs []int) (sum int) {
		for _, v := range vs {
			sum += v
		}
		return sum
	}
	each := func(f func(out []int)) func(int) int {
		return func(n int) (sum int) {
			for range n {
				out := make([]int, size)
				f(out)
				sum += total(out)
			}
			return sum
		}
	}
	row := Row{
		Name: fmt.Sprintf("W2 gather %d", size), Unit: fmt.Sprintf("%d tasks", size),
		Impls: []Impl{
			{Name: "raw", Do: each(func(out []int) {
				var wg sync.WaitGroup
				wg.Add(size)
				for i := range out {
					go func() { defer wg.Done(); out[i], _ = fns[i](background) }()
				}
				wg.Wait()
			})},
			{Name: "sequential", Do: each(func(out []int) {
				for i := range out {
					out[i], _ = fns[i](background)
				}
			})},
			{Name: "asyncgo", Do: func(n int) (sum int) {
				for range n {
					out, _ := taskgroup.Gather(background, fns...)
					sum += total(out)
				}
				return sum
			}},
			{Name: "asyncgo-group", Do: func(n int) (sum int) {
				tasks := make([]*taskgroup.Task[int], size)
				for range n {
					g := taskgroup.New(background)
					for i := range tasks {
						tasks[i] = taskgroup.Go(g, fns[i])
					}
					_ = g.Wait()
					for _, t := range tasks {
						v, _ := t.Result()
						sum += v
					}
				}
				return sum
			}},
			{Name: "errgroup", Do: each(func(out []int) {
				var g errgroup.Group
				for i := range out {
					g.Go(func() (err error) { out[i], err = fns[i](background); return err })
				}
				_ = g.Wait()
			})},
			{Name: "lo", Do: func(n int) (sum int) {
				for range n {
					sum += total(parallel.Map(index, func(i, _ int) int { v, _ := fns[i](background); return v }))
				}
				return sum
			}},
			{Name: "conc", Do: each(func(out []int) {
				p := concpool.New()
				for i := range out {
					p.Go(func() { out[i], _ = fns[i](background) })
				}
				p.Wait()
			})},
		},
	}
	if size <= 100_000 {
		row.Impls = append(row.Impls,
			Impl{Name: "ants", Do: each(func(out []int) {
				p, _ := ants.NewPool(-1)
				defer p.Release()
				var wg sync.WaitGroup
				wg.Add(size)
				for i := range out {
					_ = p.Submit(func() { defer wg.Done(); out[i], _ = fns[i](background) })
				}
				wg.Wait()
			})},
			Impl{Name: "pond", Do: each(func(out []int) {
				p := pond.NewPool(0)
				g := p.NewGroup()
				for i := range out {
					g.Submit(func() { out[i], _ = fns[i](background) })
				}
				_ = g.Wait()
				p.StopAndWait()
			})})
	}
	switch {
	case size < 100:
		row.Goals = []Goal{{"asyncgo", "raw", 0.8}, {"asyncgo-group", "raw", 1.1}}
	case size < 10_000:
		row.Goals = []Goal{{"asyncgo", "errgroup", 1. / 12}, {"asyncgo-group", "raw", 0.45}}
	default:
		row.Goals = []Goal{{"asyncgo", "errgroup", 1. / 8}, {"asyncgo-group", "raw", 0.6}}
	}
	return row
}
