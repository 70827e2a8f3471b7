package semaphore_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"example.com/asyncgo/semaphore"
)

// Three workers go through two phases together.
func ExampleBarrier() {
	ctx := context.Background()
	const workers = 3
	b := semaphore.NewBarrier(workers)
	var done [2]atomic.Int64

	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for phase := range done {
				done[phase].Add(1) // work
				index, err := b.Wait(ctx)
				if err != nil {
					return
				}
				if index == 0 {
					fmt.Println("phase", phase, "done by", done[phase].Load())
				}
				if _, err := b.Wait(ctx); err != nil {
					return
				}
			}
		})
	}
	wg.Wait()
	// Output:
	// phase 0 done by 3
	// phase 1 done by 3
}

func ExampleNewBarrier() {
	b := semaphore.NewBarrier(1)
	fmt.Println(b.Wait(context.Background()))
	// Output: 0 <nil>
}

// A call that gives up does not count, and breaks nothing.
func ExampleBarrier_Wait() {
	b := semaphore.NewBarrier(2)
	ctx, cancel := context.WithCancel(context.Background())
	go cancel()
	_, err := b.Wait(ctx)
	fmt.Println(err, b.Waiting(), b.Broken())
	// Output: semaphore: Barrier.Wait: context canceled 0 false
}

func ExampleBarrier_Abort() {
	b := semaphore.NewBarrier(2)
	go b.Abort()
	_, err := b.Wait(context.Background())
	fmt.Println(errors.Is(err, semaphore.ErrBroken))
	// Output: true
}

func ExampleBarrier_Reset() {
	b := semaphore.NewBarrier(2)
	b.Abort()
	b.Reset()
	fmt.Println(b.Broken())
	// Output: false
}

func ExampleBarrier_Parties() {
	fmt.Println(semaphore.NewBarrier(4).Parties())
	// Output: 4
}

func ExampleBarrier_Waiting() {
	fmt.Println(semaphore.NewBarrier(4).Waiting())
	// Output: 0
}

func ExampleBarrier_Broken() {
	b := semaphore.NewBarrier(2)
	b.Abort()
	fmt.Println(b.Broken())
	// Output: true
}
