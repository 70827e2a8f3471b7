// Signals ends a server in good order on SIGTERM or Ctrl-C.
//
// It mirrors loop.add_signal_handler and asyncio.run's care for SIGINT; main.py
// is the original.
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

func main() {
	err := taskgroup.Run(context.Background(),
		func(_ context.Context, g *taskgroup.Group) error {
			g.Go(serve)
			return nil
		},
		taskgroup.WithSignals(),             // the first cancels the tasks, a second one kills
		taskgroup.WithGrace(10*time.Second), // asyncio waits for ever
	)
	stopped, ok := errors.AsType[*taskgroup.SignalError](err)
	if !ok {
		log.Fatal(err)
	}
	fmt.Println("stopped:", stopped.Signal)
}
