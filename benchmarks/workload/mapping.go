package workload

import (
	"context"
	"iter"
	"runtime"
	"sync"
	"time"

	conciter "github.com/sourcegraph/conc/iter"
	"golang.org/x/sync/errgroup"

	"example.com/asyncgo/taskgroup"
)

// mapping is W4: a function of a million items, with the results in order and
// as many calls at once as there are processors. An operation is one whole map.
func mapping() []Row {
	return []Row{
		mapped("W4 map 1e6, trivial", 1_000_000, func(x int) int { return x & 1 },
			Goal{"asyncgo", "conc-iter", 1.0}),
		mapped("W4 map 1e5, 1 µs", 100_000, func(x int) int { spin(time.Microsecond); return x & 1 },
			Goal{"asyncgo", "static", 1.05}, Goal{"asyncgo", "errgroup", 1 / 2.5}),
		streamed(),
	}
}

func mapped(name string, size int, f func(int) int, goals ...Goal) Row {
	items := make([]int, size)
	for i := range items {
		items[i] = i
	}
	collect := func(do func() []int) func(int) int {
		return func(n int) (sum int) {
			for range n {
				for _, v := range do() {
					sum += v
				}
			}
			return sum
		}
	}
	return Row{
		Name: name, Unit: "map", Goals: goals,
		Impls: []Impl{
			{Name: "static", Do: collect(func() []int {
				out := make([]int, size)
				var wg sync.WaitGroup
				workers := runtime.GOMAXPROCS(0)
				for w := range workers {
					wg.Go(func() {
						for i := w * size / workers; i < (w+1)*size/workers; i++ {
							out[i] = f(items[i])
						}
					})
				}
				wg.Wait()
				return out
			})},
			{Name: "sequential", Do: collect(func() []int {
				out := make([]int, size)
				for i, x := range items {
					out[i] = f(x)
				}
				return out
			})},
			{Name: "asyncgo", Do: collect(func() []int {
				out, _ := taskgroup.Map(background, runtime.GOMAXPROCS(0), items, func(_ context.Context, x int) (int, error) { return f(x), nil })
				return out
			})},
			{Name: "conc-iter", Do: collect(func() []int {
				return conciter.Mapper[int, int]{MaxGoroutines: runtime.GOMAXPROCS(0)}.Map(items, func(x *int) int { return f(*x) })
			})},
			{Name: "errgroup", Do: collect(func() []int {
				out := make([]int, size)
				var g errgroup.Group
				g.SetLimit(runtime.GOMAXPROCS(0))
				for i, x := range items {
					g.Go(func() error { out[i] = f(x); return nil })
				}
				_ = g.Wait()
				return out
			})},
		},
	}
}

// streamed takes the items from an iterator and has a loop over the results, in
// order. An operation is one item.
func streamed() Row {
	limit := runtime.GOMAXPROCS(0)
	double := func(_ context.Context, i int) (int, error) { return 2 * i, nil }
	// inOrder counts the results, and returns -1 if one is not at its place.
	inOrder := func(results iter.Seq2[int, error]) (sum int) {
		for v, err := range results {
			if err != nil || v != 2*sum {
				return -1
			}
			sum++
		}
		return sum
	}
	return Row{
		Name: "W4 stream, trivial", Unit: "item",
		Impls: []Impl{
			{Name: "MapSeq", Do: func(n int) int {
				items := func(yield func(int) bool) {
					for i := range n {
						if !yield(i) {
							return
						}
					}
				}
				return inOrder(taskgroup.MapSeq(cancelable, limit, items, double))
			}},
			{Name: "MapSource", Do: func(n int) int {
				source := func(context.Context) iter.Seq2[int, error] {
					return func(yield func(int, error) bool) {
						for i := range n {
							if !yield(i, nil) {
								return
							}
						}
					}
				}
				return inOrder(taskgroup.MapSource(cancelable, limit, source, double))
			}},
		},
	}
}
