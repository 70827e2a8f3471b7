// Wait-first-completed takes the first answer and cancels the other queries.
//
// It mirrors asyncio.wait with FIRST_COMPLETED; main.py is the original.
package main

import (
	"context"
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
		taskgroup.Start(ctx, query("far", time.Hour), taskgroup.Named("far")),
		taskgroup.Start(ctx, query("near", 10*time.Millisecond), taskgroup.Named("near")),
		taskgroup.Start(ctx, query("farther", time.Hour), taskgroup.Named("farther")),
	}
	done, pending, err := taskgroup.Wait(ctx, taskgroup.FirstCompleted, tasks...)
	if err != nil {
		log.Fatal(err)
	}
	for _, task := range done {
		answer, err := task.Result()
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s: %s\n", task.Name(), answer)
	}

	// Wait cancels nothing: the others run until they are canceled.
	for _, task := range pending {
		task.Cancel(nil)
	}
	if _, _, err := taskgroup.Wait(ctx, taskgroup.AllCompleted, pending...); err != nil {
		log.Fatal(err)
	}
	for _, task := range pending { // in the order given, where asyncio has sets
		if task.Cancelled() {
			fmt.Println(task.Name(), "was canceled")
		} else {
			fmt.Println(task.Name(), "ended")
		}
	}
}
