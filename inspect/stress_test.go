package inspect_test

import (
	"context"
	"flag"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/queue"
	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

var trees = flag.Int("trees", 1000, "how many random trees TestTreesLeaveNothing runs")

// forest is what random trees share.
type forest struct {
	sem    *semaphore.Semaphore
	lock   semaphore.Lock
	jobs   *queue.Queue[int]
	shared taskgroup.Shared[int, int]
}

// grow runs a random tree, and returns when it has ended, but for what it has
// detached.
func (f *forest) grow(ctx context.Context, seed uint64, depth int) (n int, err error) {
	r := rand.New(rand.NewPCG(seed, uint64(depth)))
	child := func(ctx context.Context) (int, error) { return f.grow(ctx, r.Uint64(), depth-1) }
	seeds := []uint64{r.Uint64(), r.Uint64(), r.Uint64()}
	each := func(ctx context.Context, seed uint64) (int, error) { return f.grow(ctx, seed, depth-1) }
	fns := make([]taskgroup.Func[int], len(seeds))
	for i, seed := range seeds {
		fns[i] = func(ctx context.Context) (int, error) { return each(ctx, seed) }
	}
	if depth == 0 {
		return f.leaf(ctx, r)
	}
	switch r.IntN(14) {
	case 0:
		_, err = taskgroup.Gather(ctx, fns...)
	case 1:
		taskgroup.Settle(ctx, fns...)
	case 2:
		n, err = taskgroup.Race(ctx, fns...)
	case 3:
		n, err = taskgroup.Staggered(ctx, time.Microsecond, nil, fns...)
	case 4:
		for n, err = range taskgroup.MapUnordered(ctx, 2, slices.Values(seeds), each) {
			break // left
		}
	case 5:
		for n, err = range taskgroup.MapSeq(ctx, 2, slices.Values(seeds), each) {
			continue
		}
	case 6:
		err = taskgroup.ForEach(ctx, 2, slices.Values(seeds), func(ctx context.Context, seed uint64) error { _, err := each(ctx, seed); return err })
	case 7:
		for range taskgroup.AsCompleted(ctx, fns...) {
			continue
		}
	case 8:
		_, err = taskgroup.Start(ctx, calm(fns[0])).WaitOrCancel(ctx)
	case 9:
		taskgroup.Start(ctx, calm(fns[1]), taskgroup.Shielded()) // outlives
	case 10:
		n, _, err = f.shared.Do(ctx, r.IntN(3), func(ctx context.Context) (int, error) { return f.leaf(ctx, rand.New(rand.NewPCG(seeds[0], 0))) })
	default:
		opts := []taskgroup.Option{taskgroup.WithName("group"), taskgroup.WithPanics(taskgroup.PanicAsError)}
		if r.IntN(2) == 0 {
			opts = append(opts, taskgroup.WithLimit(1+r.IntN(2)), taskgroup.WithBacklog(r.IntN(3)-1))
		}
		if r.IntN(2) == 0 {
			opts = append(opts, taskgroup.WithKeepGoing())
		}
		if r.IntN(4) == 0 {
			opts = append(opts, taskgroup.WithGrace(time.Microsecond))
		}
		err = taskgroup.Run(ctx, func(ctx context.Context, g *taskgroup.Group) error {
			for i, fn := range fns {
				task := taskgroup.Go(g, fn, taskgroup.Named("task"))
				if i == 1 && r.IntN(3) == 0 {
					task.Cancel(errTrace)
				}
			}
			if r.IntN(5) == 0 {
				g.Cancel(nil)
			}
			_, err := child(ctx)
			return err
		}, opts...)
	}
	return n, err
}

// calm is a function for Start, in which a panic would end the process.
func calm(fn taskgroup.Func[int]) taskgroup.Func[int] {
	return func(ctx context.Context) (int, error) {
		defer func() { _ = recover() }()
		return fn(ctx)
	}
}

// leaf waits for something, or ends in some way.
func (f *forest) leaf(ctx context.Context, r *rand.Rand) (int, error) {
	switch r.IntN(10) {
	case 0:
		panic("leaf")
	case 1:
		runtime.Goexit()
	case 2:
		return 0, errTrace
	case 3:
		return 0, f.sem.Do(ctx, func(ctx context.Context) error { return taskgroup.Sleep(ctx, time.Microsecond) })
	case 4:
		ctx, cancel := context.WithTimeout(ctx, 10*time.Microsecond)
		defer cancel()
		return f.jobs.Get(ctx)
	case 5:
		if f.lock.Lock(ctx) == nil {
			runtime.Gosched()
			f.lock.Unlock()
		}
	case 6:
		_ = f.jobs.TryPut(1)
	case 7:
		return taskgroup.Blocking(ctx, func() (int, error) { return 1, nil })
	default:
		runtime.Gosched()
	}
	return 1, ctx.Err()
}

// Whatever happens in random trees, and whatever looks at them meanwhile,
// nothing is left of them in the monitor, and each trace has its end.
func TestTreesLeaveNothing(t *testing.T) {
	testkit.CaptureLog(t)
	j := &journal{}
	m := inspect.New(inspect.WithTimeline(100), inspect.WithLabels(), inspect.WithRegions(), inspect.WithTracer(j))
	defer m.Close()
	f := &forest{sem: semaphore.New(2).Named("sem"), jobs: queue.New[int](10).Named("jobs")}
	f.lock.Named("lock")
	over := make(chan struct{})
	var observers, all sync.WaitGroup
	observe := func(look func()) {
		observers.Go(func() {
			for {
				select {
				case <-over:
					return
				default:
					look()
					runtime.Gosched()
				}
			}
		})
	}
	observe(func() { _ = m.Snapshot().WriteText(io.Discard) })
	observe(func() { m.Check(inspect.Rules{Waiting: 1, Running: 1, Holding: 1, Ignoring: 1, Deadlock: true}) })
	observe(func() { _ = m.Timeline().WriteText(io.Discard) })
	observe(func() {
		other := inspect.New(inspect.WithTimeline(10))
		inspect.SetDefault(other)
		_, _ = taskgroup.Gather(context.Background(), one, one)
		other.Snapshot()
		other.Close()
		inspect.SetDefault(nil)
	})
	ctx := m.Context(context.Background())
	for worker := range 4 {
		all.Go(func() {
			for i := range *trees / 4 {
				_, _ = taskgroup.Start(ctx, calm(func(ctx context.Context) (int, error) {
					return f.grow(ctx, uint64(i*4+worker), 3)
				})).Wait(context.Background())
			}
		})
	}
	all.Wait()
	for deadline := time.Now().Add(10 * time.Second); len(m.Snapshot().Nodes) > 0; runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatal(m.Snapshot())
		}
	}
	close(over)
	observers.Wait()
	j.complete(t)
	for _, total := range m.Snapshot().Totals {
		assert.Zero(t, total.Open, total.Name)
		assert.LessOrEqual(t, total.Begun, total.Ended, total.Name)
	}
	assert.Len(t, m.Timeline().Spans, 100)
}
