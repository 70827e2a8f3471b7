// Package docs_test holds the Go side of the guides in this folder, so that
// every snippet in them compiles, runs and prints what it should.
package docs_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"example.com/asyncgo/queue"
	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

var (
	ctx   = context.Background()
	errNo = errors.New("no route to host")
)

func fetch(_ context.Context, url string) (int, error) { return len(url), nil }

func fails(context.Context) (int, error) { return 0, errNo }

func number(n int) taskgroup.Func[int] {
	return func(context.Context) (int, error) { return n, nil }
}

func forever(ctx context.Context) (int, error) {
	<-ctx.Done()
	return 0, ctx.Err()
}

func Example_run() {
	err := taskgroup.Run(ctx, func(ctx context.Context, g *taskgroup.Group) error {
		n, err := fetch(ctx, "python.org") // a coroutine is a function: call it
		fmt.Println(n)
		return err
	})
	fmt.Println(err)
	// Output:
	// 10
	// <nil>
}

func Example_createTask() {
	task := taskgroup.Start(ctx, func(ctx context.Context) (int, error) {
		return fetch(ctx, "go.dev")
	})
	n, err := task.WaitOrCancel(ctx)
	fmt.Println(n, err)
	// Output: 6 <nil>
}

func Example_taskGroup() {
	var a, b *taskgroup.Task[int]
	err := taskgroup.Run(ctx, func(ctx context.Context, g *taskgroup.Group) error {
		a = taskgroup.Go(g, number(1))
		b = taskgroup.Go(g, number(2))
		return nil
	})
	if err != nil {
		return
	}
	x, _ := a.Result() // after Run every task has completed
	y, _ := b.Result()
	fmt.Println(x + y)
	// Output: 3
}

func Example_exceptionGroup() {
	err := taskgroup.Run(ctx, func(ctx context.Context, g *taskgroup.Group) error {
		taskgroup.Go(g, fails, taskgroup.Named("fetch"))
		taskgroup.Go(g, forever) // is canceled, which is no failure
		return nil
	})
	if group, ok := errors.AsType[*taskgroup.GroupError](err); ok {
		for _, failure := range group.Errors {
			fmt.Println(failure.Index, failure.Name, failure.Err)
		}
	}
	fmt.Println(errors.Is(err, errNo), err)
	// Output:
	// 0 fetch no route to host
	// true taskgroup: task 0 (fetch): no route to host
}

func Example_gather() {
	results, err := taskgroup.Gather(ctx, number(1), number(2), number(3))
	fmt.Println(results, err)
	// Output: [1 2 3] <nil>
}

func Example_gatherErrors() {
	for _, r := range taskgroup.Settle(ctx, number(1), fails) {
		fmt.Println(r.Index, r.Value, r.Err)
	}
	// Output:
	// 0 1 <nil>
	// 1 0 no route to host
}

func Example_wait() {
	quick := taskgroup.Start(ctx, number(1))
	slow := taskgroup.Start(ctx, forever)
	done, pending, err := taskgroup.Wait(ctx, taskgroup.FirstCompleted, quick, slow)
	fmt.Println(len(done), len(pending), err)
	for _, t := range pending {
		t.Cancel(nil) // waiting never does that
	}
	// Output: 1 1 <nil>
}

func Example_asCompleted() {
	for r := range taskgroup.AsCompleted(ctx, number(7)) {
		fmt.Println(r.Index, r.Value, r.Err)
	}
	// Output: 0 7 <nil>
}

func Example_waitFor() {
	_, err := taskgroup.WaitFor(ctx, time.Millisecond, forever)
	fmt.Println(errors.Is(err, taskgroup.ErrTimeout))
	// Output: true
}

func Example_timeout() {
	err := taskgroup.Timeout(ctx, time.Millisecond, func(ctx context.Context, t *taskgroup.Deadline) error {
		if err := t.Extend(time.Hour); err != nil {
			return err
		}
		return taskgroup.Sleep(ctx, 5*time.Millisecond)
	})
	fmt.Println(err)
	// Output: <nil>
}

func Example_shield() {
	ctx, cancel := context.WithCancel(ctx)
	saved, err := taskgroup.Shield(ctx, time.Minute, func(ctx context.Context) (bool, error) {
		cancel() // the caller gives up
		return true, ctx.Err()
	})
	fmt.Println(saved, err)
	// Output: true <nil>
}

func Example_cancel() {
	var running semaphore.Event // a task that is canceled before it begins is never called
	task := taskgroup.Start(ctx, func(ctx context.Context) (int, error) {
		running.Set()
		<-ctx.Done()
		fmt.Println("cleaning up:", context.Cause(ctx))
		return 0, ctx.Err()
	})
	if err := running.Wait(ctx); err != nil {
		return
	}
	reason := errors.New("not needed any more")
	task.Cancel(reason)
	_, err := task.Wait(ctx)
	fmt.Println(task.Cancelled(), errors.Is(err, context.Canceled), errors.Is(err, reason))
	// Output:
	// cleaning up: not needed any more
	// true true true
}

func Example_sleep() {
	if err := taskgroup.Sleep(ctx, time.Millisecond); err != nil {
		return // canceled
	}
	fmt.Println("awake")
	// Output: awake
}

func Example_toThread() {
	sum, err := taskgroup.Blocking(ctx, func() (int, error) { return 1 + 1, nil })
	fmt.Println(sum, err)
	// Output: 2 <nil>
}

func Example_executor() {
	pool := semaphore.New(5) // max_workers
	sums, err := taskgroup.Map(ctx, taskgroup.NoLimit, []int{1, 2, 3}, func(ctx context.Context, n int) (int, error) {
		return taskgroup.BlockingIn(ctx, pool, func() (int, error) { return n + n, nil })
	})
	fmt.Println(sums, err)
	// Output: [2 4 6] <nil>
}

func Example_future() {
	future := taskgroup.NewFuture[string]()
	time.AfterFunc(time.Millisecond, func() { future.Resolve("rings") }) // from any goroutine
	v, err := future.Wait(ctx)
	fmt.Println(v, err)
	// Output: rings <nil>
}

func Example_doneCallback() {
	finished := make(chan struct{})
	task := taskgroup.Start(ctx, number(1))
	task.OnDone(func(t *taskgroup.Task[int]) {
		v, err := t.Result()
		fmt.Println(v, err)
		close(finished)
	})
	<-finished
	// Output: 1 <nil>
}

func Example_semaphore() {
	limit := semaphore.New(3)
	err := limit.Do(ctx, func(ctx context.Context) error {
		fmt.Println("one of at most three")
		return nil
	})
	fmt.Println(err)
	// Output:
	// one of at most three
	// <nil>
}

func Example_lock() {
	var lock semaphore.Lock
	if err := lock.Lock(ctx); err != nil {
		return // ctx was done; nothing is held
	}
	defer lock.Unlock()
	fmt.Println(lock.Locked())
	// Output: true
}

func Example_event() {
	var ready semaphore.Event
	ready.Set()
	fmt.Println(ready.Wait(ctx), ready.IsSet())
	// Output: <nil> true
}

func Example_condition() {
	var lock semaphore.Lock
	cond := semaphore.NewCond(&lock)
	items := 1
	err := lock.Do(ctx, func(ctx context.Context) error {
		return cond.WaitFor(ctx, func() bool { return items > 0 })
	})
	fmt.Println(err)
	// Output: <nil>
}

func Example_barrier() {
	barrier := semaphore.NewBarrier(2)
	indices, err := taskgroup.Gather(ctx, barrier.Wait, barrier.Wait)
	slices.Sort(indices)
	fmt.Println(indices, err)
	// Output: [0 1] <nil>
}

func Example_queue() {
	err := taskgroup.Run(ctx, func(ctx context.Context, g *taskgroup.Group) error {
		jobs := queue.New[int](10)
		g.Go(func(ctx context.Context) error {
			for job, err := range jobs.All(ctx) {
				if err != nil {
					return err
				}
				fmt.Println("job", job)
				jobs.TaskDone()
			}
			return nil
		}, taskgroup.Daemon()) // is canceled when nothing but daemons is left
		for i := range 2 {
			if err := jobs.Put(ctx, i); err != nil {
				return err
			}
		}
		return jobs.Join(ctx)
	})
	fmt.Println(err)
	// Output:
	// job 0
	// job 1
	// <nil>
}

func Example_queueShutdown() {
	urls := queue.New[string](10)
	err := taskgroup.Run(ctx, func(ctx context.Context, g *taskgroup.Group) error {
		g.Go(func(ctx context.Context) error {
			for _, url := range []string{"go.dev", "python.org"} {
				if err := urls.Put(ctx, url); err != nil {
					return err // not shut down: the input is not complete
				}
			}
			urls.Shutdown()
			return nil
		})
		for size, err := range taskgroup.MapSource(ctx, 2, urls.All, fetch) {
			if err != nil {
				return err
			}
			fmt.Println(size)
		}
		return nil
	})
	fmt.Println(err)
	// Output:
	// 6
	// 10
	// <nil>
}

func Example_priorityQueue() {
	q := queue.NewPriority(0, cmp.Compare[int])
	for _, v := range []int{3, 1, 2} {
		_ = q.TryPut(v)
	}
	v, err := q.TryGet()
	fmt.Println(v, err)
	// Output: 1 <nil>
}

type userKey struct{}

func Example_contextVars() {
	ctx := context.WithValue(ctx, userKey{}, "guido")
	task := taskgroup.Start(ctx, func(ctx context.Context) (string, error) {
		return ctx.Value(userKey{}).(string), nil
	})
	fmt.Println(task.Wait(ctx))
	// Output: guido <nil>
}

func Example_currentTask() {
	err := taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
		g.Go(func(ctx context.Context) error {
			me, _ := taskgroup.Current(ctx)
			fmt.Println(me.Name, len(g.Tasks()))
			return nil
		}, taskgroup.Named("worker"))
		return nil
	})
	fmt.Println(err)
	// Output:
	// worker 1
	// <nil>
}

func Example_mapLimit() {
	urls := []string{"go.dev", "python.org", "example.com"}
	sizes, err := taskgroup.Map(ctx, 2, urls, fetch) // at most two at once
	fmt.Println(sizes, err)
	// Output: [6 10 11] <nil>
}

func Example_staggered() {
	conn, err := taskgroup.Staggered(ctx, 250*time.Millisecond, func(conn int) { fmt.Println("close", conn) }, fails, number(2))
	fmt.Println(conn, err)
	// Output: 2 <nil>
}
