package inspect_test

import (
	"bytes"
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/queue"
	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

// record returns the timeline of a program in a bubble, which is read outside.
func record(t *testing.T) *inspect.Timeline {
	t.Helper()
	var m *inspect.Monitor
	synctest.Test(t, func(t *testing.T) {
		m = inspect.New(inspect.WithTimeline(1000))
		defer m.Close()
		db := semaphore.New(1).Named("db")
		jobs := queue.New[int](1).Named("jobs")
		hosts := semaphore.NewKeyed[string](1).Named("hosts")
		err := taskgroup.Run(m.Context(t.Context()), func(_ context.Context, g *taskgroup.Group) error {
			g.Go(func(ctx context.Context) error {
				for i := range 4 {
					if err := jobs.Put(ctx, i); err != nil {
						return err
					}
				}
				jobs.Shutdown()
				return nil
			}, taskgroup.Named("source"))
			for i, name := range []string{"worker-0", "worker-1"} {
				g.Go(func(ctx context.Context) error {
					// What begins at the same moment does so in any order.
					time.Sleep(time.Duration(1+i) * time.Millisecond)
					return taskgroup.Consume(ctx, 1, jobs.Items, func(ctx context.Context, job int) error {
						time.Sleep(time.Duration(100+job) * time.Millisecond)
						return db.Do(ctx, func(ctx context.Context) error { return taskgroup.Sleep(ctx, 200*time.Millisecond) })
					})
				}, taskgroup.Named(name))
			}
			g.Go(func(ctx context.Context) error {
				time.Sleep(3 * time.Millisecond)
				return hosts.Do(ctx, "go.dev", func(ctx context.Context) error {
					ctx, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
					defer cancel()
					_ = hosts.Acquire(ctx, "go.dev") // which it has: not before the timeout
					return errTrace
				})
			}, taskgroup.Named("fails"))
			return nil
		}, taskgroup.WithName("pipeline"), taskgroup.WithKeepGoing())
		assert.ErrorIs(t, err, errTrace)
	})
	return m.Timeline()
}

// In a bubble a timeline is the same, byte by byte, at every run.
func TestRecordedTimelines(t *testing.T) {
	for range 20 {
		timeline := record(t)
		assert.Zero(t, timeline.Dropped)
		for name, write := range map[string]func(b *bytes.Buffer) error{
			"recorded.txt":        func(b *bytes.Buffer) error { return timeline.WriteText(b) },
			"recorded.svg":        func(b *bytes.Buffer) error { return timeline.WriteSVG(b) },
			"recorded.trace.json": func(b *bytes.Buffer) error { return timeline.WriteTrace(b) },
		} {
			var b bytes.Buffer
			assert.NoError(t, write(&b))
			assertGolden(t, name, b.String())
		}
	}
}

// What lasts is open, and stays in the timeline of a closed monitor.
func TestOpenSpans(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := inspect.New(inspect.WithTimeline(10))
		task := taskgroup.Start(m.Context(t.Context()), func(ctx context.Context) (int, error) {
			return 0, taskgroup.Sleep(ctx, time.Minute)
		}, taskgroup.Named("task"))
		time.Sleep(time.Second)
		synctest.Wait()
		want := []inspect.Span{
			{ID: "1", Kind: inspect.KindTask, Name: "task", Index: -1, End: time.Second, Open: true, Func: "example.com/asyncgo/inspect_test.TestOpenSpans.func1.1"},
			{Parent: "1", Kind: inspect.KindWait, Name: "sleep", Index: -1, End: time.Second, Open: true},
		}
		assert.Equal(t, want, m.Timeline().Spans)
		m.Close()
		assert.Equal(t, want, m.Timeline().Spans)
		assert.Empty(t, m.Snapshot().Nodes)
		<-task.Done()
		synctest.Wait()
		for i := range want {
			want[i].Open, want[i].End = false, time.Minute
		}
		assert.Equal(t, want, m.Timeline().Spans)
	})
}
