package inspect_test

import (
	"cmp"
	"context"
	"fmt"
	"runtime/pprof"
	"strings"
	"sync"
	"time"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/taskgroup"
)

// printer prints what begins and ends.
type printer struct{}

func (printer) Begin(ctx context.Context, e inspect.Event) (context.Context, func(error)) {
	name := cmp.Or(e.Name, string(e.Kind))
	fmt.Println("begin", name)
	return ctx, func(err error) { fmt.Println("end", name, err) }
}

func greet(context.Context) error { return nil }

func ExampleTracer() {
	m := inspect.New(inspect.WithTracer(printer{}))
	defer m.Close()
	_ = taskgroup.Run(m.Context(context.Background()), func(_ context.Context, g *taskgroup.Group) error {
		g.Go(greet, taskgroup.Named("greet"))
		return nil
	}, taskgroup.WithName("hello"))
	// Output:
	// begin hello
	// begin greet
	// end greet <nil>
	// end hello <nil>
}

// recorder keeps the events.
type recorder struct {
	mu     sync.Mutex
	events []inspect.Event
}

func (r *recorder) Begin(_ context.Context, e inspect.Event) (context.Context, func(error)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e)
	return nil, nil
}

func ExampleEvent() {
	r := &recorder{}
	m := inspect.New(inspect.WithTracer(r))
	defer m.Close()
	_, _ = taskgroup.Map(m.Context(context.Background()), 1, []int{1, 2}, func(_ context.Context, n int) (int, error) {
		return n * n, nil
	})
	for _, e := range r.events {
		fmt.Printf("%s %q in %q: ID %s, parent %q, index %d\n", e.Kind, e.Name, e.Group, e.ID, e.Parent, e.Index)
	}
	// Output:
	// call "Map" in "": ID 1, parent "", index -1
	// func "" in "Map": ID 1/0, parent "1", index 0
	// func "" in "Map": ID 1/1, parent "1", index 1
}

func ExampleWithTracer() {
	// A tracer may add to the context of what it is called for.
	m := inspect.New(inspect.WithTracer(requestID{}))
	defer m.Close()
	_, _ = taskgroup.Gather(m.Context(context.Background()), func(ctx context.Context) (int, error) {
		fmt.Println(ctx.Value(requestID{}))
		return 0, nil
	})
	// Output: request of Gather
}

// requestID is a tracer, and the key of what it adds.
type requestID struct{}

func (requestID) Begin(ctx context.Context, e inspect.Event) (context.Context, func(error)) {
	if e.Kind != inspect.KindCall {
		return ctx, nil
	}
	return context.WithValue(ctx, requestID{}, "request of "+e.Name), nil
}

func ExampleWithLabels() {
	m := inspect.New(inspect.WithLabels())
	defer m.Close()
	_ = taskgroup.Run(m.Context(context.Background()), func(_ context.Context, g *taskgroup.Group) error {
		g.Go(func(ctx context.Context) error {
			for _, key := range []string{"asyncgo.group", "asyncgo.task"} {
				value, _ := pprof.Label(ctx, key)
				fmt.Println(key, "=", value)
			}
			return nil
		}, taskgroup.Named("worker"))
		return nil
	}, taskgroup.WithName("crawl"))
	// Output:
	// asyncgo.group = crawl
	// asyncgo.task = worker
}

func ExampleWithStacks() {
	m := inspect.New(inspect.WithStacks())
	defer m.Close()
	task := taskgroup.Start(m.Context(context.Background()), func(ctx context.Context) (int, error) {
		id, _ := pprof.Label(ctx, "asyncgo.id")
		fmt.Println("asyncgo.id =", id)
		return 0, nil
	})
	_, _ = task.Wait(context.Background())
	// Output: asyncgo.id = 1
}

func ExampleMonitor_SnapshotStacks() {
	m := inspect.New(inspect.WithStacks())
	defer m.Close()
	release := make(chan struct{})
	began := make(chan struct{})
	task := taskgroup.Start(m.Context(context.Background()), func(context.Context) (int, error) {
		close(began)
		<-release // no wait that the module knows: it shows as running
		return 0, nil
	}, taskgroup.Named("stuck"))
	<-began
	stuck := m.SnapshotStacks().Find("stuck")
	outermost := stuck.Stack[len(stuck.Stack)-1]
	fmt.Println(stuck.State, outermost.Func)
	close(release)
	<-task.Done()
	// Output: running example.com/asyncgo/inspect_test.ExampleMonitor_SnapshotStacks.func1
}

func ExampleWithRegions() {
	// Between trace.Start and trace.Stop, or while a trace.FlightRecorder runs,
	// groups and calls are tasks of the trace, and their functions regions.
	m := inspect.New(inspect.WithRegions())
	defer m.Close()
	_ = taskgroup.Run(m.Context(context.Background()), func(_ context.Context, g *taskgroup.Group) error {
		g.Go(greet, taskgroup.Named("greet"))
		return nil
	}, taskgroup.WithName("hello"))
	fmt.Println("hello")
	// Output: hello
}

func ExampleWithTimeline() {
	m := inspect.New(inspect.WithTimeline(2))
	defer m.Close()
	_, _ = taskgroup.Map(m.Context(context.Background()), 1, []int{1, 2, 3}, func(_ context.Context, n int) (int, error) {
		return n, nil
	})
	timeline := m.Timeline()
	for _, s := range timeline.Spans {
		fmt.Println(s.Kind, s.Name, s.Index)
	}
	fmt.Println(timeline.Dropped, "dropped")
	// Output:
	// call Map -1
	// func  2
	// 2 dropped
}

func ExampleMonitor_Timeline() {
	m := inspect.New(inspect.WithTimeline(100))
	defer m.Close()
	ctx := m.Context(context.Background())
	_ = taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
		g.Go(func(ctx context.Context) error { return taskgroup.Sleep(ctx, time.Millisecond) }, taskgroup.Named("nap"))
		return nil
	}, taskgroup.WithName("night"))
	for _, s := range m.Timeline().Spans {
		fmt.Println(strings.Repeat("  ", strings.Count(s.ID, "/")), s.Kind, s.Name, s.End > s.Start)
	}
	// Output:
	//  group night true
	//  wait join "night" true
	//    task nap true
	//  wait sleep true
}
