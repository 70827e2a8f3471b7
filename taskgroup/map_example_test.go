package taskgroup_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"example.com/asyncgo/taskgroup"
)

func ExampleMap() {
	upper := func(_ context.Context, s string) (string, error) { return strings.ToUpper(s), nil }
	values, err := taskgroup.Map(context.Background(), 2, []string{"a", "b", "c"}, upper)
	fmt.Println(values, err)
	// Output: [A B C] <nil>
}

func ExampleSettleMap() {
	parse := func(_ context.Context, s string) (int, error) { return strconv.Atoi(s) }
	for _, r := range taskgroup.SettleMap(context.Background(), 2, []string{"1", "two", "3"}, parse) {
		fmt.Println(r.Index, r.Value, r.Err)
	}
	// Output:
	// 0 1 <nil>
	// 1 0 strconv.Atoi: parsing "two": invalid syntax
	// 2 3 <nil>
}

// The input has no end: no more of it is asked for than needed.
func ExampleMapSeq() {
	naturals := func(yield func(int) bool) {
		for n := 0; yield(n); n++ {
			continue
		}
	}
	square := func(_ context.Context, n int) (int, error) { return n * n, nil }
	for v, err := range taskgroup.MapSeq(context.Background(), 4, naturals, square) {
		fmt.Println(v, err)
		if v >= 9 {
			break
		}
	}
	// Output:
	// 0 <nil>
	// 1 <nil>
	// 4 <nil>
	// 9 <nil>
}

// The first failure is the last pair, after what comes before it.
func ExampleMapSeq_failure() {
	parse := func(_ context.Context, s string) (int, error) { return strconv.Atoi(s) }
	for v, err := range taskgroup.MapSeq(context.Background(), 1, slices.Values([]string{"1", "2", "three", "4"}), parse) {
		if te, ok := errors.AsType[*taskgroup.TaskError](err); ok {
			fmt.Println("item", te.Index, "failed:", te.Err)
			break
		}
		fmt.Println(v)
	}
	// Output:
	// 1
	// 2
	// item 2 failed: strconv.Atoi: parsing "three": invalid syntax
}

// Results come as they are ready.
func ExampleMapUnordered() {
	second := make(chan struct{})
	wait := func(_ context.Context, s string) (string, error) {
		if s == "first" {
			<-second
		}
		return s, nil
	}
	for s, err := range taskgroup.MapUnordered(context.Background(), 2, slices.Values([]string{"first", "second"}), wait) {
		fmt.Println(s, err)
		if s == "second" {
			close(second)
		}
	}
	// Output:
	// second <nil>
	// first <nil>
}

func ExampleForEach() {
	lines := strings.Lines("the\nlines\nof a file\n")
	var length atomic.Int64
	err := taskgroup.ForEach(context.Background(), 8, lines, func(_ context.Context, line string) error {
		length.Add(int64(len(line)))
		return nil
	})
	fmt.Println(length.Load(), err)
	// Output: 20 <nil>
}

// The input waits for items that never come. Its context ends when an item has
// failed.
func ExampleConsume() {
	orders := make(chan string, 1)
	orders <- "tea"
	source := func(ctx context.Context) iter.Seq[string] {
		return func(yield func(string) bool) {
			for {
				select {
				case order := <-orders:
					if !yield(order) {
						return
					}
				case <-ctx.Done():
					return
				}
			}
		}
	}
	err := taskgroup.Consume(context.Background(), 3, source, func(_ context.Context, order string) error {
		return errors.New("out of " + order)
	})
	fmt.Println(err)
	// Output: taskgroup: Consume[0]: out of tea
}
