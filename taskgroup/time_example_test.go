package taskgroup_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

func ExampleSleep() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	fmt.Println(taskgroup.Sleep(ctx, time.Hour))
	// Output: taskgroup: Sleep: context deadline exceeded
}

// With NoTimeout there is no limit but that of the context.
func ExampleSleep_noTimeout() {
	ctx, cancel := context.WithCancelCause(context.Background())
	time.AfterFunc(time.Millisecond, func() { cancel(errors.New("shutting down")) })
	fmt.Println(taskgroup.Sleep(ctx, taskgroup.NoTimeout))
	// Output: taskgroup: Sleep: context canceled: shutting down
}

func ExampleWaitFor() {
	slow := func(ctx context.Context) (string, error) {
		return "too late", taskgroup.Sleep(ctx, time.Hour)
	}
	_, err := taskgroup.WaitFor(context.Background(), time.Millisecond, slow)
	fmt.Println(err)
	fmt.Println(errors.Is(err, taskgroup.ErrTimeout), errors.Is(err, context.DeadlineExceeded))
	// Output:
	// taskgroup: timeout
	// true true
}

// A limit that the configuration may leave out: what asyncio writes as
// timeout=None.
func ExampleWaitFor_noTimeout() {
	limits := map[string]time.Duration{"fetch": time.Second} // from the configuration
	d, ok := limits["ask"]
	if !ok {
		d = taskgroup.NoTimeout
	}
	answer, err := taskgroup.WaitFor(context.Background(), d, func(ctx context.Context) (int, error) {
		_, limited := ctx.Deadline()
		fmt.Println("limited:", limited)
		return 42, nil
	})
	fmt.Println(answer, err)
	// Output:
	// limited: false
	// 42 <nil>
}

func ExampleMoveOnAfter() {
	var found []int
	expired, err := taskgroup.MoveOnAfter(context.Background(), 5*time.Millisecond, func(ctx context.Context) error {
		found = append(found, 1, 2, 3)
		return taskgroup.Sleep(ctx, time.Hour) // for more
	})
	fmt.Println(found, expired, err)
	// Output: [1 2 3] true <nil>
}

func ExampleTimeout() {
	messages := []string{"a", "b", "c"}
	err := taskgroup.Timeout(context.Background(), time.Hour, func(ctx context.Context, t *taskgroup.Deadline) error {
		for _, message := range messages {
			fmt.Println(message)
			if err := t.Extend(time.Minute); err != nil { // there is life in it
				return err
			}
		}
		_ = t.Extend(time.Millisecond)
		return taskgroup.Sleep(ctx, time.Hour)
	})
	fmt.Println(err)
	// Output:
	// a
	// b
	// c
	// taskgroup: timeout
}

func ExampleDeadline_When() {
	_ = taskgroup.Timeout(context.Background(), time.Hour, func(_ context.Context, t *taskgroup.Deadline) error {
		fmt.Println(time.Until(t.When()).Round(time.Hour))
		return nil
	})
	// Output: 1h0m0s
}

func ExampleDeadline_Extend() {
	var kept *taskgroup.Deadline
	_ = taskgroup.Timeout(context.Background(), time.Hour, func(_ context.Context, t *taskgroup.Deadline) error {
		kept = t
		fmt.Println(t.Extend(time.Hour))
		return nil
	})
	fmt.Println(kept.Extend(time.Hour))
	// Output:
	// <nil>
	// taskgroup: scope has ended
}

func ExampleDeadline_Reschedule() {
	err := taskgroup.Timeout(context.Background(), time.Hour, func(ctx context.Context, t *taskgroup.Deadline) error {
		_ = t.Reschedule(time.Time{}) // no deadline
		fmt.Println(t.When().IsZero())
		_ = t.Reschedule(time.Now().Add(-time.Second)) // at once
		return ctx.Err()
	})
	fmt.Println(err)
	// Output:
	// true
	// taskgroup: timeout
}

func ExampleDeadline_Expired() {
	err := taskgroup.Timeout(context.Background(), time.Millisecond, func(ctx context.Context, t *taskgroup.Deadline) error {
		<-ctx.Done()
		fmt.Println(t.Expired())
		return nil // it has done what it could
	})
	fmt.Println(err)
	// Output:
	// true
	// <nil>
}

func ExampleShield() {
	ctx, cancel := context.WithCancel(context.Background())
	cancel() // time to clean up
	flushed, err := taskgroup.Shield(ctx, time.Second, func(ctx context.Context) (int, error) {
		return 17, ctx.Err()
	})
	fmt.Println(flushed, err)
	// Output: 17 <nil>
}

func ExampleBlocking() {
	ctx, cancel := context.WithCancel(context.Background())
	answer := make(chan string)
	defer close(answer)
	go cancel()
	_, err := taskgroup.Blocking(ctx, func() (string, error) {
		return <-answer, nil // a call that knows no context
	})
	fmt.Println(err)
	// Output: taskgroup: Blocking: context canceled
}

// At most two of the calls run at once, also of those that were left running.
func ExampleBlockingIn() {
	workers := semaphore.New(2)
	var running atomic.Int32
	resize := func(name string) (string, error) { // knows no context
		defer running.Add(-1)
		if running.Add(1) > 2 {
			return "", errors.New("too many at once")
		}
		time.Sleep(time.Millisecond)
		return name + ".small", nil
	}
	small, err := taskgroup.Map(context.Background(), taskgroup.NoLimit, []string{"a", "b", "c", "d", "e"},
		func(ctx context.Context, name string) (string, error) {
			return taskgroup.BlockingIn(ctx, workers, func() (string, error) { return resize(name) })
		})
	fmt.Println(small, err)
	// Output: [a.small b.small c.small d.small e.small] <nil>
}

// A read that ends with its context: a deadline in the past makes it return.
func ExampleInterruptible() {
	client, server := net.Pipe()
	defer func() { _, _ = client.Close(), server.Close() }()
	read := func(ctx context.Context, buf []byte) (int, error) {
		interrupt := func() { _ = server.SetReadDeadline(time.Unix(1, 0)) }
		n, err := taskgroup.Interruptible(ctx, interrupt, func() (int, error) { return server.Read(buf) })
		if ctx.Err() != nil {
			_ = server.SetReadDeadline(time.Time{}) // nothing sets it after the call
		}
		return n, err
	}

	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	_, err := read(ctx, make([]byte, 10)) // nothing comes
	fmt.Println(err)

	go func() { _, _ = client.Write([]byte("hello")) }()
	buf := make([]byte, 10)
	n, err := read(context.Background(), buf)
	fmt.Printf("%q %v\n", buf[:n], err)
	// Output:
	// taskgroup: Interruptible: context deadline exceeded
	// "hello" <nil>
}

// An Accept that ends with its context: closing the listener makes it return.
func ExampleInterruptible_accept() {
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	var serving sync.WaitGroup
	serving.Go(func() {
		_, err := taskgroup.Interruptible(ctx, func() { _ = listener.Close() }, listener.Accept)
		fmt.Println(err)
		fmt.Println("clean stop:", taskgroup.Cancelled(err))
	})
	cancel(errors.New("shutting down"))
	serving.Wait()
	_ = listener.Close()
	// Output:
	// taskgroup: Interruptible: context canceled: shutting down
	// clean stop: true
}
