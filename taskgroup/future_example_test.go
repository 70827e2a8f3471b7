package taskgroup_test

import (
	"context"
	"errors"
	"fmt"

	"example.com/asyncgo/taskgroup"
)

func ExampleFuture() {
	// An answer that a reader, which is not a task, will deliver.
	answer := taskgroup.NewFuture[string]()
	go func() {
		answer.Resolve("pong")
	}()

	fmt.Println(answer.Wait(context.Background()))
	// Output: pong <nil>
}

func ExampleNewFuture() {
	ready := taskgroup.NewFuture[struct{}]()
	go ready.Resolve(struct{}{})
	<-ready.Done()
	fmt.Println("ready")
	// Output: ready
}

func ExampleFuture_Resolve() {
	f := taskgroup.NewFuture[int]()
	fmt.Println(f.Resolve(1), f.Resolve(2))
	fmt.Println(f.Result())
	// Output:
	// true false
	// 1 <nil>
}

func ExampleFuture_Reject() {
	f := taskgroup.NewFuture[int]()
	f.Reject(errors.New("connection lost"))
	fmt.Println(f.Wait(context.Background()))
	// Output: 0 connection lost
}

func ExampleFuture_Done() {
	f := taskgroup.NewFuture[int]()
	go f.Resolve(7)
	select {
	case <-f.Done():
		fmt.Println(f.Result())
	case <-context.Background().Done():
		fmt.Println("given up")
	}
	// Output: 7 <nil>
}

func ExampleFuture_Err() {
	f := taskgroup.NewFuture[int]()
	fmt.Println(f.Err())
	f.Resolve(1)
	fmt.Println(f.Err())
	// Output:
	// taskgroup: not done
	// <nil>
}

func ExampleFuture_Result() {
	f := taskgroup.NewFuture[int]()
	fmt.Println(f.Result())
	f.Resolve(1)
	fmt.Println(f.Result())
	// Output:
	// 0 taskgroup: not done
	// 1 <nil>
}

func ExampleFuture_Wait() {
	f := taskgroup.NewFuture[int]()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := f.Wait(ctx) // ends only this wait
	fmt.Println(err)
	f.Resolve(42)
	fmt.Println(f.Wait(context.Background()))
	// Output:
	// taskgroup: Future.Wait: context canceled
	// 42 <nil>
}
