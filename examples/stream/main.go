// Stream yields items that have to be waited for.
//
// It mirrors asynchronous generators; main.py is the original. All it takes is
// an iterator.
package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log"
	"strings"
	"time"

	"example.com/asyncgo/taskgroup"
)

func lines(ctx context.Context, text string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		fmt.Println("opened")
		defer fmt.Println("closed") // whichever way the loop is left
		for line := range strings.FieldsSeq(text) {
			if err := taskgroup.Sleep(ctx, 5*time.Millisecond); err != nil {
				yield("", err)
				return
			}
			if line == "x" {
				yield("", errors.New("unreadable"))
				return
			}
			if !yield(line, nil) {
				return
			}
		}
	}
}

func main() {
	ctx := context.Background()
	for line, err := range lines(ctx, "a b") {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(line)
	}

	// Left early, it is closed, too.
	for line, err := range lines(ctx, "c d") {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(line)
		break
	}

	var failure error
	for line, err := range lines(ctx, "e x") {
		if err != nil {
			failure = err
			break
		}
		fmt.Println(line)
	}
	if failure != nil {
		fmt.Println("failed:", failure)
	}
}
