package inspect_test

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

// allocations returns how many allocations one call of f takes, rounded: what
// happens, or does not, once in a while is not f's.
func allocations(f func()) uint64 {
	const runs = 2000
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	f()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range runs {
		f()
	}
	runtime.ReadMemStats(&after)
	return (after.Mallocs - before.Mallocs + runs/2) / runs
}

// What a monitor costs in allocations, exactly; without one it is nothing.
func TestAllocations(t *testing.T) {
	if testkit.Race {
		t.Skip("the race detector allocates")
	}
	if inspect.Default() != nil {
		t.Skip("there is a monitor")
	}
	off, cancel := context.WithCancel(t.Context())
	defer cancel()
	fns := []taskgroup.Func[int]{one, one}
	items := []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	item := func(context.Context, int) error { return nil }
	sem := semaphore.New(1)
	type program func(ctx context.Context, g *taskgroup.Group) func()
	for name, c := range map[string]struct {
		program program
		more    int
	}{
		"a task of a group": {func(_ context.Context, g *taskgroup.Group) func() {
			return func() { _, _ = taskgroup.Go(g, one).Wait(context.Background()) }
		}, 0},
		"a task of Start": {func(ctx context.Context, _ *taskgroup.Group) func() {
			return func() { _, _ = taskgroup.Start(ctx, one).Wait(context.Background()) }
		}, 0},
		"a group": {func(ctx context.Context, _ *taskgroup.Group) func() {
			return func() { _ = taskgroup.New(ctx).Wait() }
		}, 1},
		"Gather of two": {func(ctx context.Context, _ *taskgroup.Group) func() {
			return func() { _, _ = taskgroup.Gather(ctx, fns...) }
		}, 5},
		"ForEach of ten": {func(ctx context.Context, _ *taskgroup.Group) func() {
			return func() { _ = taskgroup.ForEach(ctx, 1, slices.Values(items), item) }
		}, 11},
		"a wait": {func(_ context.Context, g *taskgroup.Group) func() {
			var ended sync.WaitGroup
			f := func(ctx context.Context) error {
				defer ended.Done()
				if err := sem.Acquire(ctx); err != nil {
					return err
				}
				sem.Release()
				return nil
			}
			return func() {
				_ = sem.Acquire(context.Background())
				ended.Add(1)
				g.Go(f)
				for range 10 { // there is one processor: it blocks
					runtime.Gosched()
				}
				sem.Release()
				ended.Wait()
			}
		}, -1}, // what a task that blocks needs more is there already
		"a hold": {func(_ context.Context, g *taskgroup.Group) func() {
			var ended sync.WaitGroup
			f := func(ctx context.Context) error {
				defer ended.Done()
				return sem.Do(ctx, noop)
			}
			return func() {
				ended.Add(1)
				g.Go(f)
				ended.Wait()
			}
		}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			measure := func(ctx context.Context) uint64 {
				g := taskgroup.New(ctx)
				defer func() { assert.NoError(t, g.Wait()) }()
				return allocations(c.program(ctx, g))
			}
			without := measure(off)
			m := inspect.New()
			defer m.Close()
			with := measure(m.Context(off))
			assert.Equal(t, c.more, int(with)-int(without))
		})
	}
}
