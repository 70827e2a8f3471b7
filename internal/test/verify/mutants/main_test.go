package main

import (
	"context"
	"fmt"
	"time"
)

// The sample's tests do not see that Clear forgets b, and cannot see which of two
// equal numbers is the larger.
func Example() {
	r, err := try(context.Background(), "testdata/sample", options{jobs: 2, patience: 5 * time.Second, verbose: true})
	fmt.Println(r.name, r.failed, r.silent, len(r.lived), err)
	// Unordered output:
	// lived: sample.go:6: > with its boundary moved
	// failed: sample.go:6: > became its opposite, in TestLarger
	// failed: sample.go:15: >= became its opposite, in TestSum
	// failed: sample.go:15: >= with its boundary moved, in TestSum
	// failed: sample.go:16: removed, in TestSum
	// failed: sample.go:16: += became its opposite, in TestSum
	// silent: sample.go:17: -- became its opposite, in TestSum
	// failed: sample.go:24: && became the other, in TestFits
	// failed: sample.go:24: != became its opposite, in TestFits
	// failed: sample.go:24: <= became its opposite, in TestFits
	// failed: sample.go:24: <= with its boundary moved, in TestFits
	// failed: sample.go:29: removed, in TestClear
	// lived: sample.go:30: removed
	// sample 10 1 2 <nil>
}
