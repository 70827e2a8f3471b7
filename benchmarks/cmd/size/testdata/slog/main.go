// Each of these is errgroup and a use of what it is named after.
package main

import (
	"fmt"
	"log/slog"
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
	slog.Error("failed", "arg", os.Args[0])
}
