// Drain takes no more work, lets what runs end, and cancels what takes too
// long.
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

func main() {
	ctx := context.Background()
	server := taskgroup.New(ctx)
	requests := []*taskgroup.Task[string]{
		taskgroup.Go(server, answer(0), taskgroup.Named("request 1")),
		taskgroup.Go(server, answer(time.Hour), taskgroup.Named("request 2")),
	}

	// What runs may end, but not for ever. From now on, new tasks are refused.
	patience, cancel := context.WithTimeout(ctx, 500*time.Millisecond)
	err := server.Shutdown(patience)
	cancel()
	if late, ok := errors.AsType[*taskgroup.LateError](err); ok {
		for _, request := range late.Tasks {
			fmt.Println(request.Name, "is too slow")
		}
	} else if err != nil {
		log.Fatal(err)
	}
	// Those have been canceled, with the end of patience as the reason.
	if err := server.Wait(); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		log.Fatal(err)
	}
	for _, request := range requests {
		if result, err := request.Result(); err == nil {
			fmt.Println(request.Name(), result)
		}
	}
}
