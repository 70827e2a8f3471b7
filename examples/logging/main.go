// Logging writes log records in the background: an asynchronous
// [log/slog.Handler] on a bounded queue, written to be copied (package asynclog
// beside this file). A slow disk never blocks a call that logs; what does not
// fit is dropped and counted; closing it flushes.
//
// Python has logging.handlers.QueueHandler for it.
package main

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"example.com/asyncgo/examples/logging/asynclog"
)

// slowDisk takes 2 ms for each line.
type slowDisk struct{ *bufio.Writer }

func (d slowDisk) Write(line []byte) (int, error) {
	time.Sleep(2 * time.Millisecond)
	return d.Writer.Write(line)
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "logging:", err)
		os.Exit(1)
	}
}

func run() error {
	out := bufio.NewWriter(os.Stdout)
	handler := asynclog.New(slog.NewTextHandler(slowDisk{out}, nil), 10)
	log := slog.New(handler).With("service", "shop")

	start := time.Now()
	const requests = 100
	for i := range requests {
		log.Info("request served", "id", i)
	}
	took := time.Since(start)

	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := handler.Close(ctx); err != nil {
		return fmt.Errorf("closing the log: %w", err)
	}
	if err := out.Flush(); err != nil {
		return err
	}
	fmt.Printf("logged %d records in %v, where writing them takes %v: %d written, %d dropped\n",
		requests, took.Round(time.Millisecond), requests*2*time.Millisecond, requests-handler.Dropped(), handler.Dropped())
	return nil
}
