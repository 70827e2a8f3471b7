package inspect_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/taskgroup"
)

type failing = *taskgroup.Task[int]

// Each way of looking at a failure takes it out of the list.
func TestUnseen(t *testing.T) {
	look := map[string]func(ctx context.Context, task failing){
		"Err":          func(_ context.Context, task failing) { _ = task.Err() },
		"Result":       func(_ context.Context, task failing) { _, _ = task.Result() },
		"Wait":         func(ctx context.Context, task failing) { _, _ = task.Wait(ctx) },
		"WaitOrCancel": func(ctx context.Context, task failing) { _, _ = task.WaitOrCancel(ctx) },
		"Wait of all": func(ctx context.Context, task failing) {
			_, _, _ = taskgroup.Wait(ctx, taskgroup.AllCompleted, task)
		},
		"Wait for one": func(ctx context.Context, task failing) {
			_, _, _ = taskgroup.Wait(ctx, taskgroup.FirstCompleted, task)
		},
		"Wait for a failure": func(ctx context.Context, task failing) {
			_, _, _ = taskgroup.Wait(ctx, taskgroup.FirstError, task)
		},
		"Wait of handles": func(ctx context.Context, task failing) {
			_, _, _ = taskgroup.Wait[taskgroup.Awaitable](ctx, taskgroup.AllCompleted, task)
		},
		"Completed": func(ctx context.Context, task failing) {
			for _, err := range taskgroup.Completed(ctx, task) {
				_ = err
			}
		},
		"Set.Next":    func(ctx context.Context, task failing) { _, _ = taskgroup.NewSet(task).Next(ctx) },
		"GatherTasks": func(ctx context.Context, task failing) { _, _ = taskgroup.GatherTasks(ctx, task) },
		"OnDone":      func(_ context.Context, task failing) { task.OnDone(func(failing) {}) },
	}
	noLook := map[string]func(ctx context.Context, task failing){
		"nothing": func(context.Context, failing) {},
		"Done":    func(_ context.Context, task failing) { <-task.Done() },
		"OnDone, removed": func(_ context.Context, task failing) {
			if !task.OnDone(func(failing) {})() {
				_ = task.Err() // it was too late to remove it, so it was a look
			}
		},
		"a wait that was left": func(ctx context.Context, task failing) {
			done, cancel := context.WithCancel(ctx)
			cancel()
			if !task.Cancelled() {
				_, _, _ = taskgroup.Wait(done, taskgroup.AllCompleted, taskgroup.Start(context.Background(), hangBriefly))
			}
		},
	}
	run := func(name string, f func(ctx context.Context, task failing), seen, before bool) {
		t.Run(fmt.Sprint(name, before), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := inspect.New()
				defer m.Close()
				end := make(chan struct{})
				task := taskgroup.Start(m.Context(t.Context()), func(context.Context) (int, error) {
					<-end
					return 0, errBoom
				}, taskgroup.Named("forgotten"))
				if before {
					go f(context.Background(), task)
					synctest.Wait()
				}
				close(end)
				synctest.Wait()
				if !before {
					assert.Len(t, m.Snapshot().Unseen, 1)
					time.Sleep(second)
					f(t.Context(), task)
					synctest.Wait()
				}
				if seen {
					assert.Empty(t, m.Snapshot().Unseen)
				} else {
					assert.Len(t, m.Snapshot().Unseen, 1)
				}
				time.Sleep(2 * time.Minute)
				_ = task.Err()
				_ = task.Err()
				assert.Empty(t, m.Snapshot().Unseen)
			})
		})
	}
	for name, f := range look {
		run(name, f, true, false)
		if name != "Err" && name != "Result" { // which do not wait
			run(name, f, true, true)
		}
	}
	for name, f := range noLook {
		if name != "OnDone, removed" {
			run(name, f, false, false)
		}
		run(name, f, false, true)
	}
}

func hangBriefly(ctx context.Context) (int, error) { return 0, taskgroup.Sleep(ctx, time.Minute) }

// What is listed, and what is not.
func TestWhatIsUnseen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := inspect.New()
		defer m.Close()
		ctx, cancel := context.WithCancel(m.Context(t.Context()))
		taskgroup.Start(ctx, hang) // noise
		taskgroup.Start(ctx, func(context.Context) (int, error) { return 0, nil })
		canceled := taskgroup.Start(ctx, hang)
		canceled.Cancel(errBoom)
		taskgroup.Start(context.Background(), func(context.Context) (int, error) { return 0, errBoom }) // not seen
		g := taskgroup.New(ctx)
		taskgroup.Go(g, func(context.Context) (int, error) { return 0, errBoom }) // the group's
		_ = g.Wait()
		cancel()
		synctest.Wait()
		assert.Empty(t, m.Snapshot().Unseen)

		ctx = m.Context(t.Context())
		for i := range 102 {
			taskgroup.Start(ctx, fails, taskgroup.Named(fmt.Sprint("t", i)))
			synctest.Wait()
			time.Sleep(tick)
		}
		unseen := m.Snapshot().Unseen
		assert.Len(t, unseen, 100)
		text, err := json.Marshal(unseen[0])
		assert.NoError(t, err)
		assert.JSONEq(t, `{"name":"t2","func":"`+pkg+`fails","error":"boom","age_ns":100}`, string(text))
		assert.Equal(t, "t101", unseen[99].Name)
		m.Close()
		assert.Empty(t, m.Snapshot().Unseen)
	})
}

func fails(context.Context) (int, error) { return 0, errBoom }
