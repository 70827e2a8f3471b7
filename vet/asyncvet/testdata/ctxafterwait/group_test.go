package ctxafterwait

import (
	"testing"

	"golang.org/x/sync/errgroup"
)

func TestOnPurpose(t *testing.T) {
	g, ctx := errgroup.WithContext(t.Context())
	if err := g.Wait(); err != nil {
		t.Error(err)
	}
	if work(ctx) == nil {
		t.Error("no error")
	}
}
