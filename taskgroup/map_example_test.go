package taskgroup_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"

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
