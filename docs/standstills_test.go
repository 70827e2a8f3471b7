package docs_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/queue"
	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

// The standstills of the guide, in its order: each one blocks until its context
// ends, and the error of the wait is the one that the guide shows.
func TestStandstills(t *testing.T) {
	guide, err := os.ReadFile("asyncio.md")
	require.NoError(t, err)
	for _, shape := range []struct {
		name, seen string
		run        func(ctx context.Context) error
	}{
		{"a holder acquires a second permit", "semaphore: Acquire: context deadline exceeded", func(ctx context.Context) error {
			s := semaphore.New(1)
			return s.Do(ctx, s.Acquire)
		}},
		{"two locks in two orders", "semaphore: Lock: context deadline exceeded", func(ctx context.Context) error {
			var a, b semaphore.Lock
			both := func(first, second *semaphore.Lock) func(context.Context) error {
				return func(ctx context.Context) error {
					return first.Do(ctx, func(ctx context.Context) error {
						time.Sleep(time.Millisecond)
						return second.Lock(ctx)
					})
				}
			}
			return taskgroup.Settle(ctx, taskgroup.NoValue(both(&a, &b)), taskgroup.NoValue(both(&b, &a)))[0].Err
		}},
		{"giving back needs a place", "queue: Put: context deadline exceeded", func(ctx context.Context) error {
			free := queue.New[string](1)
			_ = free.TryPut("connection")
			connection, _ := free.Get(ctx)
			_ = free.TryPut("another one")
			return free.Put(ctx, connection)
		}},
		{"a worker puts into its own full queue", "queue: Put: context deadline exceeded", func(ctx context.Context) error {
			jobs := queue.New[int](1)
			_ = jobs.TryPut(0)
			for job := range jobs.Items(ctx) {
				for range 2 {
					if err := jobs.Put(ctx, job+1); err != nil {
						return err
					}
				}
			}
			return nil
		}},
		{"`Join` without a consumer", "queue: Join: context deadline exceeded", func(ctx context.Context) error {
			jobs := queue.New[int](0)
			_ = jobs.TryPut(0)
			return jobs.Join(ctx)
		}},
		{"a start waits for a slot in a loop whose results are read later", "taskgroup: Submit: context deadline exceeded", func(ctx context.Context) error {
			results := queue.New[int](1)
			g := taskgroup.New(ctx, taskgroup.WithLimit(1))
			defer func() { _ = g.Wait() }()
			for i := range 3 {
				if err := g.Submit(ctx, func(ctx context.Context) error { return results.Put(ctx, i) }); err != nil {
					return err
				}
			}
			return nil
		}},
		{"a task waits for its own group", "taskgroup: task waits for itself", func(ctx context.Context) error {
			var err error
			_ = taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
				g.Go(func(ctx context.Context) error {
					err = g.Shutdown(ctx)
					return nil
				})
				return nil
			})
			return err
		}},
	} {
		t.Run(strings.ReplaceAll(shape.name, " ", "-"), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				assert.ErrorContains(t, shape.run(ctx), shape.seen)
			})
			assert.Contains(t, string(guide), "| "+shape.name+" | `"+shape.seen+"` |")
		})
	}
}
