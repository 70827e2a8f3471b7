// Wait-loop handles tasks as they complete while it starts more.
//
// It mirrors a loop around asyncio.wait with FIRST_COMPLETED; main.py is the
// original.
package main

import (
	"context"
	"fmt"
	"log"
	"maps"
	"slices"
	"strings"
	"time"

	"example.com/asyncgo/taskgroup"
)

var links = map[string][]string{"/": {"/a", "/b"}, "/a": {"/c"}, "/b": {"/a", "/c"}, "/c": {"/d", "/"}}

func fetch(page string) taskgroup.Func[[]string] {
	return func(ctx context.Context) ([]string, error) {
		if err := taskgroup.Sleep(ctx, 5*time.Millisecond); err != nil {
			return nil, err
		}
		return links[page], nil
	}
}

func main() {
	seen := map[string]bool{"/": true}
	// A Set returns each task once, as it completes, at the same cost however many
	// are left. The tasks are in a group: if one fails, all of them are canceled.
	err := taskgroup.Run(context.Background(), func(ctx context.Context, g *taskgroup.Group) error {
		pending := taskgroup.NewSet(taskgroup.Go(g, fetch("/")))
		for pending.Len() > 0 {
			task, err := pending.Next(ctx)
			if err != nil {
				return err
			}
			found, err := task.Result()
			if err != nil {
				return err
			}
			for _, link := range found {
				if !seen[link] {
					seen[link] = true
					pending.Add(taskgroup.Go(g, fetch(link)))
				}
			}
		}
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(strings.Join(slices.Sorted(maps.Keys(seen)), " "))
}
