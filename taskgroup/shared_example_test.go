package taskgroup_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"example.com/asyncgo/taskgroup"
)

// Requests for the same page that meet are one fetch.
func ExampleShared_Do() {
	var pages taskgroup.Shared[string, string]
	fetch := func(ctx context.Context) (string, error) {
		return "<html>", taskgroup.Sleep(ctx, time.Millisecond)
	}
	var requests sync.WaitGroup
	for range 3 {
		requests.Go(func() {
			page, _, err := pages.Do(context.Background(), "/index", fetch)
			fmt.Println(page, err)
		})
	}
	requests.Wait()
	page, shared, err := pages.Do(context.Background(), "/index", fetch)
	fmt.Println(page, shared, err) // nothing is kept, and there is no other caller
	// Output:
	// <html> <nil>
	// <html> <nil>
	// <html> <nil>
	// <html> false <nil>
}

// Each caller waits under its own context. The last to leave cancels the call and
// waits for its end.
func ExampleShared_Do_lastCaller() {
	var pages taskgroup.Shared[string, string]
	ctx, cancel := context.WithCancelCause(context.Background())
	_, _, err := pages.Do(ctx, "/slow", func(ctx context.Context) (string, error) {
		cancel(errors.New("user left"))
		<-ctx.Done() // no caller is left
		fmt.Println("fetch:", context.Cause(ctx))
		return "", ctx.Err()
	})
	fmt.Println(err)
	// Output:
	// fetch: user left
	// taskgroup: Shared.Do: context canceled: user left
}

// After a write, no new caller gets the result of a read that began before it.
func ExampleShared_Forget() {
	var users taskgroup.Shared[int, string]
	name, reading, written := "ann", make(chan struct{}), make(chan struct{})
	var old sync.WaitGroup
	old.Go(func() {
		v, _, _ := users.Do(context.Background(), 1, func(context.Context) (string, error) {
			read := name
			close(reading)
			<-written
			return read, nil
		})
		fmt.Println("the call that was running:", v)
	})
	<-reading
	name = "anna"
	users.Forget(1)
	v, _, _ := users.Do(context.Background(), 1, func(context.Context) (string, error) { return name, nil })
	fmt.Println("a later call:", v)
	close(written)
	old.Wait()
	// Output:
	// a later call: anna
	// the call that was running: ann
}
