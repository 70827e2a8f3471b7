package inspect_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/queue"
	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

func fetch(ctx context.Context, d time.Duration) (int, error) { return 1, taskgroup.Sleep(ctx, d) }

// The tree of a crawl in full swing, as text, byte by byte.
func TestTreeOfACrawl(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := inspect.New(inspect.WithTimeline(1000))
		defer m.Close()
		ctx := m.Context(t.Context())
		db := semaphore.New(2).Named("db")
		jobs := queue.New[int](3).Named("jobs")
		var cache semaphore.Lock
		cache.Named("cache")
		_ = taskgroup.Run(ctx, func(ctx context.Context, g *taskgroup.Group) error {
			for _, name := range []string{"worker-0", "worker-1", "worker-2"} {
				g.Go(func(ctx context.Context) error {
					return db.Do(ctx, func(ctx context.Context) error {
						_, err := taskgroup.Map(ctx, 2, []time.Duration{time.Second, time.Second, time.Second}, fetch)
						return err
					})
				}, taskgroup.Named(name))
			}
			refresh := taskgroup.Go(g, func(ctx context.Context) (int, error) {
				if err := cache.Lock(ctx); err != nil {
					return 0, err
				}
				defer cache.Unlock()
				return 0, taskgroup.Sleep(ctx, time.Second)
			}, taskgroup.Named("refresh"))
			g.Go(func(ctx context.Context) error {
				_, err := refresh.Wait(ctx)
				return err
			}, taskgroup.Named("reader"))
			g.Go(func(ctx context.Context) error {
				return taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
					for range 4 {
						g.Go(func(ctx context.Context) error { return taskgroup.Sleep(ctx, 400*time.Millisecond) })
					}
					return nil
				}, taskgroup.WithName("inner"), taskgroup.WithLimit(1), taskgroup.WithBacklog(-1))
			})
			go func() {
				time.Sleep(500 * time.Millisecond)
				t.Log("\n" + m.Snapshot().String())
				for _, f := range m.Check(inspect.Rules{Waiting: 100 * time.Millisecond, Deadlock: true}) {
					t.Log(f)
				}
			}()
			ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
			defer cancel()
			for i := range 4 {
				_ = jobs.Put(ctx, i)
			}
			return errors.New("enough")
		}, taskgroup.WithName("crawl"))
		s := m.Snapshot()
		assert.Empty(t, s.Nodes)
		t.Log(s)
		for _, x := range s.Totals {
			t.Logf("%+v", *x)
		}
		for _, x := range m.Timeline().Spans {
			t.Logf("%+v", x)
		}
	})
}
