package semaphore_test

import (
	"context"
	"fmt"
	"sync"

	"example.com/asyncgo/semaphore"
)

func ExampleEvent() {
	var ready semaphore.Event
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			if ready.Wait(context.Background()) == nil {
				fmt.Println("go")
			}
		})
	}
	ready.Set()
	wg.Wait()
	// Output:
	// go
	// go
}

func ExampleEvent_Set() {
	var e semaphore.Event
	e.Set()
	e.Set() // does nothing
	fmt.Println(e.IsSet())
	// Output: true
}

func ExampleEvent_Clear() {
	var e semaphore.Event
	e.Set()
	e.Clear()
	fmt.Println(e.IsSet())
	// Output: false
}

func ExampleEvent_IsSet() {
	var e semaphore.Event
	fmt.Println(e.IsSet())
	// Output: false
}

// A set event is reported even to a context that is done.
func ExampleEvent_Wait() {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var e semaphore.Event
	fmt.Println(e.Wait(ctx))
	e.Set()
	fmt.Println(e.Wait(ctx))
	// Output:
	// semaphore: Event.Wait: context canceled
	// <nil>
}

func ExampleEvent_Done() {
	var stop semaphore.Event
	work := make(chan int)
	go stop.Set()
	select {
	case <-work:
	case <-stop.Done():
		fmt.Println("stopped")
	}
	// Output: stopped
}
