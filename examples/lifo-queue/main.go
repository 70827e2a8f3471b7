// Lifo-queue walks a tree depth first: what was put in last comes out first.
//
// It mirrors asyncio.LifoQueue; main.py is the original.
package main

import (
	"context"
	"fmt"
	"log"
	"slices"

	"example.com/asyncgo/queue"
)

func visit(ctx context.Context, folder string, stack *queue.Queue[string]) error {
	below := map[string][]string{"/": {"/etc", "/usr"}, "/usr": {"/usr/bin", "/usr/lib"}}
	for _, inner := range slices.Backward(below[folder]) {
		if err := stack.Put(ctx, inner); err != nil {
			return err
		}
	}
	return nil
}

func run(ctx context.Context) error {
	stack := queue.NewLIFO[string](0)
	if err := stack.Put(ctx, "/"); err != nil {
		return err
	}
	for stack.Len() > 0 { // correct only because no other task takes from it
		folder, err := stack.Get(ctx)
		if err != nil {
			return err
		}
		fmt.Println(folder)
		if err := visit(ctx, folder, stack); err != nil {
			return err
		}
	}
	return nil
}

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}
