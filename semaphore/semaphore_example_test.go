package semaphore_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"example.com/asyncgo/semaphore"
)

// At most three of ten downloads run at once.
func Example() {
	ctx := context.Background()
	limit := semaphore.New(3)
	var running atomic.Int64

	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			err := limit.Do(ctx, func(context.Context) error {
				if running.Add(1) > 3 {
					return errors.New("too many")
				}
				runtime.Gosched() // download
				running.Add(-1)
				return nil
			})
			if err != nil {
				fmt.Println(err)
			}
		})
	}
	wg.Wait()
	fmt.Println("all done")
	// Output: all done
}

func ExampleNew() {
	s := semaphore.New(2)
	fmt.Println(s.TryAcquire(), s.TryAcquire(), s.TryAcquire())
	// Output: true true false
}

// A bounded semaphore notices a release too many.
func ExampleNew_overRelease() {
	s := semaphore.New(2)
	defer func() {
		err := recover().(error)
		fmt.Println(err, errors.Is(err, semaphore.ErrOverRelease))
	}()
	s.Release()
	// Output: semaphore: released more than held true
}

// A counting semaphore that starts at 0 is a counter of events to wait for.
func ExampleNewCounting() {
	ctx := context.Background()
	arrived := semaphore.NewCounting(0)
	for range 3 {
		go arrived.Release()
	}
	fmt.Println(arrived.AcquireN(ctx, 3))
	// Output: <nil>
}

func ExampleSemaphore_Acquire() {
	s := semaphore.New(1)
	use := func(ctx context.Context) error {
		if err := s.Acquire(ctx); err != nil {
			return err
		}
		defer s.Release()
		fmt.Println("mine")
		return nil
	}

	ctx, cancel := context.WithCancel(context.Background())
	fmt.Println(use(ctx))
	cancel()
	fmt.Println(use(ctx))
	// Output:
	// mine
	// <nil>
	// semaphore: Acquire: context canceled
}

func ExampleSemaphore_AcquireN() {
	ctx := context.Background()
	memory := semaphore.New(100)
	fmt.Println(memory.AcquireN(ctx, 60))
	fmt.Println(memory.AcquireN(ctx, 101))
	memory.ReleaseN(60)
	// Output:
	// <nil>
	// semaphore: more permits than the semaphore has
}

func ExampleSemaphore_TryAcquire() {
	s := semaphore.New(1)
	for range 2 {
		if s.TryAcquire() {
			fmt.Println("got it")
		} else {
			fmt.Println("busy, doing something else")
		}
	}
	// Output:
	// got it
	// busy, doing something else
}

func ExampleSemaphore_TryAcquireN() {
	s := semaphore.New(5)
	fmt.Println(s.TryAcquireN(4), s.TryAcquireN(2), s.TryAcquireN(1))
	// Output: true false true
}

func ExampleSemaphore_Release() {
	s := semaphore.New(1)
	s.TryAcquire()
	done := make(chan struct{})
	go func() {
		defer close(done)
		fmt.Println(s.Acquire(context.Background()))
	}()
	s.Release()
	<-done
	// Output: <nil>
}

func ExampleSemaphore_ReleaseN() {
	s := semaphore.New(5)
	s.TryAcquireN(5)
	s.ReleaseN(3)
	fmt.Println(s.Stats().Available)
	// Output: 3
}

func ExampleSemaphore_Do() {
	s := semaphore.New(1)
	err := s.Do(context.Background(), func(context.Context) error {
		fmt.Println("held:", s.Stats().Held)
		return errors.New("oops")
	})
	fmt.Println(err, "- held:", s.Stats().Held)
	// Output:
	// held: 1
	// oops - held: 0
}

// A limit of 0 pauses all callers; a higher one lets them go on.
func ExampleSemaphore_Resize() {
	s := semaphore.New(2)
	s.Resize(0)
	fmt.Println(s.TryAcquire())
	s.Resize(3)
	fmt.Println(s.TryAcquireN(3))
	s.Resize(1) // takes effect as permits are released
	fmt.Printf("%+v\n", s.Stats())
	// Output:
	// false
	// true
	// {Limit:1 Held:3 Available:0 Waiting:0}
}

func ExampleSemaphore_Close() {
	s := semaphore.New(1)
	s.TryAcquire()
	s.Close()
	fmt.Println(s.Acquire(context.Background()))
	s.Release() // still legal
	// Output: semaphore: closed
}

func ExampleSemaphore_Locked() {
	s := semaphore.New(1)
	fmt.Println(s.Locked())
	s.TryAcquire()
	fmt.Println(s.Locked())
	// Output:
	// false
	// true
}

func ExampleSemaphore_Stats() {
	s := semaphore.New(3)
	s.TryAcquireN(2)
	fmt.Printf("%+v\n", s.Stats())
	// Output: {Limit:3 Held:2 Available:1 Waiting:0}
}
