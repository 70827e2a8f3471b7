package inspect_test

import (
	"bytes"
	"context"
	"maps"
	"runtime/pprof"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/taskgroup"
)

// goroutineLabels returns the labels of the goroutine that calls it, as the
// goroutine profile has them.
//
//go:noinline
func goroutineLabels() map[string]string {
	var profile bytes.Buffer
	_ = pprof.Lookup("goroutine").WriteTo(&profile, 1)
	for record := range strings.SplitSeq(profile.String(), "\n\n") {
		if !strings.Contains(record, "inspect_test.goroutineLabels+") {
			continue
		}
		labels := map[string]string{}
		_, line, found := strings.Cut(record, "# labels: {")
		if !found {
			return labels
		}
		line, _, _ = strings.Cut(line, "}\n")
		for pair := range strings.SplitSeq(line, ", ") {
			key, value, _ := strings.Cut(pair, ":")
			labels[strings.Trim(key, `"`)] = strings.Trim(value, `"`)
		}
		return labels
	}
	return nil
}

func contextLabels(ctx context.Context) map[string]string {
	labels := map[string]string{}
	pprof.ForLabels(ctx, func(key, value string) bool { labels[key] = value; return true })
	return labels
}

func TestLabels(t *testing.T) {
	m := inspect.New(inspect.WithLabels())
	defer m.Close()
	task := map[string]string{"asyncgo.group": "crawl", "asyncgo.task": "worker"}
	err := taskgroup.Run(m.Context(t.Context()), func(ctx context.Context, g *taskgroup.Group) error {
		assert.Equal(t, map[string]string{"asyncgo.group": "crawl"}, contextLabels(ctx))
		g.Go(func(ctx context.Context) error {
			assert.Equal(t, task, contextLabels(ctx))
			assert.Equal(t, task, goroutineLabels())
			pprof.Do(ctx, pprof.Labels("own", "1"), func(ctx context.Context) {
				own := maps.Clone(task)
				own["own"] = "1"
				assert.Equal(t, own, contextLabels(ctx))
				assert.Equal(t, own, goroutineLabels())
			})
			assert.Equal(t, task, goroutineLabels(), "after a pprof.Do")
			_, err := taskgroup.Gather(ctx, func(ctx context.Context) (int, error) {
				labels := goroutineLabels()
				assert.Equal(t, labels, contextLabels(ctx))
				assert.Equal(t, "Gather", labels["asyncgo.group"])
				assert.Contains(t, labels["asyncgo.task"], "inspect_test.TestLabels.")
				return 0, nil
			})
			assert.Equal(t, task, goroutineLabels())
			return err
		}, taskgroup.Named("worker"))
		return nil
	}, taskgroup.WithName("crawl"))
	assert.NoError(t, err)
}

// A group without a name, and a task without one.
func TestLabelsWithoutNames(t *testing.T) {
	m := inspect.New(inspect.WithLabels())
	defer m.Close()
	err := taskgroup.Run(m.Context(t.Context()), func(_ context.Context, g *taskgroup.Group) error {
		g.Go(func(ctx context.Context) error {
			labels := contextLabels(ctx)
			assert.Equal(t, "group", labels["asyncgo.group"])
			assert.Equal(t, "inspect_test.TestLabelsWithoutNames.func1.1", labels["asyncgo.task"])
			return nil
		})
		return nil
	})
	assert.NoError(t, err)
}

// A goroutine that serves several tasks has what it had before between them, and
// its callbacks see that.
func TestLabelsAreTakenBack(t *testing.T) {
	m := inspect.New(inspect.WithLabels())
	defer m.Close()
	var mu sync.Mutex
	var after []map[string]string
	err := taskgroup.Run(m.Context(t.Context()), func(_ context.Context, g *taskgroup.Group) error {
		release := make(chan struct{})
		for range 3 {
			task := taskgroup.Go(g, func(_ context.Context) (int, error) {
				<-release
				assert.Equal(t, "task", goroutineLabels()["asyncgo.task"])
				pprof.SetGoroutineLabels(context.Background())
				return 0, nil
			}, taskgroup.Named("task"))
			task.OnDone(func(*taskgroup.Task[int]) {
				mu.Lock()
				defer mu.Unlock()
				after = append(after, goroutineLabels())
			})
		}
		close(release)
		return nil
	}, taskgroup.WithName("crawl"), taskgroup.WithLimit(1), taskgroup.WithBacklog(-1))
	assert.NoError(t, err)
	assert.Len(t, after, 3)
	for _, labels := range after {
		assert.Equal(t, map[string]string{"asyncgo.group": "crawl"}, labels)
	}
}

// A submitted task is in its own group, not in the submitter's.
func TestLabelsOfSubmit(t *testing.T) {
	m := inspect.New(inspect.WithLabels())
	defer m.Close()
	ctx := m.Context(t.Context())
	pool := taskgroup.New(ctx, taskgroup.WithName("pool"))
	observed := make(chan struct{})
	err := taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
		g.Go(func(ctx context.Context) error {
			task, err := taskgroup.SubmitTask(ctx, pool, func(ctx context.Context) (int, error) {
				want := map[string]string{"asyncgo.group": "pool", "asyncgo.task": "submitted"}
				assert.Equal(t, want, contextLabels(ctx))
				assert.Equal(t, want, goroutineLabels())
				<-observed
				return 0, nil
			}, taskgroup.Named("submitted"))
			task.OnDone(func(*taskgroup.Task[int]) {
				assert.Equal(t, map[string]string{"asyncgo.group": "pool"}, goroutineLabels())
			})
			close(observed)
			return err
		}, taskgroup.Named("submitter"))
		return nil
	}, taskgroup.WithName("requests"))
	assert.NoError(t, err)
	assert.NoError(t, pool.Wait())
}

// blockHere is where the functions of the test below block.
//
//go:noinline
func blockHere(release <-chan struct{}) { <-release }

func TestStacks(t *testing.T) {
	m := inspect.New(inspect.WithStacks())
	defer m.Close()
	other := inspect.New(inspect.WithStacks()) // with the same IDs
	defer other.Close()
	without := inspect.New()
	defer without.Close()
	release := make(chan struct{})
	var ready sync.WaitGroup
	ready.Add(5)
	begin := func(m *inspect.Monitor, name string, f func(ctx context.Context) error) *taskgroup.Group {
		g := taskgroup.New(m.Context(t.Context()), taskgroup.WithName(name))
		g.Go(func(ctx context.Context) error {
			ready.Done()
			return f(ctx)
		}, taskgroup.Named("task of "+name))
		return g
	}
	groups := []*taskgroup.Group{
		begin(m, "seen", func(ctx context.Context) error {
			go func() { // has the labels of the task
				ready.Done()
				blockHere(release)
			}()
			_, err := taskgroup.Map(ctx, 1, []int{1}, func(ctx context.Context, _ int) (int, error) {
				return taskgroup.Blocking(ctx, func() (int, error) { // likewise
					ready.Done()
					blockHere(release)
					return 0, nil
				})
			})
			return err
		}),
		begin(other, strings.Repeat("x", 2<<20), func(context.Context) error { <-release; return nil }),
		begin(without, "none", func(context.Context) error { <-release; return nil }),
	}
	ready.Wait()
	s := m.SnapshotStacks()
	for _, n := range s.All() {
		switch n.Kind {
		case inspect.KindTask, inspect.KindFunc:
			assert.NotEmpty(t, n.Stack, n.String())
			outermost := n.Stack[len(n.Stack)-1]
			assert.Contains(t, outermost.Func, "inspect_test.TestStacks.func", n.String())
			assert.Contains(t, outermost.File, "labels_test.go")
			assert.Positive(t, outermost.Line)
			for _, f := range n.Stack {
				assert.NotContains(t, f.Func, "blockHere")
			}
		default:
			assert.Empty(t, n.Stack)
		}
	}
	assert.Empty(t, without.SnapshotStacks().Nodes[0].Children[0].Stack)
	close(release)
	for _, g := range groups {
		assert.NoError(t, g.Wait())
	}
}
