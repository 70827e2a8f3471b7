// Wait-first-exception waits for several tasks, but no longer than until one
// fails.
//
// It mirrors asyncio.wait with FIRST_EXCEPTION; main.py is the original.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"example.com/asyncgo/taskgroup"
)

func parse(context.Context) (string, error) {
	return "12 lines", nil
}

func check(parsing *taskgroup.Task[string]) taskgroup.Func[string] {
	return func(ctx context.Context) (string, error) {
		if _, err := parsing.Wait(ctx); err != nil {
			return "", err
		}
		return "", errors.New("bad checksum")
	}
}

func upload(ctx context.Context) (string, error) {
	if err := taskgroup.Sleep(ctx, time.Hour); err != nil {
		return "", err
	}
	return "uploaded", nil
}

func main() {
	ctx := context.Background()
	parsing := taskgroup.Start(ctx, parse, taskgroup.Named("parse"))
	tasks := []*taskgroup.Task[string]{
		parsing,
		taskgroup.Start(ctx, check(parsing), taskgroup.Named("check")),
		taskgroup.Start(ctx, upload, taskgroup.Named("upload")),
	}
	// Goes on past parse, which succeeds, and returns with check, which fails.
	// The error is only ever that of ctx: a task's own is in the task.
	done, pending, err := taskgroup.Wait(ctx, taskgroup.FirstError, tasks...)
	if err != nil {
		log.Fatal(err)
	}
	for _, task := range done {
		result, err := task.Result()
		if err != nil {
			fmt.Printf("%s failed: %v\n", task.Name(), err)
		} else {
			fmt.Printf("%s: %s\n", task.Name(), result)
		}
	}
	for _, task := range pending {
		fmt.Println(task.Name(), "is no longer needed")
		task.Cancel(nil)
	}
	if _, _, err := taskgroup.Wait(ctx, taskgroup.AllCompleted, tasks...); err != nil {
		log.Fatal(err)
	}
}
