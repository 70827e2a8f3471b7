// Hello runs three greetings at once and prints them when all are there.
//
// It mirrors asyncio.run and asyncio.TaskGroup; main.py is the original.
package main

import (
	"context"
	"fmt"
	"log"
	"time"

	"example.com/asyncgo/taskgroup"
)

func greet(ctx context.Context, name string) (string, error) {
	if err := taskgroup.Sleep(ctx, 10*time.Millisecond); err != nil {
		return "", err
	}
	return "hello, " + name, nil
}

func main() {
	var tasks []*taskgroup.Task[string]
	err := taskgroup.Run(context.Background(), func(_ context.Context, g *taskgroup.Group) error {
		for _, name := range []string{"sun", "moon", "stars"} {
			tasks = append(tasks, taskgroup.Go(g, func(ctx context.Context) (string, error) {
				return greet(ctx, name)
			}))
		}
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, task := range tasks {
		greeting, _ := task.Result()
		fmt.Println(greeting)
	}
}
