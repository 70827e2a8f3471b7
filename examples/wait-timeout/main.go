// Wait-timeout waits for a while and sorts the tasks into those that are done
// and those that are not.
//
// It mirrors asyncio.wait with a timeout; main.py is the original.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"example.com/asyncgo/taskgroup"
)

func query(server string, delay time.Duration) taskgroup.Func[string] {
	return func(ctx context.Context) (string, error) {
		if err := taskgroup.Sleep(ctx, delay); err != nil {
			return "", err
		}
		return "hello from " + server, nil
	}
}

func main() {
	ctx := context.Background()
	tasks := []*taskgroup.Task[string]{
		taskgroup.Start(ctx, query("near", 0), taskgroup.Named("near")),
		taskgroup.Start(ctx, query("far", time.Hour), taskgroup.Named("far")),
	}
	// The time limit is a context, like any other. Its end is returned as an
	// error, next to what is done and what is not.
	limited, cancel := context.WithTimeout(ctx, 500*time.Millisecond)
	done, pending, err := taskgroup.Wait(limited, taskgroup.AllCompleted, tasks...)
	cancel()
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		log.Fatal(err)
	}
	for _, task := range done {
		answer, err := task.Result()
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s: %s\n", task.Name(), answer)
	}
	for _, task := range pending {
		fmt.Println(task.Name(), "has not answered yet")
	}

	// And it canceled nothing: the tasks have ctx and not limited.
	for _, task := range pending {
		task.Cancel(nil)
	}
	if _, _, err := taskgroup.Wait(ctx, taskgroup.AllCompleted, pending...); err != nil {
		log.Fatal(err)
	}
}
