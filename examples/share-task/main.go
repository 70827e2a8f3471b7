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

func (c *cache) get(key string) taskgroup.Func[string] {
	return func(ctx context.Context) (string, error) {
		// Wait gives up only the waiting, so nothing has to be shielded.
		return c.task(ctx, key).Wait(ctx)
	}
}

func (c *cache) task(ctx context.Context, key string) *taskgroup.Task[string] {
	c.mu.Lock()
	defer c.mu.Unlock()
	task, ok := c.tasks[key]
	if !ok {
		c.loads++
		// The task is not the first caller's alone: it must not end with its ctx.
		task = taskgroup.Start(context.WithoutCancel(ctx), c.load(key))
		c.tasks[key] = task
	}
	return task
}

func (c *cache) load(key string) taskgroup.Func[string] {
	return func(ctx context.Context) (string, error) {
		if err := c.disk.Wait(ctx); err != nil {
			return "", err
		}
		return key + " loaded", nil
	}
}

func impatient(c *cache, key string) taskgroup.Func[string] {
	return func(ctx context.Context) (string, error) {
		answer, err := taskgroup.WaitFor(ctx, 10*time.Millisecond, c.get(key))
		if errors.Is(err, taskgroup.ErrTimeout) {
			c.disk.Set()
			return "not waited for", nil
		}
		return answer, err
	}
}

func main() {
	ctx := context.Background()
	c := &cache{tasks: map[string]*taskgroup.Task[string]{}}
	answers, err := taskgroup.Gather(ctx, c.get("page"), impatient(c, "page"), c.get("page"))
	if err != nil {
		log.Fatal(err)
	}
	for _, answer := range answers {
		fmt.Println(answer)
	}
	later, err := c.get("page")(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("later:", later)
	fmt.Println("loads:", c.loads)
}
