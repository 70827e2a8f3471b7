package taskgroup_test

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"example.com/asyncgo/taskgroup"
)

// lines yields a few lines, and then fails, as a connection may.
func lines(context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		_ = yield("a", nil) && yield("bb", nil) && yield("", errors.New("connection reset"))
	}
}

func ExampleMapSource() {
	length := func(_ context.Context, line string) (int, error) { return len(line), nil }
	double := func(_ context.Context, n int) (int, error) { return 2 * n, nil }

	// A stage is the source of the next one.
	lengths := func(ctx context.Context) iter.Seq2[int, error] {
		return taskgroup.MapSource(ctx, 2, lines, length)
	}
	for n, err := range taskgroup.MapSource(context.Background(), 2, lengths, double) {
		fmt.Println(n, err)
	}
	// Output:
	// 2 <nil>
	// 4 <nil>
	// 0 connection reset
}

func ExampleMapSourceUnordered() {
	total := 0
	for n, err := range taskgroup.MapSourceUnordered(context.Background(), 2, lines, func(_ context.Context, line string) (int, error) {
		return len(line), nil
	}) {
		if err != nil {
			fmt.Println(err)
		}
		total += n
	}
	fmt.Println(total)
	// Output:
	// connection reset
	// 3
}
