// First-success queries several mirrors and takes the first that succeeds.
//
// asyncio has no such function; main.py has its own.
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

func query(mirror string, delay time.Duration) taskgroup.Func[string] {
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

	// The others are canceled and joined. (Race takes the first to return, with
	// a result or an error.)
	file, err := taskgroup.FirstSuccess(ctx,
		query("broken one", 0),
		query("near", 20*time.Millisecond),
		query("far", time.Hour),
	)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(file)

	file, err = taskgroup.FirstSuccess(ctx, query("broken one", 0), query("broken two", 0))
	if failed, ok := errors.AsType[*taskgroup.GroupError](err); ok {
		fmt.Println(len(failed.Errors), "mirrors failed")
	} else if err != nil {
		log.Fatal(err)
	} else {
		fmt.Println(file)
	}
}
