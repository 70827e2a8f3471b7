package semaphore_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/asyncgo/semaphore"
)

// The wait for a lock can be given up.
func ExampleLock() {
	var l semaphore.Lock
	l.TryLock() // another goroutine has it, and keeps it

	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	err := l.Lock(ctx)
	fmt.Println(errors.Is(err, context.DeadlineExceeded))
	// Output: true
}

func ExampleLock_Lock() {
	var l semaphore.Lock
	if err := l.Lock(context.Background()); err != nil {
		return
	}
	defer l.Unlock()
	fmt.Println(l.Locked())
	// Output: true
}

func ExampleLock_TryLock() {
	var l semaphore.Lock
	fmt.Println(l.TryLock(), l.TryLock())
	// Output: true false
}

func ExampleLock_Unlock() {
	var l semaphore.Lock
	l.TryLock()
	l.Unlock()

	defer func() { fmt.Println(recover()) }()
	l.Unlock()
	// Output: semaphore: Unlock of a lock that is not locked
}

func ExampleLock_Locked() {
	var l semaphore.Lock
	fmt.Println(l.Locked())
	l.TryLock()
	fmt.Println(l.Locked())
	// Output:
	// false
	// true
}

func ExampleLock_Do() {
	var l semaphore.Lock
	err := l.Do(context.Background(), func(context.Context) error {
		fmt.Println("locked:", l.Locked())
		return nil
	})
	fmt.Println(err, "- locked:", l.Locked())
	// Output:
	// locked: true
	// <nil> - locked: false
}
