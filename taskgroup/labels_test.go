package taskgroup_test

import (
	"bytes"
	"context"
	"fmt"
	"runtime/pprof"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/taskgroup"
)

// labelsOfMarked returns the labels, as a profile prints them, of every goroutine that is
// in a call of marked.
func labelsOfMarked(t *testing.T) []string {
	t.Helper()
	var profile bytes.Buffer
	require.NoError(t, pprof.Lookup("goroutine").WriteTo(&profile, 1))
	var all []string
	for record := range strings.SplitSeq(profile.String(), "\n\n") {
		if !strings.Contains(record, "taskgroup_test.marked") {
			continue
		}
		_, labels, _ := strings.Cut(record, "# labels: ")
		labels, _, _ = strings.Cut(labels, "\n")
		all = append(all, labels)
	}
	return all
}

//go:noinline
func marked(f func()) { f() }

// A goroutine that runs tasks has the labels of the group's context, and not those
// of what started it, whatever the caller of Submit has.
func TestTasksHaveTheLabelsOfTheGroup(t *testing.T) {
	parents := map[string]context.Context{
		"":                 context.Background(),
		`{"service":"db"}`: pprof.WithLabels(context.Background(), pprof.Labels("service", "db")),
	}
	for want, parent := range parents {
		for name, accept := range map[string]func(ctx context.Context, g *taskgroup.Group, fn func(context.Context) error) bool{
			"Go": func(_ context.Context, g *taskgroup.Group, fn func(context.Context) error) bool { return g.Go(fn) },
			"Submit": func(ctx context.Context, g *taskgroup.Group, fn func(context.Context) error) bool {
				return g.Submit(ctx, fn) == nil
			},
			"SubmitTask": func(ctx context.Context, g *taskgroup.Group, fn func(context.Context) error) bool {
				_, err := taskgroup.SubmitTask(ctx, g, taskgroup.NoValue(fn))
				return err == nil
			},
		} {
			t.Run(want+name, func(t *testing.T) {
				g := taskgroup.New(parent)
				release := make(chan struct{})
				var begun sync.WaitGroup
				const n = 50
				begun.Add(n)
				for i := range n {
					tenant := fmt.Sprint(i)
					pprof.Do(context.Background(), pprof.Labels("tenant", tenant), func(ctx context.Context) {
						assert.True(t, accept(ctx, g, func(inside context.Context) error {
							if own, ok := pprof.Label(inside, "tenant"); name != "Go" {
								assert.True(t, ok)
								assert.Equal(t, tenant, own, "the context has those of the caller")
							}
							begun.Done()
							marked(func() { <-release })
							return nil
						}))
					})
				}
				begun.Wait()
				for _, labels := range labelsOfMarked(t) {
					assert.Equal(t, want, labels)
				}
				assert.NotEmpty(t, labelsOfMarked(t))
				close(release)
				assert.NoError(t, g.Wait())
			})
		}
	}
}

// What a task does to the labels of its goroutine is not left to the next one, which
// may run there.
func TestATaskLeavesNoLabels(t *testing.T) {
	labels := pprof.WithLabels(context.Background(), pprof.Labels("tenant", "0"))
	for name, leave := range map[string]func(ctx context.Context){
		"SetGoroutineLabels": func(context.Context) { pprof.SetGoroutineLabels(labels) },
		"Do":                 func(ctx context.Context) { pprof.Do(ctx, pprof.Labels("op", "x"), func(context.Context) {}) }, // which restores those of ctx
		"a panic": func(context.Context) {
			pprof.SetGoroutineLabels(labels)
			panic("with labels")
		},
	} {
		t.Run(name, func(t *testing.T) {
			g := taskgroup.New(context.Background(), taskgroup.WithLimit(1), taskgroup.WithBacklog(-1), taskgroup.WithKeepGoing(),
				taskgroup.WithErrorHandler(func(context.Context, taskgroup.TaskInfo, error) {}))
			require.NoError(t, g.Submit(labels, func(ctx context.Context) error { leave(ctx); return nil }))
			g.Go(func(context.Context) error {
				marked(func() { assert.Equal(t, []string{""}, labelsOfMarked(t)) })
				return nil
			})
			assert.NoError(t, g.Wait())
		})
	}
}
