package semaphore_test

import (
	"context"
	"fmt"
	"sync"

	"example.com/asyncgo/semaphore"
)

// One at a time for each account, and different accounts side by side.
func ExampleKeyed() {
	ctx := context.Background()
	accounts := semaphore.NewKeyed[string](1)
	balance := map[string]*int{"ann": new(int), "bob": new(int)}

	var wg sync.WaitGroup
	for range 100 {
		for name, b := range balance {
			wg.Go(func() {
				_ = accounts.Do(ctx, name, func(context.Context) error {
					*b++
					return nil
				})
			})
		}
	}
	wg.Wait()
	fmt.Println(*balance["ann"], *balance["bob"], accounts.Len())
	// Output: 100 100 0
}

func ExampleNewKeyed() {
	perHost := semaphore.NewKeyed[string](2)
	fmt.Println(perHost.TryAcquire("a"), perHost.TryAcquire("a"), perHost.TryAcquire("a"), perHost.TryAcquire("b"))
	// Output: true true false true
}

func ExampleKeyed_Acquire() {
	k := semaphore.NewKeyed[string](1)
	fetch := func(ctx context.Context, host string) error {
		if err := k.Acquire(ctx, host); err != nil {
			return err
		}
		defer k.Release(host)
		fmt.Println("fetching from", host)
		return nil
	}
	fmt.Println(fetch(context.Background(), "example.com"))
	// Output:
	// fetching from example.com
	// <nil>
}

func ExampleKeyed_TryAcquire() {
	running := semaphore.NewKeyed[string](1)
	for _, job := range []string{"backup", "report", "backup"} {
		fmt.Println(job, running.TryAcquire(job))
	}
	// Output:
	// backup true
	// report true
	// backup false
}

func ExampleKeyed_Release() {
	k := semaphore.NewKeyed[int](1)
	k.TryAcquire(7)
	k.Release(7)
	fmt.Println(k.TryAcquire(7))
	// Output: true
}

func ExampleKeyed_Do() {
	k := semaphore.NewKeyed[int](1)
	err := k.Do(context.Background(), 7, func(context.Context) error {
		fmt.Println("keys in use:", k.Len())
		return nil
	})
	fmt.Println(err, "- keys in use:", k.Len())
	// Output:
	// keys in use: 1
	// <nil> - keys in use: 0
}

func ExampleKeyed_Len() {
	k := semaphore.NewKeyed[string](1)
	k.TryAcquire("a")
	k.TryAcquire("b")
	k.Release("a")
	fmt.Println(k.Len())
	// Output: 1
}
