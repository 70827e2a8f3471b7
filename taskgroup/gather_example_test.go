package taskgroup_test

import (
	"context"
	"errors"
	"fmt"

	"example.com/asyncgo/taskgroup"
)

func ExampleGather() {
	square := func(n int) taskgroup.Func[int] {
		return func(context.Context) (int, error) { return n * n, nil }
	}
	values, err := taskgroup.Gather(context.Background(), square(1), square(2), square(3))
	fmt.Println(values, err)
	// Output: [1 4 9] <nil>
}

// A failure cancels the others, and Gather waits until they have cleaned up.
func ExampleGather_failure() {
	begun := make(chan struct{})
	_, err := taskgroup.Gather(context.Background(),
		func(context.Context) (string, error) {
			<-begun
			return "", errors.New("no route to host")
		},
		func(ctx context.Context) (string, error) {
			close(begun)
			<-ctx.Done()
			fmt.Println("canceled:", context.Cause(ctx))
			return "", ctx.Err()
		},
	)
	fmt.Println(err)
	// Output:
	// canceled: taskgroup: Gather[0]: no route to host
	// taskgroup: Gather[0]: no route to host
}

func ExampleGather2() {
	name := func(context.Context) (string, error) { return "Ada", nil }
	age := func(context.Context) (int, error) { return 36, nil }
	n, a, err := taskgroup.Gather2(context.Background(), name, age)
	fmt.Println(n, a, err)
	// Output: Ada 36 <nil>
}

func ExampleGather3() {
	name := func(context.Context) (string, error) { return "Ada", nil }
	age := func(context.Context) (int, error) { return 36, nil }
	friends := func(context.Context) ([]string, error) { return []string{"Charles", "Mary"}, nil }
	n, a, f, err := taskgroup.Gather3(context.Background(), name, age, friends)
	fmt.Println(n, a, f, err)
	// Output: Ada 36 [Charles Mary] <nil>
}

func ExampleSettle() {
	results := taskgroup.Settle(context.Background(),
		func(context.Context) (string, error) { return "fine", nil },
		func(context.Context) (string, error) { return "", errors.New("timed out") },
	)
	for _, r := range results {
		fmt.Printf("%d: %q, %v\n", r.Index, r.Value, r.Err)
	}
	// Output:
	// 0: "fine", <nil>
	// 1: "", timed out
}
