// Share-task has several callers wait for one task, so that a page is loaded
// once however many of them there are.
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
		// The task is for all callers, so it must not end with the first one's ctx.
		task = taskgroup.Start(context.WithoutCancel(ctx), func(ctx context.Context) (string, error) {
			return key + " loaded", c.disk.Wait(ctx)
		})
		c.tasks[key] = task
	}
	c.mu.Unlock()
	return task.Wait(ctx) // cancels no task, so it needs no shield
}

func main() {
	ctx := context.Background()
	c := &cache{tasks: map[string]*taskgroup.Task[string]{}}
	page := func(ctx context.Context) (string, error) { return c.get(ctx, "page") }
	short := func(ctx context.Context) (string, error) {
		answer, err := taskgroup.WaitFor(ctx, 10*time.Millisecond, page)
		if errors.Is(err, taskgroup.ErrTimeout) {
			c.disk.Set()
			return "not waited for", nil
		}
		return answer, err
	}
	answers, err := taskgroup.Gather(ctx, page, short, page)
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
