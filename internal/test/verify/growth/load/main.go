// Command load does n operations of one kind and prints what one of them has
// allocated. It is built with counters at every statement, see the test beside.
package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"

	"example.com/asyncgo/queue"
	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

func main() {
	n, err := strconv.Atoi(os.Args[2])
	do := loads[os.Args[1]]
	if err != nil || do == nil {
		fmt.Fprintln(os.Stderr, "usage: load KIND N")
		os.Exit(2)
	}
	runtime.GOMAXPROCS(1)
	runtime.MemProfileRate = 1
	do(1)
	var before, after runtime.MemStats
	scheduling := scheduler()
	runtime.ReadMemStats(&before)
	do(n)
	runtime.ReadMemStats(&after)
	scheduling = scheduler() - scheduling
	cancel()
	fmt.Println(int64(after.Mallocs-before.Mallocs) - scheduling)
}

// scheduler counts what the runtime has allocated for goroutines and for their
// places in lines. Where the scheduler interrupts a goroutine that holds a lock,
// thousands wait in line, and every collection drops the places kept for reuse.
func scheduler() (objects int64) {
	runtime.GC()
	runtime.GC() // the profile is up to two collections old
	records := make([]runtime.MemProfileRecord, 10_000)
	n, ok := runtime.MemProfile(records, true)
	if !ok {
		panic(fmt.Sprintf("%d records in the profile", n))
	}
	for _, r := range records[:n] {
		frames := runtime.CallersFrames(r.Stack())
		for more := true; more; {
			var f runtime.Frame
			f, more = frames.Next()
			if f.Function == "runtime.acquireSudog" || f.Function == "runtime.malg" {
				objects += r.AllocObjects
				break
			}
		}
	}
	return objects
}

var ctx, cancel = context.WithCancel(context.Background())

func one(context.Context) (int, error) { return 1, nil }

func fns(n int) []taskgroup.Func[int] {
	fns := make([]taskgroup.Func[int], n)
	for i := range fns {
		fns[i] = one
	}
	return fns
}

func futures(n int) []*taskgroup.Future[int] {
	fs := make([]*taskgroup.Future[int], n)
	for i := range fs {
		fs[i] = taskgroup.NewFuture[int]()
	}
	return fs
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// loads are the kinds of work. What waits does so all at once: n tasks in one
// line, n handles in one set.
var loads = map[string]func(n int){
	"start": func(n int) {
		for range n {
			_, err := taskgroup.Start(ctx, one).Wait(ctx)
			check(err)
		}
	},
	"group": func(n int) {
		g := taskgroup.New(ctx)
		for range n {
			taskgroup.Go(g, one)
		}
		check(g.Wait())
	},
	"group of tasks that all wait": func(n int) {
		g := taskgroup.New(ctx)
		release := make(chan struct{})
		var begun atomic.Int64
		for range n {
			g.Go(func(context.Context) error { begun.Add(1); <-release; return nil })
		}
		for begun.Load() < int64(n) {
			runtime.Gosched()
		}
		close(release)
		check(g.Wait())
	},
	"group with a limit and a backlog": func(n int) {
		g := taskgroup.New(ctx, taskgroup.WithLimit(8), taskgroup.WithBacklog(-1))
		for range n {
			taskgroup.Go(g, one)
		}
		check(g.Wait())
	},
	"gather": func(n int) {
		_, err := taskgroup.Gather(ctx, fns(n)...)
		check(err)
	},
	"map with a limit": func(n int) {
		_, err := taskgroup.Map(ctx, 8, make([]int, n), func(context.Context, int) (int, error) { return 1, nil })
		check(err)
	},
	"as completed": func(n int) {
		for r := range taskgroup.AsCompleted(ctx, fns(n)...) {
			check(r.Err)
		}
	},
	"completed": func(n int) {
		fs := futures(n)
		go func() {
			for i := range fs {
				fs[i*7919%n].Resolve(i)
			}
		}()
		for _, err := range taskgroup.Completed(ctx, fs...) {
			check(err)
		}
	},
	"set": func(n int) {
		var s taskgroup.Set[*taskgroup.Future[int]]
		fs := futures(n)
		s.Add(fs...)
		for i := range fs {
			fs[i*7919%n].Resolve(i)
			_, err := s.Next(ctx)
			check(err)
		}
	},
	"gather of tasks": func(n int) {
		g := taskgroup.New(ctx)
		tasks := make([]*taskgroup.Task[int], n)
		for i := range tasks {
			tasks[i] = taskgroup.Go(g, one)
		}
		_, err := taskgroup.GatherTasks(ctx, tasks...)
		check(err)
		check(g.Wait())
	},
	"semaphore": func(n int) {
		s := semaphore.New(3)
		check(s.AcquireN(ctx, 3))
		var wg sync.WaitGroup
		for range n {
			wg.Go(func() {
				check(s.Acquire(ctx))
				s.Release()
			})
		}
		for s.Stats().Waiting < n {
			runtime.Gosched()
		}
		s.ReleaseN(3)
		wg.Wait()
	},
	"keyed": func(n int) {
		k := semaphore.NewKeyed[int](1)
		for i := range n {
			check(k.Acquire(ctx, i))
		}
		for i := range n {
			k.Release(i)
		}
	},
	"barrier": func(n int) {
		b := semaphore.NewBarrier(n)
		var wg sync.WaitGroup
		for range n {
			wg.Go(func() {
				_, err := b.Wait(ctx)
				check(err)
			})
		}
		wg.Wait()
	},
	"queue": func(n int) {
		q := queue.New[int](n)
		for i := range n {
			check(q.Put(ctx, i))
		}
		for range n {
			_, err := q.Get(ctx)
			check(err)
		}
	},
	"queue of one that many wait for": func(n int) {
		q := queue.New[int](1)
		var wg sync.WaitGroup
		for i := range n {
			wg.Go(func() { check(q.Put(ctx, i)) })
		}
		for puts := 0; puts < n-1; puts, _ = q.Waiting() {
			runtime.Gosched()
		}
		for range n {
			_, err := q.Get(ctx)
			check(err)
		}
		wg.Wait()
	},
}
