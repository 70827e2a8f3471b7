package taskgroup_test

import (
	"context"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/taskgroup"
)

// cost returns how many allocations and bytes one call of f costs, rounded: what
// happens, or does not, once in a while is not f's.
func cost(f func()) (allocs, bytes uint64) {
	const runs = 2000
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	f()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range runs {
		f()
	}
	runtime.ReadMemStats(&after)
	return (after.Mallocs - before.Mallocs + runs/2) / runs, (after.TotalAlloc - before.TotalAlloc + runs/2) / runs
}

// What tasks and groups cost is promised in their documentation.
func TestAllocations(t *testing.T) {
	if testkit.Race {
		t.Skip("the race detector allocates")
	}
	background := context.Background()
	cancellable, cancel := context.WithCancel(background)
	defer cancel()
	one := value(1)
	nothing := returns(nil)

	g := taskgroup.New(cancellable)
	defer func() { assert.NoError(t, g.Wait()) }()
	limited := taskgroup.New(cancellable, taskgroup.WithLimit(2))
	defer func() { assert.NoError(t, limited.Wait()) }()
	finished := taskgroup.Start(background, one)
	<-finished.Done()
	contexts := make(chan context.Context)
	running := taskgroup.Start(cancellable, func(ctx context.Context) (int, error) {
		contexts <- ctx
		<-ctx.Done()
		return 0, nil
	})
	inside := <-contexts
	key := "key"
	var looked sync.WaitGroup
	look := func(ctx context.Context) error {
		looked.Done()
		return ctx.Err()
	}

	for name, c := range map[string]struct {
		f             func()
		allocs, bytes uint64
	}{
		"Start, Wait(Background)": {func() {
			_, _ = taskgroup.Start(background, one).Wait(background)
		}, 2, 128},
		"Start, Wait(cancellable)": {func() {
			_, _ = taskgroup.Start(cancellable, one).Wait(cancellable)
		}, 3, 240},
		"Go, Wait(Background)": {func() {
			_, _ = taskgroup.Go(g, one).Wait(background)
		}, 1, 112},
		"Go, Wait(cancellable)": {func() {
			_, _ = taskgroup.Go(g, one).Wait(cancellable)
		}, 2, 224},
		"Go within the limit": {func() {
			_, _ = taskgroup.Go(limited, one).Wait(background)
		}, 1, 112},
		"g.Go": {func() {
			g.Go(nothing)
			runtime.Gosched()
		}, 1, 112},
		"g.Go, 100 at a time that look at their context": {func() {
			looked.Add(100)
			for range 100 {
				g.Go(look)
			}
			looked.Wait()
		}, 100, 11200},
		"Wait, finished":       {func() { _, _ = finished.Wait(cancellable) }, 0, 0},
		"WaitOrCancel":         {func() { _, _ = finished.WaitOrCancel(cancellable) }, 0, 0},
		"Result":               {func() { _, _ = finished.Result() }, 0, 0},
		"Err":                  {func() { _ = finished.Err() }, 0, 0},
		"Done, finished":       {func() { finished.Done() }, 0, 0},
		"Cancel, finished":     {func() { finished.Cancel(nil) }, 0, 0},
		"Name, second time":    {func() { running.Name() }, 0, 0},
		"Current, second time": {func() { taskgroup.Current(inside) }, 0, 0},
		"a task's context":     {func() { _, _, _ = inside.Err(), inside.Value(&key), inside.Done() }, 0, 0},
		"Running, Limit":       {func() { g.Running(); g.Limit() }, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			allocs, bytes := cost(c.f)
			assert.Equal(t, c.allocs, allocs)
			assert.LessOrEqual(t, bytes, c.bytes+c.bytes/20, "beyond what the runtime allocates now and then")
		})
	}
	if strconv.IntSize == 64 {
		assert.Equal(t, uintptr(96), unsafe.Sizeof(taskgroup.Task[int]{}))
	}
}
