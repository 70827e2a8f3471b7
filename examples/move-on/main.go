// Move-on works on an answer for a while and takes what there is by then.
//
// It mirrors asyncio.timeout with the TimeoutError passed over, trio's
// move_on_after; main.py is the original.
package main

import (
	"context"
	"fmt"
	"log"
	"time"

	"example.com/asyncgo/taskgroup"
)

func improve(ctx context.Context, route *int) error {
	*route = 72 // a good one is found at once, the best one takes long
	if err := taskgroup.Sleep(ctx, time.Hour); err != nil {
		return err
	}
	*route = 71
	return nil
}

func main() {
	route := 0
	// Running out of time is no error. MoveOnAfter returns once improve has, so
	// there is no more write to route.
	expired, err := taskgroup.MoveOnAfter(context.Background(), 50*time.Millisecond, func(ctx context.Context) error {
		return improve(ctx, &route)
	})
	switch {
	case err != nil:
		log.Fatal(err)
	case expired:
		fmt.Println("best route so far:", route, "km")
	default:
		fmt.Println("best route:", route, "km")
	}
}
