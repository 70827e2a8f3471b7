package taskgroup_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/asyncgo/taskgroup"
)

// A request waits for a slot only as long as it lasts itself.
func ExampleSubmitTask() {
	g := taskgroup.New(context.Background(), taskgroup.WithLimit(1))
	release := make(chan struct{})
	g.Go(func(context.Context) error { <-release; return nil })

	request, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	_, err := taskgroup.SubmitTask(request, g, func(context.Context) (int, error) { return 1, nil })
	fmt.Println(err)

	close(release)
	task, err := taskgroup.SubmitTask(context.Background(), g, func(context.Context) (int, error) { return 1, nil })
	if err == nil {
		fmt.Println(task.Wait(context.Background()))
	}
	fmt.Println(err, g.Wait())
	// Output:
	// taskgroup: SubmitTask: context deadline exceeded
	// 1 <nil>
	// <nil> <nil>
}

func ExampleTryTask() {
	g := taskgroup.New(context.Background(), taskgroup.WithLimit(1))
	release := make(chan struct{})
	first, err := taskgroup.TryTask(g, func(context.Context) (int, error) { <-release; return 1, nil })
	fmt.Println(err)
	_, err = taskgroup.TryTask(g, func(context.Context) (int, error) { return 2, nil })
	fmt.Println(errors.Is(err, taskgroup.ErrFull))

	close(release)
	fmt.Println(g.Wait())
	fmt.Println(first.Result())
	_, err = taskgroup.TryTask(g, func(context.Context) (int, error) { return 3, nil })
	fmt.Println(errors.Is(err, taskgroup.ErrGroupClosed))
	// Output:
	// <nil>
	// true
	// <nil>
	// 1 <nil>
	// true
}

func ExampleGroup_Waiting() {
	g := taskgroup.New(context.Background(), taskgroup.WithLimit(1), taskgroup.WithBacklog(10))
	release := make(chan struct{})
	for range 3 {
		g.Go(func(context.Context) error { <-release; return nil })
	}
	fmt.Println(g.Running(), "running,", g.Waiting(), "waiting")
	close(release)
	fmt.Println(g.Wait())
	// Output:
	// 1 running, 2 waiting
	// <nil>
}
