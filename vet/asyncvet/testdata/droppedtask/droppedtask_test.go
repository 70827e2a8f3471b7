package droppedtask

import (
	"context"
	"testing"

	"golang.org/x/sync/errgroup"

	"example.com/asyncgo/taskgroup"
)

func TestOnPurpose(t *testing.T) {
	g := taskgroup.New(t.Context())
	taskgroup.Start(t.Context(), fetch)
	g.TryGo(work)
	g.Submit(t.Context(), work)
	_, _ = taskgroup.TryTask(g, fetch)
	if err := g.Wait(); err != nil {
		t.Error(err)
	}
}

func TestLeft(t *testing.T) {
	g, gctx := errgroup.WithContext(context.Background())
	g.Go(func() error { return work(gctx) })
	if err := do(); err != nil {
		return // want `g is left here with tasks that nothing waits for`
	}
	if err := g.Wait(); err != nil {
		t.Error(err)
	}
}
