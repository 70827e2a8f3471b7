// Each of these is errgroup and a use of what it is named after.
package main

import (
	"context"
	"fmt"
	"os"

	"golang.org/x/sync/errgroup"

	"example.com/asyncgo/taskgroup"
)

func main() {
	lengths := make([]int, len(os.Args))
	var g errgroup.Group
	g.SetLimit(8)
	for i, arg := range os.Args {
		g.Go(func() error { lengths[i] = len(arg); return nil })
	}
	fmt.Println(lengths, g.Wait())

	ctx := context.Background()
	length := func(_ context.Context, arg string) (int, error) { return len(arg), nil }
	fmt.Println(taskgroup.Map(ctx, 8, os.Args, length))
	fmt.Println(taskgroup.Gather(ctx, func(ctx context.Context) (int, error) { return length(ctx, "gather") }))
	fmt.Println(taskgroup.Run(ctx, func(ctx context.Context, g *taskgroup.Group) error {
		_, err := taskgroup.Go(g, func(ctx context.Context) (int, error) { return length(ctx, "go") }).Wait(ctx)
		return err
	}))
}
