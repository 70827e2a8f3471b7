// Runner calls concurrent work from ordinary code; its test calls it from a
// test.
//
// It mirrors asyncio.run, asyncio.Runner and IsolatedAsyncioTestCase; main.py
// and test_main.py are the originals.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"example.com/asyncgo/taskgroup"
)

// ErrEmpty is the error of Measure for an empty word.
var ErrEmpty = errors.New("nothing to measure")

// Measure returns the length of the word.
func Measure(ctx context.Context, word string) (int, error) {
	if err := taskgroup.Sleep(ctx, 10*time.Millisecond); err != nil {
		return 0, err
	}
	if word == "" {
		return 0, ErrEmpty
	}
	return len(word), nil
}

// Total measures the words at once and returns the sum of their lengths.
func Total(ctx context.Context, words ...string) (int, error) {
	lengths, err := taskgroup.Map(ctx, taskgroup.NoLimit, words, Measure)
	if err != nil {
		return 0, err
	}
	sum := 0
	for _, length := range lengths {
		sum += length
	}
	return sum, nil
}

// There is one kind of function here, and no loop to start or to keep: a function
// that runs tasks is called like any other.
func main() {
	ctx := context.Background()
	length, err := Measure(ctx, "gopher")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("one word:", length)

	sum, err := Total(ctx, "snake", "gopher")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("two words:", sum)
	if _, err := Total(ctx, "snake", ""); errors.Is(err, ErrEmpty) {
		fmt.Println("no word:", ErrEmpty)
	}
}
