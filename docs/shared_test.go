package docs_test

import (
	"context"
	"fmt"

	"example.com/asyncgo/taskgroup"
)

func Example_sharedCall() {
	var pages taskgroup.Shared[string, int]
	sizes, err := taskgroup.Map(ctx, taskgroup.NoLimit, []string{"go.dev", "go.dev"}, func(ctx context.Context, url string) (int, error) {
		size, _, err := pages.Do(ctx, url, func(ctx context.Context) (int, error) {
			return fetch(ctx, url)
		})
		return size, err
	})
	fmt.Println(sizes, err)
	// Output: [6 6] <nil>
}
