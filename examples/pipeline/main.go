// Pipeline passes items through three stages; short queues between them keep a
// fast stage from running away from a slow one.
//
// It mirrors stages joined by asyncio.Queue; main.py is the original.
package main

import (
	"context"
	"fmt"
	"log"
	"strconv"
	"strings"
	"time"

	"example.com/asyncgo/queue"
	"example.com/asyncgo/taskgroup"
)

func read(ctx context.Context, text string, lines *queue.Queue[string]) (most int, err error) {
	for line := range strings.FieldsSeq(text) {
		if err := lines.Put(ctx, line); err != nil { // waits while parse is behind
			return 0, err
		}
		most = max(most, lines.Len())
	}
	// No item has to mean the end. Not in a defer: a shutdown says that all items
	// are in, and after a failure they are not.
	lines.Shutdown()
	return most, nil
}

func parse(ctx context.Context, lines *queue.Queue[string], numbers *queue.Queue[int]) error {
	for line, err := range lines.All(ctx) {
		if err != nil {
			return err
		}
		number, err := strconv.Atoi(line)
		if err != nil {
			return err
		}
		if err := numbers.Put(ctx, number); err != nil { // waits while store is behind
			return err
		}
	}
	numbers.Shutdown()
	return nil
}

func store(ctx context.Context, numbers *queue.Queue[int]) (total int, err error) {
	for number, err := range numbers.All(ctx) {
		if err != nil {
			return 0, err
		}
		if err := taskgroup.Sleep(ctx, 5*time.Millisecond); err != nil { // the slowest stage sets the pace
			return 0, err
		}
		total += number
		fmt.Println("stored", number)
	}
	return total, nil
}

func main() {
	lines := queue.New[string](2)
	numbers := queue.New[int](2)
	var most, total int
	err := taskgroup.Run(context.Background(), func(_ context.Context, g *taskgroup.Group) error {
		g.Go(func(ctx context.Context) (err error) {
			most, err = read(ctx, "1 2 3 4 5 6 7 8", lines)
			return err
		})
		g.Go(func(ctx context.Context) error { return parse(ctx, lines, numbers) })
		g.Go(func(ctx context.Context) (err error) {
			total, err = store(ctx, numbers)
			return err
		})
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("total", total)
	fmt.Println("never more than", most, "lines waiting")
}
