// Task-tree has tasks that start further tasks in their own group, of which two
// run at a time.
//
// It mirrors TaskGroup.create_task from inside a task; main.py is the original.
package main

import (
	"context"
	"fmt"
	"log"
	"maps"
	"path"
	"slices"
	"sync"
	"time"

	"example.com/asyncgo/taskgroup"
)

var tree = map[string]map[string]int{"/": {"home": 1, "usr": 2}, "/home": {"ann": 30}, "/usr": {"bin": 40, "lib": 50}}

type sizes struct {
	mu sync.Mutex // tasks run in parallel
	of map[string]int
}

func (s *sizes) set(folder string, size int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.of[folder] = size
}

func visit(g *taskgroup.Group, folder string, s *sizes) func(context.Context) error {
	return func(ctx context.Context) error {
		if err := taskgroup.Sleep(ctx, 5*time.Millisecond); err != nil {
			return err
		}
		for name, size := range tree[folder] {
			inner := path.Join(folder, name)
			s.set(inner, size)
			g.Go(visit(g, inner, s))
		}
		return nil
	}
}

func main() {
	s := &sizes{of: map[string]int{}}
	// Run returns once each task has completed, also those that tasks started.
	// With the backlog, a task can start others while its group is full: without
	// it, Go would wait for slots that only the waiting tasks can free.
	err := taskgroup.Run(context.Background(), func(_ context.Context, g *taskgroup.Group) error {
		g.Go(visit(g, "/", s))
		return nil
	}, taskgroup.WithLimit(2), taskgroup.WithBacklog(-1))
	if err != nil {
		log.Fatal(err)
	}
	for _, folder := range slices.Sorted(maps.Keys(s.of)) {
		fmt.Println(folder, s.of[folder])
	}
}
