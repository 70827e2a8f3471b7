package taskgroup_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/taskgroup"
)

// waitForRoom are the calls that wait for room, and how they tell that they were
// refused.
var waitForRoom = map[string]func(g *taskgroup.Group) error{
	"Go": func(g *taskgroup.Group) error {
		if g.Go(returns(nil)) {
			return nil
		}
		return context.Cause(g.Context())
	},
	"typed Go": func(g *taskgroup.Group) error { return taskgroup.Go(g, value(1)).Err() },
	"Submit":   func(g *taskgroup.Group) error { return g.Submit(context.Background(), returns(nil)) },
	"GoReady": func(g *taskgroup.Group) error {
		_, err := taskgroup.GoReady(context.Background(), g, func(context.Context, func(int)) error { return nil })
		return err
	},
}

// A call that waits for room when the group is ended is refused by that, and
// counts as such, also if the last task ends before the call looks: the parent's
// end is reported when a Go was refused because of it.
func TestACallThatWaitsWhileTheGroupEnds(t *testing.T) {
	for name, c := range map[string]struct {
		end      func(g *taskgroup.Group, cancelParent context.CancelCauseFunc)
		refusal  error
		reported error
	}{
		"parent's end": {func(_ *taskgroup.Group, cancel context.CancelCauseFunc) { cancel(errWhy) }, errWhy, errWhy},
		"Cancel":       {func(g *taskgroup.Group, _ context.CancelCauseFunc) { g.Cancel(errBoom) }, errBoom, errBoom},
		"Stop":         {func(g *taskgroup.Group, _ context.CancelCauseFunc) { g.Stop() }, taskgroup.ErrStopped, nil},
		"Stop, then the parent's end": {func(g *taskgroup.Group, cancel context.CancelCauseFunc) {
			g.Stop()
			cancel(errWhy)
		}, taskgroup.ErrStopped, nil},
		"Shutdown, then the parent's end": {func(g *taskgroup.Group, cancel context.CancelCauseFunc) {
			go func() { _ = g.Shutdown(context.Background()) }()
			synctest.Wait()
			cancel(errWhy)
		}, taskgroup.ErrGroupClosed, nil},
	} {
		for limit, option := range map[string]func() taskgroup.Option{
			"own limit":    func() taskgroup.Option { return taskgroup.WithLimit(1) },
			"shared limit": func() taskgroup.Option { return taskgroup.WithLimiter(&units{free: 1}) },
		} {
			t.Run(name+"/"+limit, func(t *testing.T) {
				for call, waits := range waitForRoom {
					if call == "Go" && c.refusal == taskgroup.ErrGroupClosed {
						continue // it does not tell why
					}
					synctest.Test(t, func(t *testing.T) {
						ctx, cancel := context.WithCancelCause(t.Context())
						g := taskgroup.New(ctx, option())
						g.Go(func(ctx context.Context) error { <-ctx.Done(); return nil })
						var refusal, result error
						go func() { refusal = waits(g) }()
						go func() { result = g.Wait() }()
						synctest.Wait()
						c.end(g, cancel)
						synctest.Wait()
						assert.ErrorIs(t, refusal, c.refusal, call)
						assert.ErrorIs(t, result, c.reported, call)
					})
				}
			})
		}
	}
}

// One that was accepted in the end, or gave up before, is no such call.
func TestACallThatHasWaitedWhenTheGroupEnds(t *testing.T) {
	obeys := failAfter(0, nil)
	for name, options := range map[string]func() []taskgroup.Option{
		"own limit":    func() []taskgroup.Option { return []taskgroup.Option{taskgroup.WithLimit(1)} },
		"backlog":      func() []taskgroup.Option { return []taskgroup.Option{taskgroup.WithLimit(1), taskgroup.WithBacklog(1)} },
		"shared limit": func() []taskgroup.Option { return []taskgroup.Option{taskgroup.WithLimiter(&units{free: 1})} },
	} {
		for _, givesUp := range []bool{false, true} {
			t.Run(fmt.Sprint(name, ", gives up ", givesUp), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					parent, end := context.WithCancelCause(t.Context())
					g := taskgroup.New(parent, options()...)
					before := make(chan struct{})
					g.Go(func(context.Context) error { <-before; return nil })
					if name == "backlog" {
						g.Go(returns(nil))
					}
					ctx, cancel := context.WithCancel(t.Context())
					var refusal, result error
					go func() { refusal = g.Submit(ctx, obeys) }()
					synctest.Wait()
					if givesUp {
						cancel()
						synctest.Wait()
						assert.ErrorIs(t, refusal, context.Canceled)
					}
					close(before)
					synctest.Wait()
					if givesUp {
						g.Go(obeys) // or else it runs already
					}
					go func() { result = g.Wait() }()
					synctest.Wait()
					cancel()
					end(errWhy)
					synctest.Wait()
					assert.NoError(t, result)
					if !givesUp {
						assert.NoError(t, refusal)
					}
				})
			})
		}
	}
}
