// Background runs tasks that do not depend on each other, and handles the error
// of each one as it comes.
//
// It mirrors a set of asyncio tasks with done callbacks; main.py is the
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

func index(context.Context) error {
	return errors.New("index damaged")
}

func backup(ctx context.Context, failed *semaphore.Event) error {
	if err := failed.Wait(ctx); err != nil {
		return err
	}
	panic("no disk there")
}

func mail(ctx context.Context, sent *[]string) error {
	if err := taskgroup.Sleep(ctx, 10*time.Millisecond); err != nil {
		return err
	}
	*sent = append(*sent, "the weekly letter")
	return nil
}

func main() {
	var failed semaphore.Event
	// It is called with one failure at a time, and also with panics. With
	// WithKeepGoing, what has been handled here is not kept, and a panic is not
	// raised again in Wait: such a group may run forever.
	handle := func(_ context.Context, task taskgroup.TaskInfo, err error) {
		if p, ok := errors.AsType[*taskgroup.PanicError](err); ok {
			fmt.Printf("%s: %v\n", task.Name, p.Value) // p.Stack is for the log
		} else {
			fmt.Printf("%s: %v\n", task.Name, err)
		}
		failed.Set()
	}

	var sent []string
	supervisor := taskgroup.New(context.Background(),
		taskgroup.WithKeepGoing(), taskgroup.WithErrorHandler(handle))
	supervisor.Go(index, taskgroup.Named("index"))
	supervisor.Go(func(ctx context.Context) error { return backup(ctx, &failed) }, taskgroup.Named("backup"))
	supervisor.Go(func(ctx context.Context) error { return mail(ctx, &sent) }, taskgroup.Named("mail"))
	if err := supervisor.Wait(); err != nil { // nil: the handler has seen every failure
		log.Fatal(err)
	}
	fmt.Println("sent", sent[0])
}
