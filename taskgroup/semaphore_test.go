package taskgroup_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	xsemaphore "golang.org/x/sync/semaphore"

	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

// Limits: the module's own semaphore, and that of x/sync by an adapter, share a
// limit between groups that come and go, are canceled and have limits of their
// own: it is never exceeded, and in the end it is whole.
func TestSemaphoresAsLimiters(t *testing.T) {
	const limit = 5
	ours := semaphore.New(limit)
	theirs := weighted{xsemaphore.NewWeighted(limit)}
	for name, shared := range map[string]taskgroup.Limiter{"ours": ours, "x/sync's": theirs} {
		t.Run(name, func(t *testing.T) {
			for range times(100) {
				var c gauge
				var groups sync.WaitGroup
				for i := range 4 {
					groups.Go(func() {
						ctx, cancel := context.WithCancelCause(t.Context())
						defer cancel(nil)
						var ran atomic.Int64
						accepted := int64(0)
						g := taskgroup.New(ctx, taskgroup.WithLimiter(shared), taskgroup.WithLimit(1+i))
						for range 20 {
							weight := 1 + rand.IntN(3)
							if g.Go(func(context.Context) error {
								ran.Add(1)
								units := min(weight, 1+i) // what the group's own limit makes of it
								c.enter(units)
								defer c.leave(units)
								runtime.Gosched()
								return nil
							}, taskgroup.Weighted(weight)) {
								accepted++
							}
							if i == 3 && rand.IntN(30) == 0 {
								cancel(errWhy)
							}
						}
						if err := g.Wait(); err != nil {
							assert.ErrorIs(t, err, errWhy)
						} else {
							assert.Equal(t, accepted, ran.Load())
						}
					})
				}
				groups.Wait()
				assert.LessOrEqual(t, c.most.Load(), int64(limit))
				assert.True(t, shared.TryAcquireN(limit), "it is whole")
				shared.ReleaseN(limit)
			}
		})
	}
}

// What the semaphore refuses for ever is the task's failure.
func TestASemaphoreThatRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shared := semaphore.New(2)
		g := taskgroup.New(t.Context(), taskgroup.WithLimiter(shared), taskgroup.WithKeepGoing())
		big := taskgroup.Go(g, value(1), taskgroup.Weighted(3))
		<-big.Done()
		assert.ErrorIs(t, big.Err(), semaphore.ErrTooLarge)
		shared.Close()
		closed := taskgroup.Go(g, value(1))
		<-closed.Done()
		assert.ErrorIs(t, closed.Err(), semaphore.ErrClosed)
		indexes, _ := failed(g.Wait())
		assert.Equal(t, []int{0, 1}, indexes)
	})
}

// Rule 6: first come, first served, across groups.
func TestASemaphoreIsFairAcrossGroups(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shared := semaphore.New(1)
		groups := make([]*taskgroup.Group, 3)
		for i := range groups {
			groups[i] = taskgroup.New(t.Context(), taskgroup.WithLimiter(shared))
		}
		var order trace
		var callers sync.WaitGroup
		for i := range 9 {
			callers.Go(func() {
				assert.True(t, groups[i%3].Go(func(context.Context) error {
					order.add(fmt.Sprint(i))
					time.Sleep(time.Second)
					return nil
				}))
			})
			synctest.Wait()
		}
		callers.Wait()
		for _, g := range groups {
			assert.NoError(t, g.Wait())
		}
		assert.Equal(t, []string{"0", "1", "2", "3", "4", "5", "6", "7", "8"}, order.all())
		assert.Equal(t, 0, shared.Stats().Held)
	})
}

// Rule 10: one limit, used outside bubbles, in one after the other, and outside
// again.
func TestASemaphoreMadeOutsideABubble(t *testing.T) {
	shared := semaphore.New(1)
	use := func(t *testing.T) {
		t.Helper()
		for range 2 {
			g := taskgroup.New(t.Context(), taskgroup.WithLimiter(shared))
			for range 3 {
				g.Go(func(context.Context) error { runtime.Gosched(); return nil })
			}
			assert.NoError(t, g.Wait())
		}
	}
	use(t)
	synctest.Test(t, func(t *testing.T) { use(t) })
	synctest.Test(t, func(t *testing.T) { use(t) })
	use(t)
}
