// Shared-call reads a page once for all the callers that want it at the same
// time. Each may give up on its own; the last one to leave cancels the read.
//
// asyncio has no such thing; main.py builds it from tasks and asyncio.shield.
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

// disk counts how often it is read.
type disk struct {
	reads         int
	begun, answer semaphore.Event
}

func (d *disk) read(ctx context.Context) (string, error) {
	d.reads++
	d.begun.Set()
	if err := d.answer.Wait(ctx); err != nil {
		fmt.Println("read canceled")
		return "", err
	}
	return "page read", nil
}

// pages holds only the calls that are running: it is no cache.
var pages taskgroup.Shared[string, string]

func page(ctx context.Context, d *disk) (string, error) {
	text, _, err := pages.Do(ctx, "page", d.read)
	return text, err
}

func impatient(ctx context.Context, d *disk) (string, error) {
	text, err := taskgroup.WaitFor(ctx, 20*time.Millisecond, func(ctx context.Context) (string, error) {
		return page(ctx, d)
	})
	if errors.Is(err, taskgroup.ErrTimeout) {
		return "not waited for", nil
	}
	return text, err
}

func run(ctx context.Context) error {
	d := &disk{}
	first := taskgroup.Start(ctx, func(ctx context.Context) (string, error) { return page(ctx, d) })
	if err := d.begun.Wait(ctx); err != nil {
		return err
	}
	// A caller that leaves takes nothing from those that stay.
	text, err := impatient(ctx, d)
	if err != nil {
		return err
	}
	fmt.Println("second:", text)
	d.answer.Set()
	if text, err = first.Wait(ctx); err != nil {
		return err
	}
	fmt.Println("first:", text)
	fmt.Println("reads:", d.reads)

	// The last one to leave cancels the call.
	d = &disk{}
	if text, err = impatient(ctx, d); err != nil {
		return err
	}
	fmt.Println("third:", text)
	fmt.Println("reads:", d.reads)
	return nil
}

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}
