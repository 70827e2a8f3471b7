// Errgroup is the program that the others are compared with.
package main

import (
	"fmt"
	"os"

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
}
