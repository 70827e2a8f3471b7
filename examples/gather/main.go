// Gather runs several calls at once and collects their results in order.
//
// It mirrors asyncio.gather; main.py is the original.
package main

import (
	"context"
	"fmt"
	"log"
	"time"

	"example.com/asyncgo/taskgroup"
)

// fetch returns the call without making it, as a coroutine function does.
func fetch(page string, delay time.Duration) taskgroup.Func[string] {
	return func(ctx context.Context) (string, error) {
		if err := taskgroup.Sleep(ctx, delay); err != nil {
			return "", err
		}
		return fmt.Sprintf("%s: %d letters", page, len(page)), nil
	}
}

func main() {
	pages, err := taskgroup.Gather(context.Background(),
		fetch("slow", 30*time.Millisecond),
		fetch("fast", 10*time.Millisecond),
		fetch("medium", 20*time.Millisecond),
	)
	if err != nil {
		log.Fatal(err)
	}
	// In the order of the calls, whichever ended first.
	for _, page := range pages {
		fmt.Println(page)
	}
}
