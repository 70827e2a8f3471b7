package queue_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"example.com/asyncgo/queue"
)

// Workers take jobs from a queue until it is shut down, and the owner waits
// until all jobs are done.
func ExampleQueue() {
	ctx := context.Background()
	jobs := queue.New[int](10)
	squares := make([]int, 6)

	var workers sync.WaitGroup
	for range 3 {
		workers.Go(func() {
			for n := range jobs.Items(ctx) {
				squares[n] = n * n
				jobs.TaskDone()
			}
		})
	}
	for n := range squares {
		if err := jobs.Put(ctx, n); err != nil {
			fmt.Println(err)
		}
	}
	if err := jobs.Join(ctx); err != nil {
		fmt.Println(err)
	}
	jobs.Shutdown()
	workers.Wait()
	fmt.Println(squares)
	// Output: [0 1 4 9 16 25]
}

// The zero Queue is an unbounded first-in-first-out queue.
func ExampleQueue_zero() {
	var log struct {
		lines queue.Queue[string]
	}
	_ = log.lines.TryPut("first")
	_ = log.lines.TryPut("second")
	fmt.Println(log.lines.ShutdownNow())
	// Output: [first second]
}

func ExampleNew() {
	q := queue.New[string](0) // no bound
	for _, word := range []string{"first", "second", "third"} {
		_ = q.TryPut(word)
	}
	fmt.Println(q.TryGet())
	// Output: first <nil>
}

func ExampleNewLIFO() {
	q := queue.NewLIFO[string](0)
	for _, word := range []string{"first", "second", "third"} {
		_ = q.TryPut(word)
	}
	fmt.Println(q.TryGet())
	// Output: third <nil>
}

func ExampleNewPriority() {
	type job struct {
		priority int
		name     string
	}
	q := queue.NewPriority(0, func(a, b job) int { return cmp.Compare(a.priority, b.priority) })
	_ = q.TryPut(job{2, "write"})
	_ = q.TryPut(job{1, "read"})
	_ = q.TryPut(job{2, "close"})
	q.Shutdown()
	for job := range q.Items(context.Background()) {
		fmt.Println(job.priority, job.name)
	}
	// Output:
	// 1 read
	// 2 write
	// 2 close
}

// The largest first: turn the comparison round.
func ExampleNewPriority_largestFirst() {
	q := queue.NewPriority(0, func(a, b int) int { return cmp.Compare(b, a) })
	for _, n := range []int{2, 3, 1} {
		_ = q.TryPut(n)
	}
	fmt.Println(q.ShutdownNow())
	// Output: [3 2 1]
}

// A full queue makes the producer wait, here until it has no more time.
func ExampleQueue_Put() {
	q := queue.New[int](1)
	fmt.Println(q.Put(context.Background(), 1))

	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	fmt.Println(q.Put(ctx, 2)) // waits for room
	fmt.Println(q.Len())
	// Output:
	// <nil>
	// queue: Put: context deadline exceeded
	// 1
}

func ExampleQueue_TryPut() {
	q := queue.New[int](1)
	fmt.Println(q.TryPut(1))
	fmt.Println(q.TryPut(2))
	q.Shutdown()
	fmt.Println(q.TryPut(3))
	// Output:
	// <nil>
	// queue: full
	// queue: shut down
}

func ExampleQueue_Get() {
	ctx := context.Background()
	q := queue.New[string](0)
	go func() {
		_ = q.Put(ctx, "hello")
		q.Shutdown()
	}()
	fmt.Println(q.Get(ctx))
	_, err := q.Get(ctx)
	fmt.Println(errors.Is(err, queue.ErrShutdown))
	// Output:
	// hello <nil>
	// true
}

func ExampleQueue_TryGet() {
	q := queue.New[string](0)
	_ = q.TryPut("hello")
	fmt.Println(q.TryGet())
	_, err := q.TryGet()
	fmt.Println(err)
	// Output:
	// hello <nil>
	// queue: empty
}

// Rows are written three at a time, and the last ones in a smaller batch.
func ExampleQueue_GetBatch() {
	ctx := context.Background()
	rows := queue.New[int](0)
	for n := range 8 {
		_ = rows.TryPut(n)
	}
	rows.Shutdown()

	batch := make([]int, 3)
	for {
		n, err := rows.GetBatch(ctx, batch)
		if err != nil {
			fmt.Println(err)
			break
		}
		fmt.Println(batch[:n])
	}
	// Output:
	// [0 1 2]
	// [3 4 5]
	// [6 7]
	// queue: shut down
}

// The producer shuts the queue down when it has put all, and not if it has
// failed: then the error cancels the context of the loop.
func ExampleQueue_All() {
	ctx, fail := context.WithCancelCause(context.Background())
	defer fail(nil)
	lines := queue.New[string](1)
	go func() {
		for _, line := range []string{"first", "second", "broken"} {
			if line == "broken" {
				fail(errors.New("cannot read line 3"))
				return
			}
			if lines.Put(ctx, line) != nil {
				return
			}
		}
		lines.Shutdown()
	}()
	n := 0
	for _, err := range lines.All(ctx) {
		if err != nil {
			fmt.Println("nothing is committed:", err)
			return
		}
		n++
	}
	fmt.Println("commit", n, "lines")
	// Output: nothing is committed: queue: All: context canceled: cannot read line 3
}

func ExampleQueue_Items() {
	ctx := context.Background()
	q := queue.New[string](1)
	go func() {
		for _, word := range []string{"the", "quick", "brown", "fox"} {
			if q.Put(ctx, word) != nil {
				return // not all is in: no Shutdown
			}
		}
		q.Shutdown()
	}()
	for word := range q.Items(ctx) {
		fmt.Println(word)
	}
	if ctx.Err() == nil {
		fmt.Println("that was all")
	}
	// Output:
	// the
	// quick
	// brown
	// fox
	// that was all
}

// Events are written ten at a time, but none waits longer than a moment.
func ExampleQueue_GetBatchWithin() {
	ctx := context.Background()
	events := queue.New[int](0)
	for n := range 12 {
		_ = events.TryPut(n)
	}
	batch := make([]int, 10)
	for range 2 {
		n, err := events.GetBatchWithin(ctx, 10*time.Millisecond, batch)
		fmt.Println(batch[:n], err)
	}
	// Output:
	// [0 1 2 3 4 5 6 7 8 9] <nil>
	// [10 11] <nil>
}

func ExampleQueue_Waiting() {
	q := queue.New[string](0)
	received := make(chan string)
	go func() {
		word, _ := q.Get(context.Background())
		received <- word
	}()
	for {
		if _, gets := q.Waiting(); gets == 1 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	_ = q.TryPut("hello")
	fmt.Println(<-received)
	fmt.Println(q.Waiting())
	// Output:
	// hello
	// 0 0
}

func ExampleQueue_TaskDone() {
	q := queue.New[int](0)
	_ = q.TryPut(1)
	_, _ = q.TryGet()
	fmt.Println(q.Unfinished()) // taken, but not finished
	q.TaskDone()
	fmt.Println(q.Unfinished())
	// Output:
	// 1
	// 0
}

func ExampleQueue_Join() {
	ctx := context.Background()
	q := queue.New[string](0)
	for _, word := range []string{"a", "b", "c"} {
		_ = q.TryPut(word)
	}
	sent := 0
	go func() {
		for range q.Items(ctx) {
			sent++
			q.TaskDone()
		}
	}()
	fmt.Println(q.Join(ctx), sent)
	q.Shutdown()
	// Output: <nil> 3
}

// After Shutdown what is in the queue can still be taken.
func ExampleQueue_Shutdown() {
	q := queue.New[int](0)
	_ = q.TryPut(1)
	q.Shutdown()
	fmt.Println(q.TryPut(2))
	fmt.Println(q.TryGet())
	fmt.Println(q.TryGet())
	// Output:
	// queue: shut down
	// 1 <nil>
	// 0 queue: shut down
}

// What is left is no longer wanted: ShutdownNow returns it.
func ExampleQueue_ShutdownNow() {
	q := queue.New[string](0)
	for _, name := range []string{"a.tmp", "b.tmp"} {
		_ = q.TryPut(name)
	}
	for _, name := range q.ShutdownNow() {
		fmt.Println("remove", name)
	}
	fmt.Println(q.Join(context.Background()))
	// Output:
	// remove a.tmp
	// remove b.tmp
	// <nil>
}

func ExampleQueue_Len() {
	q := queue.New[int](0)
	_ = q.TryPut(1)
	_ = q.TryPut(2)
	fmt.Println(q.Len())
	// Output: 2
}

func ExampleQueue_Cap() {
	fmt.Println(queue.New[int](8).Cap(), queue.New[int](0).Cap())
	// Output: 8 0
}

func ExampleQueue_Unfinished() {
	q := queue.New[int](0)
	_ = q.TryPut(1)
	_ = q.TryPut(2)
	_, _ = q.TryGet()
	q.TaskDone()
	fmt.Println(q.Unfinished())
	// Output: 1
}
