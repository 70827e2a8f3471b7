// As-completed handles each answer as it comes.
//
// It mirrors asyncio.as_completed; main.py is the original.
package main

import (
	"context"
	"errors"
	"fmt"

	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

func query(server string, turn *semaphore.Event) taskgroup.Func[string] {
	return func(ctx context.Context) (string, error) {
		if err := turn.Wait(ctx); err != nil {
			return "", err
		}
		if server == "broken" {
			return "", errors.New("connection reset")
		}
		return "hello from " + server, nil
	}
}

func main() {
	// The servers answer in turn, so that the order does not depend on the clock.
	var turns [3]semaphore.Event
	handled := 0
	turns[handled].Set()
	// The loop owns the calls: they start when it does, and leaving it early
	// cancels and joins what still runs, where asyncio leaves it running.
	for answer := range taskgroup.AsCompleted(context.Background(),
		query("slow", &turns[2]),
		query("fast", &turns[0]),
		query("broken", &turns[1]),
	) {
		// answer.Index is the number of the call; asyncio has none, before 3.13.
		if answer.Err != nil {
			fmt.Println("failed:", answer.Err)
		} else {
			fmt.Println(answer.Value)
		}
		handled++
		if handled < len(turns) {
			turns[handled].Set()
		}
	}
}
