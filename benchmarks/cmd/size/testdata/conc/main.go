// Conc is errgroup with a pool and a map of conc.
package main

import (
	"fmt"
	"os"

	"github.com/sourcegraph/conc/iter"
	"github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"
)

func main() {
	lengths := make([]int, len(os.Args))
	var g errgroup.Group
	g.SetLimit(8)
	for i, arg := range os.Args {
		g.Go(func() error { lengths[i] = len(arg); return nil })
	}
	fmt.Println(lengths, g.Wait())

	fmt.Println(iter.MapErr(os.Args, func(arg *string) (int, error) { return len(*arg), nil }))
	p := pool.NewWithResults[int]().WithErrors()
	p.Go(func() (int, error) { return 1, nil })
	fmt.Println(p.Wait())
}
