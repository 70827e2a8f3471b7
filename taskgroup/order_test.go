package taskgroup_test

import (
	"context"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/taskgroup"
)

// eachItem are the calls that call a function for the items 0 to n-1, at most limit
// at once; each waits for all and returns the first failure.
var eachItem = map[string]func(ctx context.Context, limit, n int, fn func(ctx context.Context, i int) error) error{
	"Map": func(ctx context.Context, limit, n int, fn func(ctx context.Context, i int) error) error {
		_, err := taskgroup.Map(ctx, limit, upTo(n), withValue(fn))
		return err
	},
	"SettleMap": func(ctx context.Context, limit, n int, fn func(ctx context.Context, i int) error) error {
		for _, r := range taskgroup.SettleMap(ctx, limit, upTo(n), withValue(fn)) {
			if r.Err != nil {
				return r.Err
			}
		}
		return nil
	},
	"ForEach": func(ctx context.Context, limit, n int, fn func(ctx context.Context, i int) error) error {
		return taskgroup.ForEach(ctx, limit, slices.Values(upTo(n)), fn)
	},
	"MapSeq": func(ctx context.Context, limit, n int, fn func(ctx context.Context, i int) error) (err error) {
		for _, err = range taskgroup.MapSeq(ctx, limit, slices.Values(upTo(n)), withValue(fn)) {
			continue
		}
		return err
	},
	"MapUnordered": func(ctx context.Context, limit, n int, fn func(ctx context.Context, i int) error) (err error) {
		for _, err = range taskgroup.MapUnordered(ctx, limit, slices.Values(upTo(n)), withValue(fn)) {
			continue
		}
		return err
	},
	"MapSource": func(ctx context.Context, limit, n int, fn func(ctx context.Context, i int) error) (err error) {
		for _, err = range taskgroup.MapSource(ctx, limit, yields(n, nil), withValue(fn)) {
			continue
		}
		return err
	},
	"MapSourceUnordered": func(ctx context.Context, limit, n int, fn func(ctx context.Context, i int) error) (err error) {
		for _, err = range taskgroup.MapSourceUnordered(ctx, limit, yields(n, nil), withValue(fn)) {
			continue
		}
		return err
	},
	"group": func(ctx context.Context, limit, n int, fn func(ctx context.Context, i int) error) error {
		g := taskgroup.New(ctx, taskgroup.WithLimit(limit))
		for i := range n {
			g.Go(func(ctx context.Context) error { return fn(ctx, i) })
		}
		return g.Wait()
	},
	"group with a backlog": func(ctx context.Context, limit, n int, fn func(ctx context.Context, i int) error) error {
		g := taskgroup.New(ctx, taskgroup.WithLimit(limit), taskgroup.WithBacklog(-1))
		for i := range n {
			g.Go(func(ctx context.Context) error { return fn(ctx, i) })
		}
		return g.Wait()
	},
}

func withValue(fn func(ctx context.Context, i int) error) func(context.Context, int) (int, error) {
	return func(ctx context.Context, i int) (int, error) { return i, fn(ctx, i) }
}

// Functions begin strictly in order, one by one, so with a limit of n, n items in a
// row can wait for each other: behind any number of quick ones, from the first pair
// to the last.
func TestItemsInARowCanWaitForEachOther(t *testing.T) {
	const quick, meetings = 30, 20
	for name, each := range eachItem {
		for _, limit := range []int{2, 3, 7} {
			synctest.Test(t, func(t *testing.T) {
				n := quick + limit*meetings
				arrived := make([]atomic.Int64, meetings)
				complete := make([]chan struct{}, meetings)
				for i := range complete {
					complete[i] = make(chan struct{})
				}
				require.NoError(t, each(t.Context(), limit, n, func(_ context.Context, i int) error {
					if i < quick {
						return nil
					}
					meeting := (i - quick) / limit
					if arrived[meeting].Add(1) == int64(limit) {
						close(complete[meeting])
					}
					<-complete[meeting] // in a bubble, a standstill fails at once
					return nil
				}), name)
			})
		}
	}
}

// Once the first failure is known nothing more begins: of n functions that all fail,
// with a limit, no slot is used twice, whatever was preempted where.
func TestNothingBeginsAfterTheFirstFailure(t *testing.T) {
	for name, each := range eachItem {
		if name == "SettleMap" {
			continue // which cancels nothing
		}
		for end, fail := range map[string]func() error{
			"error":  func() error { return errBoom },
			"Goexit": func() error { runtime.Goexit(); return nil },
		} {
			t.Run(name+", "+end, func(t *testing.T) {
				for round := range times(2000) {
					limit := 2 + round%3
					var begun atomic.Int64
					err := each(context.Background(), limit, 1000, func(context.Context, int) error {
						begun.Add(1)
						return fail()
					})
					require.Error(t, err)
					require.LessOrEqual(t, begun.Load(), int64(limit))
				}
			})
		}
	}
	t.Run("panic", func(t *testing.T) {
		testkit.CaptureLog(t)
		for name, each := range eachItem {
			if name == "SettleMap" {
				continue
			}
			for range times(200) {
				var begun atomic.Int64
				testkit.Raised(func() {
					_ = each(context.Background(), 2, 1000, func(context.Context, int) error { begun.Add(1); panic(errBoom) })
				})
				require.LessOrEqual(t, begun.Load(), int64(2), name)
			}
		}
	})
}

// What a function of a failed call sees at its beginning is a context that is alive:
// a slot that comes free by a failure is not given away before the failure is known.
func TestTheBacklogDoesNotBeginAfterAFailure(t *testing.T) {
	for range times(1000) {
		g := taskgroup.New(context.Background(), taskgroup.WithLimit(2), taskgroup.WithBacklog(-1))
		var begun atomic.Int64
		release := make(chan struct{})
		for i := range 1000 {
			g.Go(func(context.Context) error {
				begun.Add(1)
				if i < 2 {
					<-release
					return errBoom
				}
				return nil
			})
		}
		close(release)
		require.Error(t, g.Wait())
		require.EqualValues(t, 2, begun.Load())
	}
}

// A task that is heavier than its group's limit takes all of that, and as much of
// the shared limit: the limiter is not asked for more.
func TestAHeavyTaskTakesWhatTheLimitMakesOfIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, run := range accepts {
			shared := &units{free: 2, acquire: func(_ context.Context, n int) error { assert.LessOrEqual(t, n, 2, name); return nil }}
			g := taskgroup.New(t.Context(), taskgroup.WithLimit(2), taskgroup.WithLimiter(shared))
			require.True(t, run(g, func(context.Context) error {
				time.Sleep(time.Second)
				assert.Zero(t, shared.available(), name)
				return nil
			}, taskgroup.Weighted(5)), name)
			if name != "GoReady" {
				g.SetLimit(1) // what it has taken stays, and is given back
			}
			assert.NoError(t, g.Wait(), name)
			assert.Equal(t, 2, shared.available(), name)
		}

		shared := &units{free: 2, acquire: func(_ context.Context, n int) error {
			if n > 2 {
				return errWhy
			}
			return nil
		}}
		g := taskgroup.New(t.Context(), taskgroup.WithLimiter(shared))
		assert.Equal(t, errWhy, g.Submit(t.Context(), returns(nil), taskgroup.Weighted(5)), "without a limit of its own it is too heavy")
		assert.ErrorIs(t, g.Wait(), errWhy)
	})
}

// Shutdown called by a task of the group with its own context, or one derived from
// it, is refused, and nothing has happened.
func TestShutdownByATaskOfTheGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, accept := range accepts {
			g := taskgroup.New(t.Context())
			ran := false
			require.True(t, accept(g, func(ctx context.Context) error {
				assert.Equal(t, taskgroup.ErrSelfWait, g.Shutdown(ctx), name)
				derived, cancel := context.WithTimeout(ctx, time.Second)
				defer cancel()
				assert.Equal(t, taskgroup.ErrSelfWait, g.Shutdown(derived), name)
				assert.True(t, g.Go(func(context.Context) error { ran = true; return nil }), "it accepts tasks")
				assert.NoError(t, ctx.Err())
				return nil
			}, taskgroup.Shielded()), name)
			assert.NoError(t, g.Wait(), name)
			assert.True(t, ran, name)
		}
	})
}
