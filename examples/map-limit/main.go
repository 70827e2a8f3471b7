// Map-limit applies a function to many items, a few at a time: to all of a
// slice, and lazily to a sequence without an end.
//
// asyncio has no such functions; main.py has its own.
package main

import (
	"context"
	"fmt"
	"iter"
	"log"
	"time"

	"example.com/asyncgo/taskgroup"
)

func square(ctx context.Context, number int) (int, error) {
	if err := taskgroup.Sleep(ctx, 5*time.Millisecond); err != nil {
		return 0, err
	}
	return number * number, nil
}

func count(number int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for yield(number) {
			number++
		}
	}
}

func main() {
	ctx := context.Background()
	squares, err := taskgroup.Map(ctx, 3, []int{1, 2, 3, 4, 5}, square)
	if err != nil {
		log.Fatal(err)
	}
	sum := 0
	for _, number := range squares {
		sum += number
	}
	fmt.Println("sum of squares:", sum)

	// The numbers have no end: only lazily can that work. Leaving the loop
	// cancels and joins what still runs. Where the order does not matter,
	// MapUnordered does not wait for the slow ones.
	for number, err := range taskgroup.MapSeq(ctx, 3, count(1), square) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(number)
		if number > 10 {
			break
		}
	}
}
