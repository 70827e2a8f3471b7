// Timeline draws a run: what ran when, under what, and where it waited. Three
// stages are joined by queues of one item; the picture shows that the slowest
// one sets the pace.
//
//	go run ./examples/timeline >pipeline.svg
//
// In a testing/synctest bubble time is virtual, and the picture is the same at
// each run, to the byte: main_test.go compares it with pipeline.svg.
package main

import (
	"context"
	"log"
	"os"
	"time"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/queue"
	"example.com/asyncgo/taskgroup"
)

const (
	items      = 6
	readTakes  = 2 * time.Millisecond
	halfTakes  = 3 * time.Millisecond // each half of an item is parsed by a function of its own
	storeTakes = 7 * time.Millisecond
)

// work is what a stage does. To the library it runs: a taskgroup.Sleep would be
// drawn as a wait.
func work(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func read(ctx context.Context, lines *queue.Queue[int]) error {
	for i := range items {
		if err := work(ctx, readTakes); err != nil {
			return err
		}
		if err := lines.Put(ctx, i); err != nil { // waits while parse is behind
			return err
		}
	}
	lines.Shutdown()
	return nil
}

func parse(ctx context.Context, lines, numbers *queue.Queue[int]) error {
	half := func(ctx context.Context) (int, error) { return 0, work(ctx, halfTakes) }
	for line, err := range lines.All(ctx) {
		if err != nil {
			return err
		}
		if _, err := taskgroup.Gather(ctx, half, half); err != nil {
			return err
		}
		if err := numbers.Put(ctx, line); err != nil { // waits while store is behind
			return err
		}
	}
	numbers.Shutdown()
	return nil
}

func store(ctx context.Context, numbers *queue.Queue[int]) error {
	for _, err := range numbers.All(ctx) {
		if err != nil {
			return err
		}
		if err := work(ctx, storeTakes); err != nil {
			return err
		}
	}
	return nil
}

// run returns what has happened in a run of the pipeline.
func run(ctx context.Context) (*inspect.Timeline, error) {
	m := inspect.New(inspect.WithTimeline(1000))
	defer m.Close()
	lines, numbers := queue.New[int](1).Named("lines"), queue.New[int](1).Named("numbers")
	err := taskgroup.Run(m.Context(ctx), func(_ context.Context, g *taskgroup.Group) error {
		g.Go(func(ctx context.Context) error { return read(ctx, lines) }, taskgroup.Named("read"))
		g.Go(func(ctx context.Context) error { return parse(ctx, lines, numbers) }, taskgroup.Named("parse"))
		g.Go(func(ctx context.Context) error { return store(ctx, numbers) }, taskgroup.Named("store"))
		return nil
	}, taskgroup.WithName("pipeline"))
	return m.Timeline(), err
}

func main() {
	timeline, err := run(context.Background())
	if err == nil {
		err = timeline.WriteSVG(os.Stdout)
	}
	if err != nil {
		log.Fatal(err)
	}
}
