// Traps shows what the mistakes that asyncio warns of do here.
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

// 1. Blocking in a task: no trap. It blocks this goroutine and no other one. But
// it should return on a cancellation: hence select, or Blocking.
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

// 2. A forgotten await: cannot happen. A call runs the function and waits.
func forgotten(context.Context) error {
	save := func() { fmt.Println("2. saved") }
	save()
	return nil
}

// 3. A lost error: a *GroupError has them all. What is lost here, without a
// warning, is the error of a task from Start that is never waited for: Run loses
// none.
func lost(ctx context.Context) error {
	fail := func(text string) taskgroup.Func[int] {
		return func(context.Context) (int, error) { return 0, errors.New(text) }
	}
	results := taskgroup.Settle(ctx, fail("blue"), fail("red"))
	fmt.Println("3.", results[0].Err, "and", results[1].Err)
	return nil
}

// 4. Sharing without a lock: the trap that is worse here. Tasks run in parallel,
// so even count++ needs a lock; go test -race finds where it is missing.
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

// 5. A lock held over a wait: waiting for a [sync.Mutex] cannot be given up; a
// [semaphore.Lock] takes a context. A task must not lock either of them twice.
func holding(ctx context.Context) error {
	var lock semaphore.Lock
	return lock.Do(ctx, func(ctx context.Context) error {
		limited, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
		defer cancel()
		if err := lock.Lock(limited); !errors.Is(err, context.DeadlineExceeded) {
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
