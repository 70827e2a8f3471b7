package taskgroup_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"example.com/asyncgo/taskgroup"
)

// Run joins what main has started before it returns.
func ExampleRun() {
	err := taskgroup.Run(context.Background(), func(ctx context.Context, g *taskgroup.Group) error {
		hello := taskgroup.Go(g, func(context.Context) (string, error) { return "hello", nil })
		world := taskgroup.Go(g, func(context.Context) (string, error) { return "world", nil })
		h, err := hello.Wait(ctx)
		if err != nil {
			return err
		}
		w, err := world.Wait(ctx)
		if err != nil {
			return err
		}
		fmt.Println(h, w)
		return nil
	})
	fmt.Println(err)
	// Output:
	// hello world
	// <nil>
}

// The failure of a task ends main, too, and main need not mind: it is reported
// once.
func ExampleRun_failure() {
	err := taskgroup.Run(context.Background(), func(ctx context.Context, g *taskgroup.Group) error {
		g.Go(func(context.Context) error { return errors.New("no route to host") }, taskgroup.Named("fetch"))
		<-ctx.Done()
		return context.Cause(ctx)
	})
	fmt.Println(err)
	// Output: taskgroup: task 0 (fetch): no route to host
}

// Signals end a program in good order: the first one cancels, a second one
// kills.
func ExampleWithSignals() {
	err := taskgroup.Run(context.Background(), func(ctx context.Context, _ *taskgroup.Group) error {
		self, err := os.FindProcess(os.Getpid())
		if err != nil {
			return err
		}
		if err := self.Signal(os.Interrupt); err != nil { // Ctrl-C
			return err
		}
		<-ctx.Done()
		return ctx.Err()
	}, taskgroup.WithSignals())
	fmt.Println(err)
	// Output: taskgroup: signal: interrupt
}

// A task that does not look at its context cannot keep the program for ever.
func ExampleWithGrace() {
	forever := make(chan struct{})
	begun := make(chan struct{})
	err := taskgroup.Run(context.Background(), func(_ context.Context, g *taskgroup.Group) error {
		g.Go(func(context.Context) error { close(begun); <-forever; return nil }, taskgroup.Named("stubborn"))
		<-begun
		return errors.New("main failed")
	}, taskgroup.WithGrace(time.Millisecond))
	fmt.Println(err)
	// Output: taskgroup: still running: stubborn: main: main failed
}

// A server is started, and used once it has said where it listens.
func ExampleGoReady() {
	serve := func(ctx context.Context, ready func(string)) error {
		ready("127.0.0.1:8080")
		<-ctx.Done()
		return ctx.Err()
	}
	err := taskgroup.Run(context.Background(), func(ctx context.Context, g *taskgroup.Group) error {
		address, err := taskgroup.GoReady(ctx, g, serve)
		if err != nil {
			return err
		}
		fmt.Println("listening on", address)
		g.Stop()
		return nil
	})
	fmt.Println(err)
	// Output:
	// listening on 127.0.0.1:8080
	// <nil>
}

// What goes wrong before that is the caller's, and the group goes on.
func ExampleGoReady_failure() {
	serve := func(context.Context, func(string)) error { return errors.New("address already in use") }
	err := taskgroup.Run(context.Background(), func(ctx context.Context, g *taskgroup.Group) error {
		if _, err := taskgroup.GoReady(ctx, g, serve); err != nil {
			fmt.Println("without a server:", err)
		}
		return nil
	})
	fmt.Println(err)
	// Output:
	// without a server: address already in use
	// <nil>
}
