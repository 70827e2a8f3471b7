package taskgroup_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

// The first failure cancels the rest, and Wait returns when all have ended.
func ExampleGroup() {
	g := taskgroup.New(context.Background())
	begun := make(chan struct{})
	g.Go(func(ctx context.Context) error {
		close(begun)
		<-ctx.Done()
		fmt.Println("canceled:", context.Cause(ctx))
		return ctx.Err()
	})
	g.Go(func(context.Context) error {
		<-begun
		return errors.New("no route to host")
	})
	fmt.Println(g.Wait())
	// Output:
	// canceled: taskgroup: task 1: no route to host
	// taskgroup: task 1: no route to host
}

func ExampleNew() {
	g := taskgroup.New(context.Background(), taskgroup.WithLimit(2))
	squares := make([]int, 5)
	for i := range squares {
		g.Go(func(context.Context) error {
			squares[i] = i * i
			return nil
		})
	}
	fmt.Println(g.Wait(), squares)
	// Output: <nil> [0 1 4 9 16]
}

// Go has errgroup's shape, and says whether the task was accepted.
func ExampleGroup_Go() {
	g := taskgroup.New(context.Background())
	fmt.Println(g.Go(func(context.Context) error { return nil }))
	fmt.Println(g.Wait())
	fmt.Println(g.Go(func(context.Context) error { return nil }))
	// Output:
	// true
	// <nil>
	// false
}

// A task may start others while the owner waits.
func ExampleGroup_Go_fromATask() {
	g := taskgroup.New(context.Background())
	var visit func(n int) func(context.Context) error
	visited := make(chan int, 7)
	visit = func(n int) func(context.Context) error {
		return func(context.Context) error {
			visited <- n
			if n < 4 {
				g.Go(visit(2 * n))
				g.Go(visit(2*n + 1))
			}
			return nil
		}
	}
	g.Go(visit(1))
	fmt.Println(g.Wait(), len(visited))
	// Output: <nil> 7
}

// Submit waits for room only as long as a context of the caller's lives.
func ExampleGroup_Submit() {
	finish := make(chan struct{})
	g := taskgroup.New(context.Background(), taskgroup.WithLimit(1))
	g.Go(func(context.Context) error { <-finish; return nil })

	ctx, cancel := context.WithTimeoutCause(context.Background(), time.Millisecond, errors.New("busy"))
	defer cancel()
	fmt.Println(g.Submit(ctx, func(context.Context) error { return nil }))

	close(finish)
	fmt.Println(g.Submit(context.Background(), func(context.Context) error { return nil }))
	fmt.Println(g.Wait())
	// Output:
	// taskgroup: Submit: context deadline exceeded: busy
	// <nil>
	// <nil>
}

func ExampleGroup_TryGo() {
	finish := make(chan struct{})
	g := taskgroup.New(context.Background(), taskgroup.WithLimit(1))
	wait := func(context.Context) error { <-finish; return nil }
	fmt.Println(g.TryGo(wait), g.TryGo(wait))
	close(finish)
	fmt.Println(g.Wait())
	// Output:
	// true false
	// <nil>
}

// Everything that went wrong is in the answer.
func ExampleGroup_Wait() {
	noRoute := errors.New("no route to host")
	g := taskgroup.New(context.Background())
	begun := make(chan struct{})
	g.Go(func(ctx context.Context) error {
		close(begun)
		<-ctx.Done()
		return errors.New("could not remove the lock file")
	}, taskgroup.Named("index"))
	g.Go(func(context.Context) error { <-begun; return noRoute }, taskgroup.Named("fetch"))

	err := g.Wait()
	if failed, ok := errors.AsType[*taskgroup.GroupError](err); ok {
		for _, task := range failed.Errors {
			fmt.Printf("%d %s: %v\n", task.Index, task.Name, task.Err)
		}
	}
	fmt.Println(errors.Is(err, noRoute))
	// Output:
	// 1 fetch: no route to host
	// 0 index: could not remove the lock file
	// true
}

// A panic in a task is raised again where the group is joined.
func ExampleGroup_Wait_panic() {
	g := taskgroup.New(context.Background(),
		taskgroup.WithErrorHandler(func(context.Context, taskgroup.TaskInfo, error) {}), // or else slog reports it
	)
	g.Go(func(context.Context) error { panic("index out of order") }, taskgroup.Named("sort"))
	defer func() {
		if p, ok := recover().(*taskgroup.PanicError); ok {
			fmt.Println(p.Task.Name, p.Value)
		}
	}()
	_ = g.Wait()
	// Output: sort index out of order
}

// Shutdown takes no more tasks and lets those that were accepted finish.
func ExampleGroup_Shutdown() {
	g := taskgroup.New(context.Background(), taskgroup.WithLimit(1), taskgroup.WithBacklog(-1))
	for i := range 3 {
		g.Go(func(context.Context) error { fmt.Println("request", i); return nil })
	}
	fmt.Println(g.Shutdown(context.Background()))
	fmt.Println(g.Go(func(context.Context) error { return nil }))
	// Output:
	// request 0
	// request 1
	// request 2
	// <nil>
	// false
}

// When its context ends first, Shutdown says who is late.
func ExampleGroup_Shutdown_late() {
	finish := make(chan struct{})
	g := taskgroup.New(context.Background())
	g.Go(func(context.Context) error { <-finish; return nil }, taskgroup.Named("stubborn"))

	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	fmt.Println(g.Shutdown(ctx))

	close(finish)
	fmt.Println(g.Wait())
	// Output:
	// taskgroup: still running: stubborn: Shutdown: context deadline exceeded
	// taskgroup: Shutdown: context deadline exceeded
}

func ExampleGroup_Cancel() {
	g := taskgroup.New(context.Background())
	g.Go(func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	})
	g.Cancel(errors.New("configuration changed"))
	fmt.Println(g.Wait())
	// Output: taskgroup: configuration changed
}

// Stop ends what would otherwise run for ever, without an error.
func ExampleGroup_Stop() {
	err := taskgroup.Run(context.Background(), func(_ context.Context, g *taskgroup.Group) error {
		g.Go(func(ctx context.Context) error { // keeps a connection alive
			<-ctx.Done()
			return ctx.Err()
		})
		fmt.Println("work done")
		g.Stop()
		return nil
	})
	fmt.Println(err)
	// Output:
	// work done
	// <nil>
}

// The cause of the group's context says how it ended.
func ExampleGroup_Context() {
	g := taskgroup.New(context.Background())
	fmt.Println(g.Context().Err())
	_ = g.Wait()
	fmt.Println(g.Context().Err(), context.Cause(g.Context()))
	// Output:
	// <nil>
	// context canceled taskgroup: group closed
}

func ExampleGroup_Running() {
	finish := make(chan struct{})
	g := taskgroup.New(context.Background())
	for range 3 {
		g.Go(func(context.Context) error { <-finish; return nil })
	}
	fmt.Println(g.Running())
	close(finish)
	_ = g.Wait()
	fmt.Println(g.Running())
	// Output:
	// 3
	// 0
}

func ExampleGroup_Tasks() {
	finish := make(chan struct{})
	g := taskgroup.New(context.Background(), taskgroup.WithName("crew"))
	for _, name := range []string{"fetch", "parse", "store"} {
		g.Go(func(context.Context) error { <-finish; return nil }, taskgroup.Named(name))
	}
	for _, task := range g.Tasks() {
		fmt.Println(task.Group, task.Name)
	}
	close(finish)
	_ = g.Wait()
	// Output:
	// crew fetch
	// crew parse
	// crew store
}

func ExampleGroup_Limit() {
	g := taskgroup.New(context.Background(), taskgroup.WithLimit(8))
	fmt.Println(g.Limit())
	g.SetLimit(taskgroup.NoLimit)
	fmt.Println(g.Limit() == taskgroup.NoLimit)
	_ = g.Wait()
	// Output:
	// 8
	// true
}

// A larger limit takes effect at once.
func ExampleGroup_SetLimit() {
	finish := make(chan struct{})
	g := taskgroup.New(context.Background(), taskgroup.WithLimit(1), taskgroup.WithBacklog(-1))
	for range 5 {
		g.Go(func(context.Context) error { <-finish; return nil })
	}
	fmt.Println(g.Running())
	g.SetLimit(3)
	fmt.Println(g.Running())
	close(finish)
	_ = g.Wait()
	// Output:
	// 1
	// 3
}

func ExampleWithLimit() {
	err := taskgroup.Run(context.Background(), func(_ context.Context, g *taskgroup.Group) error {
		for range 100 {
			g.Go(func(context.Context) error { // waits for room
				if g.Running() > 3 {
					return errors.New("too many at once")
				}
				return nil
			})
		}
		return nil
	}, taskgroup.WithLimit(3))
	fmt.Println(err)
	// Output: <nil>
}

func ExampleWithName() {
	_ = taskgroup.Run(context.Background(), func(_ context.Context, g *taskgroup.Group) error {
		g.Go(func(ctx context.Context) error {
			task, _ := taskgroup.Current(ctx)
			fmt.Println(task.Group)
			return nil
		})
		return nil
	}, taskgroup.WithName("crawler"))
	// Output: crawler
}

func ExampleWithKeepGoing() {
	g := taskgroup.New(context.Background(), taskgroup.WithKeepGoing())
	for i := range 4 {
		g.Go(func(context.Context) error {
			if i%2 == 1 {
				return errors.New("odd")
			}
			return nil
		})
	}
	fmt.Println(len(g.Wait().(*taskgroup.GroupError).Errors), "of 4 failed")
	// Output: 2 of 4 failed
}

// A group that never ends: failures are seen to as they happen, and not kept.
func ExampleWithErrorHandler() {
	g := taskgroup.New(context.Background(), taskgroup.WithKeepGoing(),
		taskgroup.WithErrorHandler(func(_ context.Context, task taskgroup.TaskInfo, err error) {
			fmt.Println(task.Name, "failed:", err)
		}))
	g.Go(func(context.Context) error { return errors.New("connection reset") }, taskgroup.Named("request"))
	fmt.Println(g.Wait())
	// Output:
	// request failed: connection reset
	// <nil>
}

func ExampleWithPanics() {
	g := taskgroup.New(context.Background(), taskgroup.WithPanics(taskgroup.PanicAsError),
		taskgroup.WithErrorHandler(func(context.Context, taskgroup.TaskInfo, error) {})) // or else slog reports it
	g.Go(func(context.Context) error { panic("index out of order") }, taskgroup.Named("sort"))
	err := g.Wait()
	fmt.Println(err)
	p, ok := errors.AsType[*taskgroup.PanicError](err)
	fmt.Println(ok, p.Value, len(p.Stack) > 0)
	// Output:
	// taskgroup: task 0 (sort) panicked: index out of order
	// true index out of order true
}

// The calls return at once; the tasks run one after the other, in order.
func ExampleWithBacklog() {
	g := taskgroup.New(context.Background(), taskgroup.WithLimit(1), taskgroup.WithBacklog(-1))
	for i := range 3 {
		g.Go(func(context.Context) error { fmt.Println("job", i); return nil })
	}
	fmt.Println(g.Wait())
	// Output:
	// job 0
	// job 1
	// job 2
	// <nil>
}

// Two groups share a limit of 2.
func ExampleWithLimiter() {
	connections := semaphore.New(2)
	readers := taskgroup.New(context.Background(), taskgroup.WithLimiter(connections))
	writers := taskgroup.New(context.Background(), taskgroup.WithLimiter(connections))

	finish := make(chan struct{})
	wait := func(context.Context) error { <-finish; return nil }
	fmt.Println(readers.TryGo(wait), writers.TryGo(wait), readers.TryGo(wait))
	close(finish)
	fmt.Println(readers.Wait(), writers.Wait())
	// Output:
	// true true false
	// <nil> <nil>
}
