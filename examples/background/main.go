// Background runs tasks that do not depend on each other, and handles each
// one's error as it comes.
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

func backup(ctx context.Context, told *semaphore.Event) error {
	if err := told.Wait(ctx); err != nil {
		return err
	}
	return errors.New("disk full")
}

func mail(ctx context.Context, sent *[]string) error {
	if err := taskgroup.Sleep(ctx, 10*time.Millisecond); err != nil {
		return err
	}
	*sent = append(*sent, "the weekly letter")
	return nil
}

func main() {
	var told semaphore.Event
	// Called by one task at a time, also with panics. With WithKeepGoing, what it
	// has seen is not kept, so a group may go on like that for ever.
	ended := func(_ context.Context, task taskgroup.TaskInfo, err error) {
		fmt.Printf("%s: %v\n", task.Name, err)
		told.Set()
	}

	var sent []string
	supervisor := taskgroup.New(context.Background(),
		taskgroup.WithKeepGoing(), taskgroup.WithErrorHandler(ended))
	supervisor.Go(index, taskgroup.Named("index"))
	supervisor.Go(func(ctx context.Context) error { return backup(ctx, &told) }, taskgroup.Named("backup"))
	supervisor.Go(func(ctx context.Context) error { return mail(ctx, &sent) }, taskgroup.Named("mail"))
	if err := supervisor.Wait(); err != nil { // what the handler has seen is no error of the group
		log.Fatal(err)
	}
	fmt.Println("sent", sent[0])
}
