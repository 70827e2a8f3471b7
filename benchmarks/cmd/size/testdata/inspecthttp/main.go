// Each of these is errgroup and a use of what it is named after.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"

	"golang.org/x/sync/errgroup"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/inspect/inspecthttp"
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

	m := inspect.New()
	inspect.SetDefault(m)
	fmt.Println(taskgroup.Run(context.Background(), func(ctx context.Context, g *taskgroup.Group) error {
		_, err := taskgroup.Go(g, func(context.Context) (int, error) { return 1, nil }).Wait(ctx)
		return err
	}))
	http.Handle("/tasks", inspecthttp.Handler(m))
	fmt.Println(http.ListenAndServe("localhost:0", nil))
}
