// Create-task starts work in the background and waits for it later, or never.
//
// It mirrors asyncio.create_task and Task.add_done_callback; main.py is the
// original.
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

func spawn(ctx context.Context, fn taskgroup.Func[string], name string, reported *semaphore.Event) *taskgroup.Task[string] {
	// Nothing has to keep the task: what runs is not collected. But it ends with
	// the process, so work that must complete is for a group.
	task := taskgroup.Start(ctx, fn, taskgroup.Named(name))
	task.OnDone(func(task *taskgroup.Task[string]) {
		if err := task.Err(); err != nil {
			fmt.Printf("%s failed: %v\n", task.Name(), err)
		}
		reported.Set()
	})
	return task
}

func save(name string) taskgroup.Func[string] {
	return func(ctx context.Context) (string, error) {
		if err := taskgroup.Sleep(ctx, 10*time.Millisecond); err != nil {
			return "", err
		}
		if name == "" {
			return "", errors.New("no name")
		}
		return "saved " + name, nil
	}
}

func main() {
	ctx := context.Background()
	saving := spawn(ctx, save("report"), "save-report", new(semaphore.Event))
	fmt.Println("started", saving.Name())
	saved, err := saving.Wait(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(saved)

	// This one is not waited for: the callback gets its error. Without one it is
	// lost; asyncio at least logs it, when the task is collected.
	var reported semaphore.Event
	broken := spawn(ctx, save(""), "save-nothing", &reported)
	if err := reported.Wait(ctx); err != nil {
		log.Fatal(err)
	}

	// Each wait for it returns that error again.
	if _, err := broken.Wait(ctx); err != nil {
		fmt.Println("awaited:", err)
	}
}
