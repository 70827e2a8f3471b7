package semaphore_test

import (
	"context"
	"fmt"
	"sync"

	"example.com/asyncgo/semaphore"
)

// A store that hands out what others bring.
func ExampleCond() {
	ctx := context.Background()
	var lock semaphore.Lock
	changed := semaphore.NewCond(&lock)
	var store []string

	var wg sync.WaitGroup
	wg.Go(func() {
		_ = lock.Do(ctx, func(ctx context.Context) error {
			if err := changed.WaitFor(ctx, func() bool { return len(store) > 0 }); err != nil {
				return err
			}
			fmt.Println("took", store[0])
			store = store[1:]
			return nil
		})
	})
	_ = lock.Do(ctx, func(context.Context) error {
		store = append(store, "tea")
		changed.Notify(1)
		return nil
	})
	wg.Wait()
	// Output: took tea
}

func ExampleNewCond() {
	// Two conditions of the same lock: each wakes its own.
	var lock semaphore.Lock
	notEmpty, notFull := semaphore.NewCond(&lock), semaphore.NewCond(&lock)
	lock.TryLock()
	notEmpty.Notify(1)
	notFull.NotifyAll()
	lock.Unlock()
	// Output:
}

// Wait returns with the lock, also when its context has ended.
func ExampleCond_Wait() {
	var lock semaphore.Lock
	cond := semaphore.NewCond(&lock)
	ctx, cancel := context.WithCancel(context.Background())

	lock.TryLock()
	go cancel()
	err := cond.Wait(ctx)
	fmt.Println(err, "- locked:", lock.Locked())
	lock.Unlock()
	// Output: semaphore: Cond.Wait: context canceled - locked: true
}

func ExampleCond_WaitFor() {
	ctx := context.Background()
	var lock semaphore.Lock
	cond := semaphore.NewCond(&lock)
	count := 0
	for range 3 {
		go func() {
			_ = lock.Do(ctx, func(context.Context) error {
				count++
				cond.Notify(1)
				return nil
			})
		}()
	}
	_ = lock.Lock(ctx)
	defer lock.Unlock()
	fmt.Println(cond.WaitFor(ctx, func() bool { return count == 3 }), count)
	// Output: <nil> 3
}

func ExampleCond_Notify() {
	var lock semaphore.Lock
	cond := semaphore.NewCond(&lock)
	_ = lock.Do(context.Background(), func(context.Context) error {
		cond.Notify(1) // no call waits: this is not kept
		return nil
	})

	defer func() { fmt.Println(recover()) }()
	cond.Notify(1)
	// Output: semaphore: Cond.Notify without the lock
}

func ExampleCond_NotifyAll() {
	ctx := context.Background()
	var lock semaphore.Lock
	cond := semaphore.NewCond(&lock)
	open := false

	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			_ = lock.Lock(ctx)
			defer lock.Unlock()
			fmt.Println(cond.WaitFor(ctx, func() bool { return open }))
		})
	}
	_ = lock.Do(ctx, func(context.Context) error {
		open = true
		cond.NotifyAll()
		return nil
	})
	wg.Wait()
	// Output:
	// <nil>
	// <nil>
	// <nil>
}
