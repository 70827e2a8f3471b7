// Traps shows what becomes here of the mistakes that asyncio warns of.
//
// It mirrors the warnings in "Developing with asyncio"; main.py does each thing
// as asyncio wants it.
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

// 1. Blocking in a task: no trap. It blocks this goroutine and nobody else. But
// it should hear of a cancellation: hence select, or Blocking.
func blocking(ctx context.Context) error {
	ring := make(chan struct{})
	err := taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
		g.Go(func(context.Context) error { <-ring; return nil })
		g.Go(func(context.Context) error { close(ring); return nil })
		return nil
	})
	fmt.Println("1. the other task ran")
	return err
}

// 2. A forgotten await: cannot happen. To call is to run and to wait.
func forgotten(context.Context) error {
	save := func() { fmt.Println("2. saved") }
	save()
	return nil
}

// 3. A lost error: a *GroupError has them all. What is lost here is the error of
// a task from Start that nobody asks, without a warning: Run loses none.
func lost(ctx context.Context) error {
	fail := func(text string) taskgroup.Func[int] {
		return func(context.Context) (int, error) { return 0, errors.New(text) }
	}
	results := taskgroup.Settle(ctx, fail("blue"), fail("red"))
	fmt.Println("3.", results[0].Err, "and", results[1].Err)
	return nil
}

// 4. Sharing without a lock: the trap that is deeper here. Tasks run in
// parallel, so even count++ needs a lock; go test -race finds where it lacks.
func sharing(ctx context.Context) error {
	var mu sync.Mutex
	count := 0
	err := taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
		for range 100 {
			g.Go(func(context.Context) error {
				mu.Lock()
				defer mu.Unlock()
				count++
				return nil
			})
		}
		return nil
	})
	fmt.Println("4. counted to", count)
	return err
}

// 5. A lock held over a wait: whoever wants a [sync.Mutex] cannot give up; a
// [semaphore.Lock] goes by the context. Neither may be locked twice by one task.
func holding(ctx context.Context) error {
	var lock semaphore.Lock
	return lock.Do(ctx, func(ctx context.Context) error {
		patience, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
		defer cancel()
		if err := lock.Lock(patience); !errors.Is(err, context.DeadlineExceeded) {
			return err
		}
		fmt.Println("5. gave up")
		return nil
	})
}

func main() {
	for _, trap := range []func(context.Context) error{blocking, forgotten, lost, sharing, holding} {
		if err := trap(context.Background()); err != nil {
			log.Fatal(err)
		}
	}
}
