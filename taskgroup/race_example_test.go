package taskgroup_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/asyncgo/taskgroup"
)

// answer returns a function that answers after some time, unless it is
// canceled before.
func answer(d time.Duration, text string, err error) taskgroup.Func[string] {
	return func(ctx context.Context) (string, error) {
		if err := taskgroup.Sleep(ctx, d); err != nil {
			return "", err
		}
		return text, err
	}
}

func ExampleRace() {
	first, err := taskgroup.Race(context.Background(),
		answer(time.Hour, "the far mirror", nil),
		answer(time.Millisecond, "the near mirror", nil),
	)
	fmt.Println(first, err)
	// Output: the near mirror <nil>
}

func ExampleFirstSuccess() {
	first, err := taskgroup.FirstSuccess(context.Background(),
		answer(0, "", errors.New("refused")),
		answer(time.Millisecond, "the second address", nil),
		answer(time.Hour, "the third address", nil),
	)
	fmt.Println(first, err)
	// Output: the second address <nil>
}

// Happy eyeballs: the next address is tried when one has failed, or takes long.
func ExampleStaggered() {
	hangUp := func(connection string) { fmt.Println("closing", connection) }
	connection, err := taskgroup.Staggered(context.Background(), 10*time.Millisecond, hangUp,
		answer(0, "", errors.New("refused")),
		answer(time.Hour, "a slow address", nil),
		answer(0, "a quick address", nil),
	)
	fmt.Println(connection, err)
	// Output: a quick address <nil>
}

func ExampleAsCompleted() {
	refused := make(chan struct{})
	for r := range taskgroup.AsCompleted(context.Background(),
		func(context.Context) (string, error) { <-refused; return "the second to end", nil },
		answer(0, "", errors.New("refused")),
		answer(time.Hour, "never waited for", nil),
	) {
		fmt.Printf("%d: %q, %v\n", r.Index, r.Value, r.Err)
		if r.Err == nil {
			break // which cancels the others
		}
		close(refused)
	}
	// Output:
	// 1: "", refused
	// 0: "the second to end", <nil>
}
