package taskgroup_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/asyncgo/taskgroup"
)

// fetch stands for something slow.
func fetch(name string, takes time.Duration) *taskgroup.Task[string] {
	return taskgroup.Start(context.Background(), func(ctx context.Context) (string, error) {
		return name, taskgroup.Sleep(ctx, takes)
	}, taskgroup.Named(name))
}

func ExampleAwaitable() {
	shutdown, stop := context.WithCancel(context.Background())
	work := fetch("work", time.Hour)
	stop()

	// A context is an Awaitable, as tasks and futures are.
	done, _, err := taskgroup.Wait[taskgroup.Awaitable](context.Background(), taskgroup.FirstCompleted, work, shutdown)
	fmt.Println(done[0].Err(), err)
	work.Cancel(nil)
	// Output: context canceled <nil>
}

func ExampleWait() {
	fast, slow := fetch("fast", 0), fetch("slow", time.Hour)
	done, pending, err := taskgroup.Wait(context.Background(), taskgroup.FirstCompleted, slow, fast)
	fmt.Println(done[0].Name(), pending[0].Name(), err)

	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	done, pending, err = taskgroup.Wait(ctx, taskgroup.AllCompleted, slow, fast)
	fmt.Println(done[0].Name(), pending[0].Name(), err)
	slow.Cancel(nil) // Wait never does
	// Output:
	// fast slow <nil>
	// fast slow taskgroup: Wait: context deadline exceeded
}

func ExampleCompleted() {
	a, b, c := taskgroup.NewFuture[string](), taskgroup.NewFuture[string](), taskgroup.NewFuture[string]()
	b.Resolve("b")
	for f, err := range taskgroup.Completed(context.Background(), a, b, c) {
		if err != nil {
			return // the context has ended
		}
		v, _ := f.Result()
		fmt.Println(v)
		c.Resolve("c")
		a.Resolve("a")
	}
	// Output:
	// b
	// c
	// a
}

func ExampleGatherTasks() {
	tasks := []*taskgroup.Task[string]{fetch("a", 2*time.Millisecond), fetch("b", 0)}
	fmt.Println(taskgroup.GatherTasks(context.Background(), tasks...))

	failing := taskgroup.Start(context.Background(), func(context.Context) (string, error) {
		return "", errors.New("no route to host")
	}, taskgroup.Named("c"))
	_, err := taskgroup.GatherTasks(context.Background(), append(tasks, failing)...)
	fmt.Println(err)
	// Output:
	// [a b] <nil>
	// taskgroup: task 2 (c): no route to host
}

func ExampleSet() {
	// A crawl of pages that link to others: each page's task may bring more.
	links := map[string][]string{"/": {"/a", "/b"}, "/a": {"/c"}}
	visit := func(page string) *taskgroup.Task[[]string] {
		return taskgroup.Start(context.Background(), func(context.Context) ([]string, error) {
			return links[page], nil
		})
	}
	pages := 0
	running := taskgroup.NewSet(visit("/"))
	for running.Len() > 0 {
		task, err := running.Next(context.Background())
		if err != nil {
			return
		}
		pages++
		found, _ := task.Result()
		for _, page := range found {
			running.Add(visit(page))
		}
	}
	fmt.Println(pages, "pages")
	// Output: 4 pages
}

func ExampleNewSet() {
	set := taskgroup.NewSet(fetch("a", 0), fetch("b", 0))
	fmt.Println(set.Len())
	// Output: 2
}

func ExampleSet_Add() {
	var set taskgroup.Set[*taskgroup.Task[string]]
	task := fetch("a", 0)
	set.Add(task, task) // once
	fmt.Println(set.Len())
	// Output: 1
}

func ExampleSet_Remove() {
	set := taskgroup.NewSet(fetch("a", 0), fetch("b", 0))
	c := fetch("c", time.Hour)
	set.Add(c)
	set.Remove(c)
	c.Cancel(nil)
	fmt.Println(set.Len())
	// Output: 2
}

func ExampleSet_Next() {
	set := taskgroup.NewSet(fetch("a", 0))
	task, err := set.Next(context.Background())
	fmt.Println(task.Name(), err)
	_, err = set.Next(context.Background())
	fmt.Println(err)
	// Output:
	// a <nil>
	// taskgroup: no tasks
}

func ExampleSet_Len() {
	set := taskgroup.NewSet(fetch("a", 0), fetch("b", 0))
	for set.Len() > 0 {
		if _, err := set.Next(context.Background()); err != nil {
			return
		}
	}
	fmt.Println(set.Len())
	// Output: 0
}
