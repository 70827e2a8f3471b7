// Future turns a callback into something to wait for.
//
// It mirrors asyncio.Future; main.py is the original.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"example.com/asyncgo/taskgroup"
)

// measure stands for a library that calls a function with its result, in any
// goroutine; asyncio needs call_soon_threadsafe where that is a thread.
func measure(callback func(degrees string)) {
	time.AfterFunc(10*time.Millisecond, func() { callback("21 degrees") })
}

func main() {
	ctx := context.Background()
	reading := taskgroup.NewFuture[string]()
	measure(func(degrees string) { reading.Resolve(degrees) })
	degrees, err := reading.Wait(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("measured", degrees)

	if !reading.Resolve("22 degrees") { // a callback may be called twice
		degrees, _ := reading.Result()
		fmt.Println("there is a result already:", degrees)
	}

	broken := taskgroup.NewFuture[string]()
	go broken.Reject(errors.New("no sensor"))
	degrees, err = broken.Wait(ctx)
	if err != nil {
		fmt.Println("failed:", err)
	} else {
		fmt.Println("measured", degrees)
	}
}
