// Gather-errors runs several calls of which some fail: once until the first
// failure, once to the end of all.
//
// It mirrors asyncio.gather without and with return_exceptions; main.py is the
// original.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"example.com/asyncgo/taskgroup"
)

type notFoundError struct{ page string }

func (e notFoundError) Error() string { return e.page + " not found" }

func fetch(page string) taskgroup.Func[string] {
	return func(ctx context.Context) (string, error) {
		if err := taskgroup.Sleep(ctx, 10*time.Millisecond); err != nil {
			return "", err
		}
		if page == "b" {
			return "", notFoundError{page}
		}
		return "content of " + page, nil
	}
}

func main() {
	ctx := context.Background()

	// The first error cancels the other calls, and Gather returns when they have
	// ended, with what else went wrong: the error is a *GroupError of them all.
	_, err := taskgroup.Gather(ctx, fetch("a"), fetch("b"), fetch("c"))
	if missing, ok := errors.AsType[notFoundError](err); ok {
		fmt.Println("gather:", missing)
	} else if err != nil {
		log.Fatal(err)
	}

	// All of them, with the errors in their places.
	pages := []string{"a", "b", "c"}
	results := taskgroup.Settle(ctx, fetch("a"), fetch("b"), fetch("c"))
	for i, result := range results {
		_, missing := errors.AsType[notFoundError](result.Err)
		switch {
		case missing:
			fmt.Printf("%s: %v, left out\n", pages[i], result.Err)
		case result.Err != nil:
			log.Fatal(result.Err)
		default:
			fmt.Printf("%s: %s\n", pages[i], result.Value)
		}
	}
}
