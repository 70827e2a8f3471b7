// First-success asks several mirrors and takes the first that delivers.
//
// asyncio has no such function; main.py writes it by hand.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"strings"
	"time"

	"example.com/asyncgo/taskgroup"
)

func ask(mirror string, delay time.Duration) taskgroup.Func[string] {
	return func(ctx context.Context) (string, error) {
		if err := taskgroup.Sleep(ctx, delay); err != nil {
			return "", err
		}
		if strings.HasPrefix(mirror, "broken") {
			return "", fmt.Errorf("%s is down", mirror)
		}
		return "file from " + mirror, nil
	}
}

func main() {
	ctx := context.Background()

	// The others are canceled and joined. (Race takes the first to end,
	// whether it delivers or fails.)
	file, err := taskgroup.FirstSuccess(ctx,
		ask("broken one", 0),
		ask("near", 20*time.Millisecond),
		ask("far", time.Hour),
	)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(file)

	file, err = taskgroup.FirstSuccess(ctx, ask("broken one", 0), ask("broken two", 0))
	if failed, ok := errors.AsType[*taskgroup.GroupError](err); ok {
		fmt.Println(len(failed.Errors), "mirrors failed")
	} else if err != nil {
		log.Fatal(err)
	} else {
		fmt.Println(file)
	}
}
