// From-thread starts work from code that runs elsewhere.
//
// It mirrors asyncio.run_coroutine_threadsafe; main.py is the original.
package main

import (
	"context"
	"fmt"
	"log"
	"time"

	"example.com/asyncgo/taskgroup"
)

func double(number int) taskgroup.Func[int] {
	return func(ctx context.Context) (int, error) {
		if err := taskgroup.Sleep(ctx, 10*time.Millisecond); err != nil {
			return 0, err
		}
		return 2 * number, nil
	}
}

// plugin runs in a goroutine of its own. Groups, tasks, queues and locks may be
// used from any.
func plugin(ctx context.Context, g *taskgroup.Group) error {
	answer, err := taskgroup.Go(g, double(21)).Wait(ctx)
	if err != nil {
		return err
	}
	fmt.Println("plugin got", answer)
	return nil
}

func main() {
	err := taskgroup.Run(context.Background(), func(ctx context.Context, g *taskgroup.Group) error {
		ended := make(chan error, 1)
		go func() { ended <- plugin(ctx, g) }()
		return <-ended
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("plugin ended")
}
