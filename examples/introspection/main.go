// Introspection lists the tasks that run, and finds the name of the current one.
//
// It mirrors asyncio.all_tasks and asyncio.current_task; main.py is the
// original.
package main

import (
	"context"
	"fmt"
	"log"
	"slices"
	"strings"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/queue"
	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

func work(ctx context.Context, stop *semaphore.Event, names *queue.Queue[string]) error {
	if self, ok := taskgroup.Current(ctx); ok {
		if err := names.Put(ctx, self.Name); err != nil {
			return err
		}
	}
	return stop.Wait(ctx)
}

func main() {
	// What begins from here on is seen, wherever in the process it begins.
	inspect.SetDefault(inspect.New())

	var stop semaphore.Event
	names := queue.New[string](0)
	err := taskgroup.Run(context.Background(), func(_ context.Context, g *taskgroup.Group) error {
		for _, name := range []string{"index", "mail", "sync"} {
			g.Go(func(ctx context.Context) error { return work(ctx, &stop, names) }, taskgroup.Named(name))
		}
		for _, node := range inspect.Default().Snapshot().All() {
			if node.Kind == inspect.KindTask {
				fmt.Println("running:", node.Name)
			}
		}
		stop.Set()
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	sorted := slices.Sorted(slices.Values(names.ShutdownNow()))
	fmt.Println("they called themselves", strings.Join(sorted, " "))
}
