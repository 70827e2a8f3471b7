package inspect_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/taskgroup"
)

// Totals have all that has been since New, by kind and name, live ones included,
// and survive Close.
func TestTotals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := inspect.New()
		ctx := m.Context(t.Context())
		for i := range 3 {
			_ = taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
				g.Go(func(ctx context.Context) error { return taskgroup.Sleep(ctx, second) })
				g.Go(func(context.Context) error {
					if i == 0 {
						return errBoom
					}
					return nil
				})
				return nil
			}, taskgroup.WithName("b"))
		}
		_ = taskgroup.Run(ctx, func(context.Context, *taskgroup.Group) error { return nil }, taskgroup.WithName("a"))
		_ = taskgroup.Run(ctx, func(context.Context, *taskgroup.Group) error { return nil })
		_, _ = taskgroup.Gather(ctx, func(context.Context) (int, error) { return 0, errBoom })
		_, _ = taskgroup.Race(ctx, hang, func(context.Context) (int, error) { time.Sleep(second); return 0, nil })
		failed := taskgroup.Start(ctx, func(context.Context) (int, error) { return 0, errBoom })
		_, _ = failed.Wait(t.Context())
		done, cancel := context.WithCancel(ctx)
		cancel()
		taskgroup.Start(done, hang)
		open, stop := context.WithCancel(ctx)
		running := taskgroup.New(open, taskgroup.WithName("b"))
		taskgroup.Go(running, hang)
		alone := taskgroup.Start(open, hang)
		time.Sleep(second)
		want := []inspect.Total{
			{Kind: inspect.KindCall, Name: "Gather", Opened: 1, Begun: 1, Ended: 1, Failed: 1},
			{Kind: inspect.KindCall, Name: "Race", Opened: 1, Begun: 2, Ended: 2, Cancelled: 1, Busy: 2 * second},
			{Kind: inspect.KindGroup, Opened: 1},
			{Kind: inspect.KindGroup, Name: "a", Opened: 1},
			{Kind: inspect.KindGroup, Name: "b", Opened: 4, Open: 1, Begun: 7, Ended: 6, Failed: 1, Cancelled: 1, Busy: 2 * second},
			{Kind: inspect.KindTask, Opened: 2, Open: 1, Begun: 2, Ended: 2, Failed: 1, Cancelled: 1},
		}
		s := m.Snapshot()
		assert.Equal(t, want, values(s.Totals))
		m.Close()
		s = m.Snapshot()
		assert.Empty(t, s.Nodes)
		assert.Equal(t, want, values(s.Totals))
		stop()
		_ = running.Wait()
		_, _ = alone.Wait(t.Context())
	})
}

func values(totals []*inspect.Total) (all []inspect.Total) {
	for _, total := range totals {
		all = append(all, *total)
	}
	return all
}

// There are rows for 1,000 names; the rest has one together.
func TestTotalsOfManyNames(t *testing.T) {
	m := inspect.New()
	defer m.Close()
	ctx := m.Context(t.Context())
	for i := range 1010 {
		_ = taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
			g.Go(func(context.Context) error { return nil })
			return nil
		}, taskgroup.WithName(fmt.Sprintf("name-%04d", i)))
	}
	_ = taskgroup.Run(ctx, func(context.Context, *taskgroup.Group) error { return nil }, taskgroup.WithName("name-0003"))
	totals := m.Snapshot().Totals
	assert.Len(t, totals, 1001)
	assert.Equal(t, "(other)", totals[0].Name)
	assert.Equal(t, uint64(10), totals[0].Opened)
	assert.Equal(t, uint64(10), totals[0].Ended)
	assert.Equal(t, "name-0003", totals[4].Name)
	assert.Equal(t, uint64(2), totals[4].Opened)
}
