// Shield completes a step that must not be interrupted although its caller has
// been canceled.
//
// It mirrors asyncio.shield; main.py is the original.
package main

import (
	"context"
	"fmt"
	"log"

	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

func commit(ctx context.Context, order string, stored *semaphore.Event) error {
	if err := stored.Wait(ctx); err != nil {
		return err
	}
	fmt.Println(order, "committed")
	return nil
}

func request(ctx context.Context, order string, begun, stored *semaphore.Event) error {
	// Shield calls the step with a context that does not end with ctx, and
	// returns when the step does: there is no task to await again. A time instead
	// of NoTimeout would bound how long the step may take after the cancellation.
	_, err := taskgroup.Shield(ctx, taskgroup.NoTimeout, taskgroup.NoValue(func(ctx context.Context) error {
		begun.Set()
		return commit(ctx, order, stored)
	}))
	if err != nil {
		return err
	}
	return context.Cause(ctx) // committed; if the client is gone, that is all
}

func main() {
	ctx := context.Background()
	var begun, stored semaphore.Event
	client := taskgroup.Start(ctx, taskgroup.NoValue(func(ctx context.Context) error {
		return request(ctx, "order 1", &begun, &stored)
	}))
	if err := begun.Wait(ctx); err != nil {
		log.Fatal(err)
	}
	client.Cancel(nil)
	fmt.Println("client gone, the commit goes on")
	stored.Set()
	_, err := client.Wait(ctx) // is itself await shield(client)
	switch {
	case client.Cancelled():
		fmt.Println("client was canceled")
	case err != nil:
		log.Fatal(err)
	default:
		fmt.Println("client served")
	}
}
