package docs_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/queue"
	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

// The standstills of the guide, in its order: each one blocks until its context
// ends, and the error of the wait is the one that the guide shows.
func TestStandstills(t *testing.T) {
	guide, err := os.ReadFile("asyncio.md")
	require.NoError(t, err)
	for _, shape := range standstills {
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

// What inspect prints of each standstill, findings first, is in the guide. Without
// a deadline: with one, none is a deadlock.
func TestStandstillsInspected(t *testing.T) {
	for _, shape := range standstills {
		t.Run(strings.ReplaceAll(shape.name, " ", "-"), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := inspect.New()
				defer m.Close()
				ctx, cancel := context.WithCancel(m.Context(t.Context()))
				g := taskgroup.New(ctx, taskgroup.WithName("program"))
				g.Go(shape.inspected, taskgroup.Named("main"))
				time.Sleep(40 * time.Second)
				var text strings.Builder
				for _, finding := range m.Check(inspect.DefaultRules()) {
					fmt.Fprintln(&text, finding)
				}
				assertPrinted(t, "asyncio.md", shape.name, shorten(text.String()+m.Snapshot().String()))
				cancel()
				_ = g.Wait()
			})
		})
	}
}

type standstill struct {
	name, seen string
	run        func(ctx context.Context) error
	inspected  func(ctx context.Context) error // the same, unless that does not block
}

var standstills = []standstill{
	{"a holder acquires a second permit", "semaphore: Acquire: context deadline exceeded", acquireTwice, acquireTwice},
	{"two locks in two orders", "semaphore: Lock: context deadline exceeded", lockInTwoOrders, lockInTwoOrders},
	{"giving back needs a place", "queue: Put: context deadline exceeded", giveBack, giveBack},
	{"a worker puts into its own full queue", "queue: Put: context deadline exceeded", putToItself, putToItself},
	{"`Join` without a consumer", "queue: Join: context deadline exceeded", joinAlone, joinAlone},
	{"a start waits for a slot in a loop whose results are read later", "taskgroup: Submit: context deadline exceeded", startBeforeReading, startBeforeReading},
	{"a task waits for its own group", "taskgroup: task waits for itself", shutDownItself, startInItself},
}

func acquireTwice(ctx context.Context) error {
	s := semaphore.New(1).Named("db")
	return s.Do(ctx, s.Acquire)
}

func lockInTwoOrders(ctx context.Context) error {
	a, b := new(semaphore.Lock).Named("a"), new(semaphore.Lock).Named("b")
	both := taskgroup.Settle(ctx,
		func(ctx context.Context) (struct{}, error) { return struct{}{}, lockBoth(ctx, a, b) },
		func(ctx context.Context) (struct{}, error) { return struct{}{}, lockBoth(ctx, b, a) },
	)
	return errors.Join(both[0].Err, both[1].Err) // the first to give up may let the other one through
}

func lockBoth(ctx context.Context, first, second *semaphore.Lock) error {
	return first.Do(ctx, func(ctx context.Context) error {
		time.Sleep(time.Millisecond)
		return second.Lock(ctx)
	})
}

func giveBack(ctx context.Context) error {
	free := queue.New[string](1).Named("connections")
	_ = free.TryPut("connection")
	connection, _ := free.Get(ctx)
	_ = free.TryPut("another one")
	return free.Put(ctx, connection)
}

func putToItself(ctx context.Context) error {
	jobs := queue.New[int](1).Named("jobs")
	_ = jobs.TryPut(0)
	for job := range jobs.Items(ctx) {
		for range 2 {
			if err := jobs.Put(ctx, job+1); err != nil {
				return err
			}
		}
	}
	return nil
}

func joinAlone(ctx context.Context) error {
	jobs := queue.New[int](0).Named("jobs")
	_ = jobs.TryPut(0)
	return jobs.Join(ctx)
}

func startBeforeReading(ctx context.Context) error {
	results := queue.New[int](1).Named("results")
	g := taskgroup.New(ctx, taskgroup.WithName("pool"), taskgroup.WithLimit(1))
	defer func() { _ = g.Wait() }()
	for i := range 3 {
		if err := g.Submit(ctx, func(ctx context.Context) error { return results.Put(ctx, i) }); err != nil {
			return err
		}
	}
	return nil
}

func shutDownItself(ctx context.Context) error {
	var err error
	_ = taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
		g.Go(func(ctx context.Context) error {
			err = g.Shutdown(ctx)
			return nil
		})
		return nil
	})
	return err
}

// startInItself blocks where shutDownItself gets an error. (So does g.Wait, forever.)
func startInItself(ctx context.Context) error {
	return taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
		g.Go(func(ctx context.Context) error {
			return g.Submit(ctx, func(context.Context) error { return nil })
		})
		return nil
	}, taskgroup.WithName("pool"), taskgroup.WithLimit(1))
}
