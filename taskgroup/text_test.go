package taskgroup_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/taskgroup"
)

// The text of a failure says which call it was, or which task.
func TestTextsOfFailures(t *testing.T) {
	fails := func(context.Context) (int, error) { return 0, errBoom }
	item := func(_ context.Context, i int) (int, error) {
		if i == 2 {
			return 0, errBoom
		}
		return i, nil
	}
	for want, call := range map[string]func(ctx context.Context) error{
		"taskgroup: Gather[1]: boom":  func(ctx context.Context) error { _, err := taskgroup.Gather(ctx, value(1), fails); return err },
		"taskgroup: Gather2[0]: boom": func(ctx context.Context) error { _, _, err := taskgroup.Gather2(ctx, fails, value(1)); return err },
		"taskgroup: Gather3[2]: boom": func(ctx context.Context) error {
			_, _, _, err := taskgroup.Gather3(ctx, value(1), value(2), fails)
			return err
		},
		"taskgroup: Map[2]: boom": func(ctx context.Context) error {
			_, err := taskgroup.Map(ctx, 1, upTo(3), item)
			return err
		},
		"taskgroup: ForEach[2]: boom": func(ctx context.Context) error {
			return taskgroup.ForEach(ctx, 1, slices.Values(upTo(3)), func(ctx context.Context, i int) error { _, err := item(ctx, i); return err })
		},
		"taskgroup: MapSeq[2]: boom": func(ctx context.Context) (err error) {
			for _, err = range taskgroup.MapSeq(ctx, 1, slices.Values(upTo(3)), item) {
				continue
			}
			return err
		},
		"taskgroup: MapSource[2]: boom": func(ctx context.Context) (err error) {
			for _, err = range taskgroup.MapSource(ctx, 1, yields(3, nil), item) {
				continue
			}
			return err
		},
		"taskgroup: Race[0]: boom":         func(ctx context.Context) error { _, err := taskgroup.Race(ctx, fails); return err },
		"taskgroup: FirstSuccess[0]: boom": func(ctx context.Context) error { _, err := taskgroup.FirstSuccess(ctx, fails); return err },
		"taskgroup: task 1: boom": func(ctx context.Context) error {
			_, err := taskgroup.GatherTasks(ctx, taskgroup.Start(ctx, value(1)), taskgroup.Start(ctx, fails))
			return err
		},
		"taskgroup: task 0 (fetch): boom": func(ctx context.Context) error {
			_, err := taskgroup.GatherTasks(ctx, taskgroup.Start(ctx, fails, taskgroup.Named("fetch")))
			return err
		},
		"taskgroup: task 1 (fetch): boom": func(ctx context.Context) error {
			g := taskgroup.New(ctx)
			g.Go(returns(nil))
			g.Go(returns(errBoom), taskgroup.Named("fetch"))
			return g.Wait()
		},
		"taskgroup: main: boom": func(ctx context.Context) error { return taskgroup.Run(ctx, mainOf(returns(errBoom))) },
		// Groups in groups.
		"taskgroup: task 0 (inner): task 0: boom": func(ctx context.Context) error {
			g := taskgroup.New(ctx)
			g.Go(func(ctx context.Context) error {
				inner := taskgroup.New(ctx)
				inner.Go(returns(errBoom))
				return inner.Wait()
			}, taskgroup.Named("inner"))
			return g.Wait()
		},
		"taskgroup: 2 tasks failed: task 0 (inner): [task 0: boom; task 1: why]; task 1: clean-up failed": func(ctx context.Context) error {
			g := taskgroup.New(ctx, taskgroup.WithKeepGoing())
			g.Go(func(ctx context.Context) error {
				inner := taskgroup.New(ctx, taskgroup.WithKeepGoing())
				inner.Go(returns(errBoom))
				synctest.Wait()
				inner.Go(returns(errWhy))
				return inner.Wait()
			}, taskgroup.Named("inner"))
			time.Sleep(time.Second)
			g.Go(returns(errCleanup))
			return g.Wait()
		},
		// A cause that is listed among the failures is not printed again: that of the
		// inner group is the failure of the outer one.
		"taskgroup: 2 tasks failed: task 1 (first): boom; task 0 (inner): [context canceled; task 0: clean-up failed]": func(ctx context.Context) error {
			g := taskgroup.New(ctx)
			g.Go(func(ctx context.Context) error {
				inner := taskgroup.New(ctx)
				inner.Go(failAfter(time.Second, errCleanup))
				return inner.Wait()
			}, taskgroup.Named("inner"))
			synctest.Wait()
			g.Go(returns(errBoom), taskgroup.Named("first"))
			return g.Wait()
		},
		"taskgroup: task 0: boom": func(ctx context.Context) error {
			g := taskgroup.New(ctx)
			g.Go(returns(errBoom))
			<-g.Context().Done()
			g.Cancel(errBoom)
			return g.Wait()
		},
	} {
		t.Run(want, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { assert.EqualError(t, call(t.Context()), want) })
		})
	}
}

// The text of a wait says what was waited for.
func TestTextsOfWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		blocked := taskgroup.Start(t.Context(), func(ctx context.Context) (int, error) { return 0, untilDone(ctx) }, taskgroup.Named("fetch"))
		defer blocked.Cancel(nil)
		for want, wait := range map[string]func(ctx context.Context) error{
			`taskgroup: Wait for task "fetch": context deadline exceeded`: func(ctx context.Context) error { _, err := blocked.Wait(ctx); return err },
			"taskgroup: Wait: context deadline exceeded": func(ctx context.Context) error {
				_, _, err := taskgroup.Wait(ctx, taskgroup.AllCompleted, blocked)
				return err
			},
			"taskgroup: Sleep: context deadline exceeded": func(ctx context.Context) error { return taskgroup.Sleep(ctx, time.Hour) },
			"taskgroup: Submit: context deadline exceeded": func(ctx context.Context) error {
				g := taskgroup.New(context.WithoutCancel(ctx), taskgroup.WithLimit(1))
				defer func() { g.Stop(); assert.NoError(t, g.Wait()) }()
				g.Go(untilDone)
				return g.Submit(ctx, returns(nil))
			},
			"taskgroup: SubmitTask: context deadline exceeded": func(ctx context.Context) error {
				g := taskgroup.New(context.WithoutCancel(ctx), taskgroup.WithLimit(1))
				defer func() { g.Stop(); assert.NoError(t, g.Wait()) }()
				g.Go(untilDone)
				_, err := taskgroup.SubmitTask(ctx, g, taskgroup.NoValue(returns(nil)))
				return err
			},
			"taskgroup: GoReady: context deadline exceeded": func(ctx context.Context) error {
				g := taskgroup.New(context.WithoutCancel(ctx), taskgroup.WithLimit(1))
				defer func() { g.Stop(); assert.NoError(t, g.Wait()) }()
				g.Go(untilDone)
				_, err := taskgroup.GoReady(ctx, g, func(context.Context, func(int)) error { return nil })
				return err
			},
			`taskgroup: group "crew": context deadline exceeded`: func(ctx context.Context) error {
				g := taskgroup.New(ctx, taskgroup.WithName("crew"))
				g.Go(untilDone)
				return g.Wait()
			},
		} {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			err := wait(ctx)
			assert.EqualError(t, err, want)
			assert.ErrorIs(t, err, context.DeadlineExceeded)
		}
	})
}
