// Share-task has several callers wait for one task, so that a page is loaded
// once however many ask for it.
//
// It mirrors awaiting an asyncio.Task several times; main.py is the original.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"sync"
	"time"

	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

type cache struct {
	mu    sync.Mutex
	tasks map[string]*taskgroup.Task[string]
	loads int
	disk  semaphore.Event // slow
}

func (c *cache) get(ctx context.Context, key string) (string, error) {
	c.mu.Lock()
	task, ok := c.tasks[key]
	if !ok {
		c.loads++
		// The task is not the first caller's alone: it must not end with its ctx.
		task = taskgroup.Start(context.WithoutCancel(ctx), func(ctx context.Context) (string, error) {
			return key + " loaded", c.disk.Wait(ctx)
		})
		c.tasks[key] = task
	}
	c.mu.Unlock()
	return task.Wait(ctx) // gives up only the waiting, so nothing has to be shielded
}

func main() {
	ctx := context.Background()
	c := &cache{tasks: map[string]*taskgroup.Task[string]{}}
	page := func(ctx context.Context) (string, error) { return c.get(ctx, "page") }
	impatient := func(ctx context.Context) (string, error) {
		answer, err := taskgroup.WaitFor(ctx, 10*time.Millisecond, page)
		if errors.Is(err, taskgroup.ErrTimeout) {
			c.disk.Set()
			return "not waited for", nil
		}
		return answer, err
	}
	answers, err := taskgroup.Gather(ctx, page, impatient, page)
	if err != nil {
		log.Fatal(err)
	}
	for _, answer := range answers {
		fmt.Println(answer)
	}
	later, err := page(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("later:", later)
	fmt.Println("loads:", c.loads)
}
