package inspect_test

import (
	"context"
	"fmt"
	"strings"
	"time"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

// A test sees what runs under one context, beside other tests.
func ExampleNew() {
	m := inspect.New()
	defer m.Close()

	_ = taskgroup.Run(m.Context(context.Background()), func(_ context.Context, g *taskgroup.Group) error {
		_, err := taskgroup.GoReady(g.Context(), g, func(_ context.Context, ready func(int)) error {
			ready(8080)
			fmt.Println(m.Snapshot().Find("server").State)
			return nil
		}, taskgroup.Named("server"))
		return err
	})
	// Output: running
}

// A service turns it on once, in main.
func ExampleSetDefault() {
	m := inspect.New()
	defer m.Close()
	inspect.SetDefault(m)

	_, _ = taskgroup.Gather(context.Background(), func(context.Context) (int, error) {
		for _, n := range m.Snapshot().Nodes {
			fmt.Println(n.Name, n.Counts.Begun)
		}
		return 0, nil
	})
	// Output: Gather 1
}

func ExampleDefault() {
	m := inspect.New()
	inspect.SetDefault(m)
	fmt.Println(inspect.Default() == m)
	m.Close()
	fmt.Println(inspect.Default() == nil)
	// Output:
	// true
	// true
}

// The innermost monitor counts.
func ExampleMonitor_Context() {
	service, recording := inspect.New(), inspect.New()
	defer service.Close()
	defer recording.Close()

	ctx := service.Context(context.Background())
	_ = taskgroup.Run(recording.Context(ctx), func(context.Context, *taskgroup.Group) error {
		fmt.Println(len(service.Snapshot().Nodes), len(recording.Snapshot().Nodes))
		return nil
	})
	// Output: 0 1
}

// What has been counted stays.
func ExampleMonitor_Close() {
	m := inspect.New()
	_ = taskgroup.Run(m.Context(context.Background()), func(context.Context, *taskgroup.Group) error {
		m.Close()
		s := m.Snapshot()
		fmt.Println(len(s.Nodes), s.Totals[0].Name, s.Totals[0].Opened)
		return nil
	}, taskgroup.WithName("crawl"))
	// Output: 0 crawl 1
}

// Who has the permit, and who waits for it?
func ExampleMonitor_Snapshot() {
	m := inspect.New()
	defer m.Close()
	db := semaphore.New(1).Named("db")
	holding := make(chan struct{})

	_ = taskgroup.Run(m.Context(context.Background()), func(_ context.Context, g *taskgroup.Group) error {
		holder := taskgroup.Go(g, func(ctx context.Context) (int, error) {
			return semaphore.Use(ctx, db, func(ctx context.Context) (int, error) {
				close(holding)
				<-ctx.Done()
				return 0, ctx.Err()
			})
		}, taskgroup.Named("holder"))
		<-holding
		g.Go(func(ctx context.Context) error { return db.Acquire(ctx) }, taskgroup.Named("waiter"))

		s := m.Snapshot()
		for ; s.Find("waiter").State != inspect.StateWaiting; s = m.Snapshot() {
			time.Sleep(time.Millisecond)
		}
		for _, n := range s.Nodes[0].Children {
			for _, w := range n.Waits {
				fmt.Println(n.Name, "waits for", w)
			}
			for _, w := range n.Holds {
				fmt.Println(n.Name, "holds", w)
			}
		}
		holder.Cancel(nil)
		return nil
	})
	// Output:
	// holder holds semaphore "db"
	// waiter waits for semaphore "db"
}

// Two tasks wait for each other.
func ExampleMonitor_Check() {
	m := inspect.New()
	defer m.Close()

	_ = taskgroup.Run(m.Context(context.Background()), func(_ context.Context, g *taskgroup.Group) error {
		var hen, egg *taskgroup.Task[int]
		laid := make(chan struct{})
		hen = taskgroup.Go(g, func(ctx context.Context) (int, error) { <-laid; return egg.Wait(ctx) }, taskgroup.Named("hen"))
		egg = taskgroup.Go(g, func(ctx context.Context) (int, error) { <-laid; return hen.Wait(ctx) }, taskgroup.Named("egg"))
		close(laid)

		var found []inspect.Finding
		for ; len(found) == 0; found = m.Check(inspect.Rules{Deadlock: true}) {
			time.Sleep(time.Millisecond)
		}
		fmt.Print(found[0].Rule, ":")
		for _, n := range found[0].Cycle {
			fmt.Print(" ", n.Name)
		}
		g.Stop()
		return nil
	})
	// Output: deadlock: hen egg
}

// A service watches itself; the daemon ends with the group.
func ExampleMonitor_Watch() {
	m := inspect.New()
	defer m.Close()

	_ = taskgroup.Run(m.Context(context.Background()), func(_ context.Context, g *taskgroup.Group) error {
		slow := taskgroup.Go(g, func(ctx context.Context) (int, error) { return 0, taskgroup.Sleep(ctx, time.Hour) }, taskgroup.Named("slow"))
		g.Go(func(ctx context.Context) error {
			return m.Watch(ctx, time.Millisecond, inspect.Rules{Running: time.Nanosecond}, func(f inspect.Finding) {
				fmt.Println(f.Rule, f.Path)
				slow.Cancel(nil)
			})
		}, taskgroup.Daemon())
		return nil
	}, taskgroup.WithName("service"))
	// Output: running service/slow
}

func ExampleWithLimit() {
	m := inspect.New(inspect.WithLimit(2))
	defer m.Close()

	_ = taskgroup.Run(m.Context(context.Background()), func(_ context.Context, g *taskgroup.Group) error {
		for range 10 {
			g.Go(func(ctx context.Context) error { return taskgroup.Sleep(ctx, time.Hour) })
		}
		group := m.Snapshot().Nodes[0]
		fmt.Println(len(group.Children), group.Hidden, group.Counts.Total)
		g.Stop()
		return nil
	})
	// Output: 2 8 10
}

func ExampleWithSites() {
	m := inspect.New(inspect.WithSites())
	defer m.Close()

	_ = taskgroup.Run(m.Context(context.Background()), func(context.Context, *taskgroup.Group) error {
		file, _, _ := strings.Cut(m.Snapshot().Nodes[0].Site, ":")
		fmt.Println(file)
		return nil
	})
	// Output: monitor_example_test.go
}
