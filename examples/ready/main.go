// Ready starts a server in a group and goes on when it can be used.
//
// asyncio has no such function, trio has nursery.start; main.py has its own.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"example.com/asyncgo/taskgroup"
)

type portError int

func (e portError) Error() string { return fmt.Sprintf("port %d is reserved", int(e)) }

func serve(port int) func(ctx context.Context, ready func(string)) error {
	return func(ctx context.Context, ready func(string)) error {
		if err := taskgroup.Sleep(ctx, 10*time.Millisecond); err != nil {
			return err
		}
		if port < 1024 {
			return portError(port)
		}
		ready(fmt.Sprintf("localhost:%d", port))
		defer fmt.Println("server closed")
		return taskgroup.Sleep(ctx, time.Hour)
	}
}

func main() {
	err := taskgroup.Run(context.Background(), func(ctx context.Context, g *taskgroup.Group) error {
		address, err := taskgroup.GoReady(ctx, g, serve(8080))
		if err != nil {
			return err
		}
		fmt.Println("serving at", address)

		// A failure before it is ready is the caller's, and not one of the group.
		address, err = taskgroup.GoReady(ctx, g, serve(80))
		if denied, ok := errors.AsType[portError](err); ok {
			fmt.Println("not serving:", denied)
		} else if err != nil {
			return err
		} else {
			fmt.Println("serving at", address)
		}
		g.Stop()
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
}
