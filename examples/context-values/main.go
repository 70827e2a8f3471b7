// Context-values passes a request's data to every task that works for it.
//
// It mirrors contextvars; main.py is the original.
package main

import (
	"context"
	"fmt"
	"log"
	"time"

	"example.com/asyncgo/taskgroup"
)

type requestKey struct{}

func request(ctx context.Context) string {
	if name, ok := ctx.Value(requestKey{}).(string); ok {
		return name
	}
	return "no request"
}

func load(part string) taskgroup.Func[string] {
	return func(ctx context.Context) (string, error) {
		if err := taskgroup.Sleep(ctx, 10*time.Millisecond); err != nil {
			return "", err
		}
		return part + " for " + request(ctx), nil
	}
}

func handle(number int) taskgroup.Func[[]string] {
	return func(ctx context.Context) ([]string, error) {
		// Nothing is copied implicitly: the value is in the context that is passed
		// on. A task has its group's context, not that of the caller of Go.
		ctx = context.WithValue(ctx, requestKey{}, fmt.Sprintf("request %d", number))
		return taskgroup.Gather(ctx, load("user"), load("cart"))
	}
}

func main() {
	ctx := context.Background()
	requests, err := taskgroup.Gather(ctx, handle(1), handle(2))
	if err != nil {
		log.Fatal(err)
	}
	for _, parts := range requests {
		for _, part := range parts {
			fmt.Println(part)
		}
	}
	page, err := load("page")(ctx) // nothing was set here
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(page)
}
