// Package monitored runs tests with a monitor open.
package monitored

import (
	"os"
	"testing"

	"example.com/asyncgo/inspect"
)

// Main runs the tests of a package, with a default monitor open if
// ASYNCGO_INSPECT is set: they must pass with it as without, but for those that
// count allocations.
func Main(m *testing.M) {
	if os.Getenv("ASYNCGO_INSPECT") != "" {
		inspect.SetDefault(inspect.New(inspect.WithTimeline(1000), inspect.WithRegions()))
	}
	os.Exit(m.Run())
}
