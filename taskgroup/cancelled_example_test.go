package taskgroup_test

import (
	"context"
	"errors"
	"fmt"

	"example.com/asyncgo/taskgroup"
)

// A service that was stopped has not failed, unless something went wrong on the
// way.
func ExampleCancelled() {
	report := func(err error) {
		switch {
		case err == nil:
			fmt.Println("done")
		case taskgroup.Cancelled(err):
			fmt.Println("stopped:", err)
		default:
			fmt.Println("failed:", err)
		}
	}
	serve := func(cleanup error) error {
		ctx, cancel := context.WithCancelCause(context.Background())
		return taskgroup.Run(ctx, func(ctx context.Context, g *taskgroup.Group) error {
			serving := make(chan struct{})
			g.Go(func(ctx context.Context) error {
				close(serving)
				<-ctx.Done()
				if cleanup != nil {
					return cleanup
				}
				return ctx.Err()
			}, taskgroup.Named("server"))
			<-serving
			cancel(errors.New("maintenance"))
			<-ctx.Done()
			return nil
		})
	}
	report(serve(nil))
	report(serve(errors.New("disk full")))
	// Output:
	// stopped: taskgroup: group: context canceled: maintenance
	// failed: taskgroup: group: context canceled: maintenance; task 0 (server): disk full
}
