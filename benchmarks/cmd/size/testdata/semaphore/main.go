// Each of these is errgroup and a use of what it is named after.
package main

import (
	"context"
	"fmt"
	"os"

	"golang.org/x/sync/errgroup"

	"example.com/asyncgo/semaphore"
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
	s, k := semaphore.New(8), semaphore.NewKeyed[string](1)
	fmt.Println(s.Acquire(ctx), k.Acquire(ctx, "key"))
	s.Release()
	k.Release("key")
}
