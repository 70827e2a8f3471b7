// Package labels is what package taskgroup needs of runtime/pprof.
package labels

import (
	"context"
	"runtime/pprof"
)

// Set sets the labels of the goroutine to those of ctx. It is cheapest if ctx
// is the background context, which has none.
func Set(ctx context.Context) { pprof.SetGoroutineLabels(ctx) }

// Has reports that ctx has labels. The Value method of a context may be the
// user's code: if it panics, there are none.
func Has(ctx context.Context) (found bool) {
	defer func() { _ = recover() }()
	pprof.ForLabels(ctx, func(_, _ string) bool {
		found = true
		return false
	})
	return found
}
