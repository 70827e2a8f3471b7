package workload

import (
	"context"
	"fmt"
	"runtime"
	"sync"

	xsemaphore "golang.org/x/sync/semaphore"

	"example.com/asyncgo/semaphore"
)

// permits is a semaphore of any make.
type permits struct {
	name    string
	acquire func(ctx context.Context)
	release func()
}

func ours(n int) permits {
	s := semaphore.New(n)
	return permits{"asyncgo", func(ctx context.Context) { _ = s.Acquire(ctx) }, s.Release}
}

func theirs(n int) permits {
	s := xsemaphore.NewWeighted(int64(n))
	return permits{"x/sync", func(ctx context.Context) { _ = s.Acquire(ctx, 1) }, func() { s.Release(1) }}
}

func channel(n int) permits {
	c := make(chan struct{}, n)
	return permits{"channel", func(context.Context) { c <- struct{}{} }, func() { <-c }}
}

func channelSelect(n int) permits {
	c := make(chan struct{}, n)
	return permits{"channel-select", func(ctx context.Context) {
		select {
		case c <- struct{}{}:
		case <-ctx.Done():
		}
	}, func() { <-c }}
}

// semaphores is W6.
func semaphores() []Row {
	rows := []Row{uncontended(), weighted(), scoped()}
	yield := func() { runtime.Gosched() }
	rows = append(rows, Contended("W6 hand-off", 2, 1, yield, Goal{"asyncgo", "x/sync", 0.95}))
	for _, g := range []int{8, 64, 1000} {
		rows = append(rows, Contended(fmt.Sprintf("W6 held over a yield, %d goroutines", g), g, 3, yield, Goal{"asyncgo", "x/sync", 0.95}))
	}
	for _, g := range []int{64, 1000} {
		rows = append(rows, Contended(fmt.Sprintf("W6 short hold, %d goroutines", g), g, 3, func() {},
			Goal{"asyncgo", "channel", 1.3}, Goal{"asyncgo", "x/sync", 1. / 5}))
	}
	rows = append(rows, weightedLoad())
	return append(rows, rwLocks()...)
}

func uncontended() Row {
	s, x := semaphore.New(4), xsemaphore.NewWeighted(4)
	c := make(chan struct{}, 4)
	var mu sync.Mutex
	return Row{
		Name: "W6 uncontended", Unit: "acquire and release",
		Impls: []Impl{
			{Name: "mutex", Do: func(n int) (sum int) {
				for range n {
					mu.Lock()
					sum++
					mu.Unlock()
				}
				return sum
			}},
			{Name: "asyncgo", Do: func(n int) (sum int) {
				for range n {
					_ = s.Acquire(background)
					sum++
					s.Release()
				}
				return sum
			}},
			{Name: "asyncgo-cancelable", Do: func(n int) (sum int) {
				for range n {
					_ = s.Acquire(cancelable)
					sum++
					s.Release()
				}
				return sum
			}},
			{Name: "x/sync", Do: func(n int) (sum int) {
				for range n {
					_ = x.Acquire(background, 1)
					sum++
					x.Release(1)
				}
				return sum
			}},
			{Name: "channel-select", Do: func(n int) (sum int) {
				for range n {
					select {
					case c <- struct{}{}:
					case <-cancelable.Done():
					}
					sum++
					<-c
				}
				return sum
			}},
		},
		Goals: []Goal{
			{"asyncgo", "x/sync", 0.6},
			{"asyncgo", "mutex", 1.3},
			{"asyncgo-cancelable", "asyncgo", 1.15},
		},
	}
}

func weighted() Row {
	s, x := semaphore.New(8), xsemaphore.NewWeighted(8)
	return Row{
		Name: "W6 uncontended, weighted", Unit: "acquire and release",
		Impls: []Impl{
			{Name: "x/sync", Do: func(n int) (sum int) {
				for range n {
					_ = x.Acquire(background, 3)
					sum++
					x.Release(3)
				}
				return sum
			}},
			{Name: "asyncgo", Do: func(n int) (sum int) {
				for range n {
					_ = s.AcquireN(background, 3)
					sum++
					s.ReleaseN(3)
				}
				return sum
			}},
		},
		Goals: []Goal{{"asyncgo", "x/sync", 0.65}},
	}
}

// scoped calls a function with a result that holds a permit.
func scoped() Row {
	s := semaphore.New(4)
	return Row{
		Name: "W6 uncontended, a function that holds a permit", Unit: "call",
		Impls: []Impl{
			{Name: "Do", Do: func(n int) (sum int) {
				for range n {
					v := 0
					_ = s.Do(cancelable, func(ctx context.Context) (err error) { v, err = one(ctx); return err })
					sum += v
				}
				return sum
			}},
			{Name: "Use", Do: func(n int) (sum int) {
				for range n {
					v, _ := semaphore.Use(cancelable, s, one)
					sum += v
				}
				return sum
			}},
		},
	}
}

// crowd shares n operations out among goroutines, which do gets the index of.
func crowd(goroutines, n int, do func(index, n int)) int {
	var wg sync.WaitGroup
	for i := range goroutines {
		share := (i+1)*n/goroutines - i*n/goroutines
		wg.Go(func() { do(i, share) })
	}
	wg.Wait()
	return n
}

// Contended returns a row in which goroutines share a semaphore of the given
// size.
func Contended(name string, goroutines, size int, hold func(), goals ...Goal) Row {
	row := Row{Name: name, Unit: "acquire and release", Goals: goals}
	for _, newPermits := range []func(int) permits{channel, ours, theirs, channelSelect} {
		row.Impls = append(row.Impls, Impl{Name: newPermits(size).name, Do: func(n int) int {
			p := newPermits(size)
			return crowd(goroutines, n, func(_, n int) {
				for range n {
					p.acquire(cancelable)
					hold()
					p.release()
				}
			})
		}})
	}
	return row
}

func weightedLoad() Row {
	const goroutines, size = 8, 8
	return Row{
		Name: "W6 weighted under load, 8 goroutines", Unit: "acquire and release",
		Impls: []Impl{
			{Name: "x/sync", Do: func(n int) int {
				x := xsemaphore.NewWeighted(size)
				return crowd(goroutines, n, func(index, n int) {
					w := int64(index%4 + 1)
					for range n {
						_ = x.Acquire(background, w)
						x.Release(w)
					}
				})
			}},
			{Name: "asyncgo", Do: func(n int) int {
				s := semaphore.New(size)
				return crowd(goroutines, n, func(index, n int) {
					w := index%4 + 1
					for range n {
						_ = s.AcquireN(background, w)
						s.ReleaseN(w)
					}
				})
			}},
		},
		Goals: []Goal{{"asyncgo", "x/sync", 0.5}},
	}
}
