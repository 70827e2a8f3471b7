// Cancel cancels a task for a reason; the task cleans up, or goes on.
//
// It mirrors asyncio.Task.cancel; main.py is the original.
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

var errLate = errors.New("it is late")

func worker(ctx context.Context, begun *semaphore.Event) (string, error) {
	defer fmt.Println("worker cleaned up")
	begun.Set()
	if err := taskgroup.Sleep(ctx, time.Hour); err != nil {
		fmt.Println("the reason:", context.Cause(ctx))
		return "", err
	}
	return "", nil
}

func finisher(ctx context.Context, begun *semaphore.Event) (string, error) {
	begun.Set()
	_ = taskgroup.Sleep(ctx, time.Hour)
	// The error is dropped. But unlike in asyncio, ctx stays done: with it, no
	// further step would wait.
	return "finished", nil
}

func begin(ctx context.Context, fn func(context.Context, *semaphore.Event) (string, error)) *taskgroup.Task[string] {
	var begun semaphore.Event
	task := taskgroup.Start(ctx, func(ctx context.Context) (string, error) { return fn(ctx, &begun) })
	if err := begun.Wait(ctx); err != nil {
		log.Fatal(err)
	}
	return task
}

func main() {
	ctx := context.Background()
	task := begin(ctx, worker)
	task.Cancel(errLate)
	if _, err := task.Wait(ctx); errors.Is(err, errLate) {
		fmt.Println("worker was canceled")
	}
	if task.Cancel(nil) {
		fmt.Println("canceled again")
	} else {
		fmt.Println("too late to cancel")
	}

	task = begin(ctx, finisher)
	task.Cancel(errLate)
	answer, err := task.Wait(ctx) // a value that comes with no error is a success
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("finisher", answer)
	if task.Cancelled() {
		fmt.Println("finisher was canceled")
	} else {
		fmt.Println("finisher was not canceled")
	}
}
