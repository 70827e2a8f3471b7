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

// hooked is a context whose Deadline calls a function, once, if that is set: a
// snapshot calls it between two looks at the tree.
type hooked struct {
	context.Context //nolint:containedctx // it is one
	hook            *func()
}

func (c hooked) Deadline() (time.Time, bool) {
	if f := *c.hook; f != nil {
		*c.hook = nil
		f()
	}
	return c.Context.Deadline()
}

// A node that moves up during a snapshot, since what it is under ends, is in it,
// and not twice.
func TestMovesDuringASnapshot(t *testing.T) {
	for _, within := range []string{"roots", "group", "task"} {
		for _, at := range []string{"parent", "child"} {
			t.Run(within+"/"+at, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					m := inspect.New()
					defer m.Close()
					ctx, cancel := context.WithCancel(m.Context(t.Context()))
					end := make(chan struct{})
					var hook func()
					begin := func(ctx context.Context) {
						parentHook, childHook := new(func()), new(func())
						if at == "parent" {
							parentHook = &hook
						} else {
							childHook = &hook
						}
						taskgroup.Start(hooked{ctx, parentHook}, func(ctx context.Context) (int, error) {
							taskgroup.Start(hooked{context.WithoutCancel(ctx), childHook}, hangBriefly, taskgroup.Named("child"))
							<-end
							return 0, nil
						}, taskgroup.Named("parent"))
					}
					var g *taskgroup.Group
					switch within {
					case "roots":
						begin(ctx)
					case "group":
						g = taskgroup.New(ctx)
						begin(g.Context())
					case "task":
						taskgroup.Start(ctx, func(ctx context.Context) (int, error) {
							begin(ctx)
							return hang(ctx)
						})
					}
					synctest.Wait()
					hook = func() {
						close(end)
						synctest.Wait()
					}
					var seen []string
					for _, n := range m.Snapshot().All() {
						if n.Name != "" {
							seen = append(seen, n.Name)
						}
					}
					assert.ElementsMatch(t, []string{"parent", "child"}, seen)
					seen = nil
					for _, n := range m.Snapshot().All() {
						if n.Name != "" {
							seen = append(seen, n.Name)
						}
					}
					assert.Equal(t, []string{"child"}, seen)
					cancel()
					if g != nil {
						_ = g.Wait()
					}
					time.Sleep(time.Hour)
					assert.Empty(t, m.Snapshot().Nodes)
				})
			})
		}
	}
}

// What begins, moves and ends in great numbers leaves nothing.
func TestNothingIsLeftOfMoves(t *testing.T) {
	m := inspect.New()
	defer m.Close()
	ctx := m.Context(t.Context())
	_ = taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
		for range 1000 {
			g.Go(func(ctx context.Context) error {
				taskgroup.Start(ctx, func(ctx context.Context) (int, error) {
					taskgroup.Start(ctx, func(context.Context) (int, error) { return 0, nil }, taskgroup.Shielded())
					return 0, nil
				}, taskgroup.Shielded())
				return nil
			})
		}
		for range 10 {
			seen := map[string]bool{}
			for _, n := range m.Snapshot().All() {
				assert.False(t, seen[n.ID], n.ID)
				seen[n.ID] = true
			}
		}
		return nil
	})
	for deadline := time.Now().Add(time.Minute); ; {
		s := m.Snapshot()
		if len(s.Nodes) == 0 && s.Totals[1].Ended == 2000 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal(fmt.Sprint("left: ", s))
		}
	}
}
