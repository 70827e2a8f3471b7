// Drain accepts no more tasks, lets those that run complete, and cancels those
// that take too long.
//
// It mirrors asyncio.wait with a timeout followed by Task.cancel; main.py is
// the original.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"example.com/asyncgo/taskgroup"
)

func answer(delay time.Duration) taskgroup.Func[string] {
	return func(ctx context.Context) (string, error) {
		if err := taskgroup.Sleep(ctx, delay); err != nil {
			return "", err
		}
		return "answered", nil
	}
}

// drain ends the group. From now on it refuses new tasks; those it has may
// complete within the grace period.
func drain(server *taskgroup.Group, grace time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	err := server.Shutdown(ctx)
	if late, ok := errors.AsType[*taskgroup.LateError](err); ok {
		for _, request := range late.Tasks {
			fmt.Println(request.Name, "is too slow")
		}
		err = server.Wait() // they have been canceled
	}
	// errors.Is(err, context.DeadlineExceeded) would also hold if a request had
	// failed as well. That it was canceled and nothing else is what Cancelled says.
	if taskgroup.Cancelled(err) {
		return nil
	}
	return err
}

func main() {
	server := taskgroup.New(context.Background())
	requests := []*taskgroup.Task[string]{
		taskgroup.Go(server, answer(0), taskgroup.Named("request 1")),
		taskgroup.Go(server, answer(time.Hour), taskgroup.Named("request 2")),
	}
	if err := drain(server, 500*time.Millisecond); err != nil {
		log.Fatal(err)
	}
	for _, request := range requests {
		if result, err := request.Result(); err == nil {
			fmt.Println(request.Name(), result)
		}
	}
}
