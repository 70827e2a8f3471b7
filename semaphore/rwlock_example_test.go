package semaphore_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/asyncgo/semaphore"
)

// Readers share the lock, and the wait of a writer can be given up.
func ExampleRWLock() {
	var l semaphore.RWLock
	fmt.Println(l.TryRLock(), l.TryRLock())

	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	err := l.Lock(ctx)
	fmt.Println(errors.Is(err, context.DeadlineExceeded))
	// Output:
	// true true
	// true
}

func ExampleRWLock_Lock() {
	var l semaphore.RWLock
	if err := l.Lock(context.Background()); err != nil {
		return
	}
	defer l.Unlock()
	fmt.Println("writing; readers may read:", l.TryRLock())
	// Output: writing; readers may read: false
}

func ExampleRWLock_TryLock() {
	var l semaphore.RWLock
	l.TryRLock()
	fmt.Println(l.TryLock())
	l.RUnlock()
	fmt.Println(l.TryLock())
	// Output:
	// false
	// true
}

func ExampleRWLock_Unlock() {
	var l semaphore.RWLock
	l.TryRLock()

	defer func() { fmt.Println(recover()) }()
	l.Unlock()
	// Output: semaphore: Unlock of an RWLock that is not locked for writing
}

func ExampleRWLock_RLock() {
	var l semaphore.RWLock
	for range 2 {
		if err := l.RLock(context.Background()); err != nil {
			return
		}
		defer l.RUnlock()
	}
	fmt.Println("two readers; a writer may write:", l.TryLock())
	// Output: two readers; a writer may write: false
}

func ExampleRWLock_TryRLock() {
	var l semaphore.RWLock
	l.TryLock()
	fmt.Println(l.TryRLock())
	l.Unlock()
	fmt.Println(l.TryRLock(), l.TryRLock())
	// Output:
	// false
	// true true
}

func ExampleRWLock_RUnlock() {
	var l semaphore.RWLock
	l.TryLock()

	defer func() { fmt.Println(recover()) }()
	l.RUnlock()
	// Output: semaphore: RUnlock of an RWLock that is not locked for reading
}

func ExampleRWLock_Do() {
	var l semaphore.RWLock
	settings := map[string]int{}
	err := l.Do(context.Background(), func(context.Context) error {
		settings["limit"] = 3
		return nil
	})
	fmt.Println(settings["limit"], err)
	// Output: 3 <nil>
}

func ExampleRWLock_RDo() {
	var l semaphore.RWLock
	settings := map[string]int{"limit": 3}
	err := l.RDo(context.Background(), func(context.Context) error {
		fmt.Println(settings["limit"])
		return nil
	})
	fmt.Println(err)
	// Output:
	// 3
	// <nil>
}

func ExampleRWLock_Waiting() {
	var l semaphore.RWLock
	l.TryLock()

	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- l.RLock(ctx) }()
	for {
		if _, readers := l.Waiting(); readers == 1 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	cancel()
	fmt.Println(<-done)
	fmt.Println(l.Waiting())
	// Output:
	// semaphore: RWLock.RLock: context canceled
	// 0 0
}

func ExampleUse() {
	connections := semaphore.New(2)
	rows, err := semaphore.Use(context.Background(), connections, func(context.Context) (int, error) {
		fmt.Println("in use:", connections.Stats().Held)
		return 42, nil
	})
	fmt.Println(rows, err)
	// Output:
	// in use: 1
	// 42 <nil>
}

func ExampleLock_Waiting() {
	var l semaphore.Lock
	l.TryLock()
	done := make(chan error)
	go func() { done <- l.Lock(context.Background()) }()
	for l.Waiting() == 0 {
		time.Sleep(time.Millisecond)
	}
	fmt.Println("waiting:", l.Waiting())
	l.Unlock()
	fmt.Println(<-done, "- waiting:", l.Waiting())
	// Output:
	// waiting: 1
	// <nil> - waiting: 0
}

func ExampleEvent_Waiting() {
	var e semaphore.Event
	done := make(chan error)
	go func() { done <- e.Wait(context.Background()) }()
	for e.Waiting() == 0 {
		time.Sleep(time.Millisecond)
	}
	fmt.Println("waiting:", e.Waiting())
	e.Set()
	fmt.Println(<-done, "- waiting:", e.Waiting())
	// Output:
	// waiting: 1
	// <nil> - waiting: 0
}

func ExampleCond_Waiting() {
	var l semaphore.Lock
	c := semaphore.NewCond(&l)
	ready := false
	done := make(chan error)
	go func() {
		done <- l.Do(context.Background(), func(ctx context.Context) error {
			return c.WaitFor(ctx, func() bool { return ready })
		})
	}()
	for c.Waiting() == 0 {
		time.Sleep(time.Millisecond)
	}
	_ = l.Do(context.Background(), func(context.Context) error {
		fmt.Println("waiting:", c.Waiting())
		ready = true
		c.Notify(1)
		return nil
	})
	fmt.Println(<-done, "- waiting:", c.Waiting())
	// Output:
	// waiting: 1
	// <nil> - waiting: 0
}
