// Task-group runs tasks as one unit: it waits for all of them, and the first
// failure cancels the rest.
//
// It mirrors asyncio.TaskGroup and ExceptionGroup; main.py is the original.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

func fetch(page string) taskgroup.Func[string] {
	return func(ctx context.Context) (string, error) {
		if err := taskgroup.Sleep(ctx, 10*time.Millisecond); err != nil {
			return "", err
		}
		return "content of " + page, nil
	}
}

func upload(ctx context.Context, uploading *semaphore.Event) error {
	uploading.Set()
	if err := taskgroup.Sleep(ctx, time.Hour); err != nil {
		return errors.New("cannot remove the part uploaded so far")
	}
	return nil
}

func check(ctx context.Context, uploading *semaphore.Event) error {
	if err := uploading.Wait(ctx); err != nil {
		return err
	}
	return errors.New("bad checksum")
}

func main() {
	ctx := context.Background()
	var home, news *taskgroup.Task[string]
	err := taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
		home = taskgroup.Go(g, fetch("home"))
		news = taskgroup.Go(g, fetch("news"))
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	// Run has returned: both have ended, and a nil error means both succeeded.
	for _, task := range []*taskgroup.Task[string]{home, news} {
		page, _ := task.Result()
		fmt.Println(page)
	}

	// The first failure cancels the others. All failures come out, the first
	// one first, but not the cancellation of Sleep.
	var uploading semaphore.Event
	err = taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
		g.Go(func(ctx context.Context) error { return upload(ctx, &uploading) })
		g.Go(func(ctx context.Context) error { return check(ctx, &uploading) })
		g.Go(func(ctx context.Context) error { return taskgroup.Sleep(ctx, time.Hour) })
		return nil
	})
	if failed, ok := errors.AsType[*taskgroup.GroupError](err); ok {
		fmt.Println(len(failed.Errors), "tasks failed")
		for _, failure := range failed.Errors { // each has its task's Index and Name
			fmt.Println(failure.Err)
		}
	}
}
