// Each of these is errgroup and a use of what it is named after.
package main

import (
	"cmp"
	"context"
	"fmt"
	"os"

	"golang.org/x/sync/errgroup"

	"example.com/asyncgo/queue"
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
	q, p := queue.New[string](8), queue.NewPriority(0, cmp.Compare[int])
	fmt.Println(q.Put(ctx, "item"), p.Put(ctx, 1))
	fmt.Println(q.Get(ctx))
	fmt.Println(p.Get(ctx))
}
