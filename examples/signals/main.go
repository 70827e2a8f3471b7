// Signals stops a server cleanly on SIGTERM or Ctrl-C.
//
// It mirrors loop.add_signal_handler and what asyncio.run does on SIGINT;
// main.py is the original.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"example.com/asyncgo/taskgroup"
)

func serve(ctx context.Context) error {
	fmt.Println("serving")
	err := taskgroup.Sleep(ctx, time.Hour)
	time.Sleep(10 * time.Millisecond)
	fmt.Println("last request answered")
	return err
}

func run(serve func(ctx context.Context) error) error {
	err := taskgroup.Run(context.Background(),
		func(_ context.Context, g *taskgroup.Group) error {
			g.Go(serve)
			return nil
		},
		taskgroup.WithSignals(),             // the first cancels the tasks, a second one kills
		taskgroup.WithGrace(10*time.Second), // asyncio waits without a limit
	)
	// A server that fails while it stops has failed: the error holds the signal
	// then as well.
	if !taskgroup.Cancelled(err) {
		return err
	}
	if stopped, ok := errors.AsType[*taskgroup.SignalError](err); ok {
		fmt.Println("stopped:", stopped.Signal)
	}
	return nil
}

func main() {
	if err := run(serve); err != nil {
		log.Fatal(err)
	}
}
