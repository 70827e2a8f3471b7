package queue_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/queue"
	"example.com/asyncgo/taskgroup"
)

var watchedRuns atomic.Int64

// What the calls of a queue wait for is seen for exactly as long, and so is what
// the queue has.
func TestWatched(t *testing.T) {
	full := func() *queue.Queue[int] {
		q := queue.New[int](1).Named("q")
		_ = q.TryPut(1)
		return q
	}
	empty := func() *queue.Queue[int] { return queue.New[int](0).Named("q") }
	for name, test := range map[string]struct {
		queue  *queue.Queue[int]
		call   func(ctx context.Context, q *queue.Queue[int]) error
		prints string
		help   func(q *queue.Queue[int])
		during string // the queue's figures
		after  string
	}{
		"Put": {
			full(), func(ctx context.Context, q *queue.Queue[int]) error { return q.Put(ctx, 2) }, `put "q"`,
			func(q *queue.Queue[int]) { _, _ = q.TryGet() },
			"len 1 cap 1 unfinished 1 getting 0 putting 1 joining 0 down 0",
			"len 1 cap 1 unfinished 2 getting 0 putting 0 joining 0 down 0",
		},
		"Get": {
			empty(), func(ctx context.Context, q *queue.Queue[int]) error { _, err := q.Get(ctx); return err }, `get "q"`,
			func(q *queue.Queue[int]) { _ = q.TryPut(1) },
			"len 0 cap 0 unfinished 0 getting 1 putting 0 joining 0 down 0",
			"len 0 cap 0 unfinished 1 getting 0 putting 0 joining 0 down 0",
		},
		"GetBatch": {
			empty(), func(ctx context.Context, q *queue.Queue[int]) error {
				_, err := q.GetBatch(ctx, make([]int, 2))
				return err
			}, `get "q"`,
			func(q *queue.Queue[int]) { _ = q.TryPut(1) },
			"len 0 cap 0 unfinished 0 getting 1 putting 0 joining 0 down 0",
			"len 0 cap 0 unfinished 1 getting 0 putting 0 joining 0 down 0",
		},
		"Items": {
			empty(), func(ctx context.Context, q *queue.Queue[int]) error {
				for range q.Items(ctx) {
					continue
				}
				return ctx.Err()
			}, `get "q"`,
			(*queue.Queue[int]).Shutdown,
			"len 0 cap 0 unfinished 0 getting 1 putting 0 joining 0 down 0",
			"len 0 cap 0 unfinished 0 getting 0 putting 0 joining 0 down 1",
		},
		"Join": {
			full(), func(ctx context.Context, q *queue.Queue[int]) error { return q.Join(ctx) }, `unfinished "q"`,
			func(q *queue.Queue[int]) { q.ShutdownNow() },
			"len 1 cap 1 unfinished 1 getting 0 putting 0 joining 1 down 0",
			"len 0 cap 1 unfinished 0 getting 0 putting 0 joining 0 down 1",
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := inspect.New()
				defer m.Close()
				before := inspect.Default()
				inspect.SetDefault(m) // so that the queue shows when nothing waits
				defer inspect.SetDefault(before)
				name := fmt.Sprint("q", watchedRuns.Add(1)) // no other run's, which may not have been collected
				test.queue.Named(name)
				figures := func() string {
					for _, r := range m.Snapshot().Resources {
						if r.Name == name {
							text := ""
							for _, stat := range r.Stats {
								text += " " + stat.Name + " " + string(rune('0'+stat.Value))
							}
							if text[1:] == test.during || text[1:] == test.after {
								return text[1:]
							}
						}
					}
					return ""
				}
				begin := func(ctx context.Context) *taskgroup.Task[int] {
					task := taskgroup.Start(ctx, func(ctx context.Context) (int, error) { return 0, test.call(ctx, test.queue) })
					synctest.Wait()
					time.Sleep(time.Second)
					waits := m.Snapshot().Nodes[0].Waits
					assert.Len(t, waits, 1)
					assert.Equal(t, strings.ReplaceAll(test.prints, `"q"`, strconv.Quote(name)), waits[0].String())
					assert.Equal(t, time.Second, waits[0].Age)
					assert.Equal(t, test.during, figures())
					return task
				}
				ctx, cancel := context.WithCancel(t.Context())
				canceled := begin(ctx)
				cancel()
				_, err := canceled.Wait(context.Background())
				assert.ErrorIs(t, err, context.Canceled)
				task := begin(t.Context())
				test.help(test.queue)
				_, err = task.Wait(t.Context())
				assert.NoError(t, err)
				assert.Equal(t, test.after, figures())
				assert.Empty(t, m.Snapshot().Nodes)
			})
		})
	}
}
