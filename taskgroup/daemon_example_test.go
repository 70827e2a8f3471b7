package taskgroup_test

import (
	"context"
	"fmt"

	"example.com/asyncgo/queue"
	"example.com/asyncgo/taskgroup"
)

// The usual shape of an asyncio program: workers that loop forever, and a main
// that waits for the queue to be empty.
func ExampleDaemon() {
	jobs := queue.New[string](0)
	err := taskgroup.Run(context.Background(), func(ctx context.Context, g *taskgroup.Group) error {
		g.Go(func(ctx context.Context) error {
			for {
				job, err := jobs.Get(ctx)
				if err != nil {
					return err
				}
				fmt.Println("done:", job)
				jobs.TaskDone()
			}
		}, taskgroup.Daemon())
		for _, job := range []string{"wash", "dry"} {
			if err := jobs.Put(ctx, job); err != nil {
				return err
			}
		}
		return jobs.Join(ctx)
	})
	fmt.Println(err)
	// Output:
	// done: wash
	// done: dry
	// <nil>
}
