// As-completed handles each answer as it comes.
//
// It mirrors asyncio.as_completed; main.py is the original.
package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/asyncgo/taskgroup"
)

func ask(server string, delay time.Duration) taskgroup.Func[string] {
	return func(ctx context.Context) (string, error) {
		if err := taskgroup.Sleep(ctx, delay); err != nil {
			return "", err
		}
		if server == "broken" {
			return "", errors.New("connection reset")
		}
		return "hello from " + server, nil
	}
}

func main() {
	// The loop owns the calls: they start when it does, and leaving it early
	// cancels and joins what still runs, where asyncio leaves it running.
	for answer := range taskgroup.AsCompleted(context.Background(),
		ask("slow", 50*time.Millisecond),
		ask("fast", 0),
		ask("broken", 25*time.Millisecond),
	) {
		// answer.Index says which call it was; asyncio cannot, before 3.13.
		if answer.Err != nil {
			fmt.Println("failed:", answer.Err)
		} else {
			fmt.Println(answer.Value)
		}
	}
}
