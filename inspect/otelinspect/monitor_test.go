package otelinspect_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/taskgroup"
)

// spanTree returns the spans that have ended, and checks that each has the parent
// that want says: name, name of the parent.
func spanTree(t *testing.T, spans *tracetest.SpanRecorder, want map[string]string) map[string]sdktrace.ReadOnlySpan {
	t.Helper()
	byName, byID := map[string]sdktrace.ReadOnlySpan{}, map[trace.SpanID]string{}
	for _, span := range spans.Ended() {
		byName[span.Name()] = span
		byID[span.SpanContext().SpanID()] = span.Name()
	}
	got := map[string]string{}
	for name, span := range byName {
		got[name] = byID[span.Parent().SpanID()]
	}
	assert.Len(t, spans.Ended(), len(got), "two spans have one name")
	assert.Equal(t, want, got)
	return byName
}

func kindOf(span sdktrace.ReadOnlySpan) string {
	for _, a := range span.Attributes() {
		if a.Key == "asyncgo.kind" {
			return a.Value.AsString()
		}
	}
	return ""
}

// A monitor makes the spans: what fails, what is canceled by that, what is below
// what.
func TestSpansOfAMonitor(t *testing.T) {
	tracer, spans := record(t)
	noRows := errors.New("no rows")
	synctest.Test(t, func(t *testing.T) {
		m := inspect.New(inspect.WithTracer(tracer))
		defer m.Close()
		err := taskgroup.Run(m.Context(t.Context()), func(_ context.Context, g *taskgroup.Group) error {
			g.Go(func(ctx context.Context) error {
				_, span := trace.SpanFromContext(ctx).TracerProvider().Tracer("own").Start(ctx, "own")
				span.End()
				_, err := taskgroup.Map(ctx, 2, []int{0, 1}, func(ctx context.Context, i int) (int, error) {
					trace.SpanFromContext(ctx).SetName([]string{"item 0", "item 1"}[i])
					return i, taskgroup.Sleep(ctx, time.Minute)
				})
				return err
			}, taskgroup.Named("reader"))
			g.Go(func(ctx context.Context) error {
				if err := taskgroup.Sleep(ctx, time.Second); err != nil {
					return err
				}
				return noRows
			}, taskgroup.Named("fetch"))
			return nil
		}, taskgroup.WithName("crawl"))
		require.ErrorIs(t, err, noRows)
	})
	all := spanTree(t, spans, map[string]string{
		"crawl": "", "reader": "crawl", "fetch": "crawl", "own": "reader", "Map": "reader", "item 0": "Map", "item 1": "Map",
	})
	for name, kind := range map[string]string{
		"crawl": "group", "reader": "task", "fetch": "task", "own": "", "Map": "call", "item 0": "func", "item 1": "func",
	} {
		span := all[name]
		assert.Equal(t, kind, kindOf(span), name)
		failed := name == "crawl" || name == "fetch"
		assert.Equal(t, failed, span.Status().Code == codes.Error, name)
		assert.Equal(t, !failed && kind != "", isMarkedCancelled(span), name)
	}
	assert.Equal(t, "no rows", all["fetch"].Status().Description)
	assert.Contains(t, all["fetch"].Attributes(), attribute.Int("asyncgo.index", 1))
}

// The spans and the totals agree on what has failed, and what was canceled.
func TestSpansAndTotalsAgree(t *testing.T) {
	logger := slog.Default()
	slog.SetDefault(slog.New(slog.DiscardHandler))
	defer slog.SetDefault(logger)
	noRows := errors.New("no rows")
	ended := func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	}
	tasks := []struct {
		name      string
		cancelled bool
		run       func(ctx context.Context) error
		option    taskgroup.TaskOption
	}{
		{"success", false, func(context.Context) error { return nil }, nil},
		{"failure", false, func(context.Context) error { return noRows }, nil},
		{"panic", false, func(context.Context) error { panic("boom") }, nil},
		{"goexit", false, func(context.Context) error { runtime.Goexit(); return nil }, nil},
		{"waits", true, ended, nil},
		{"the cause", true, func(ctx context.Context) error {
			<-ctx.Done()
			return fmt.Errorf("stopped: %w", context.Cause(ctx))
		}, nil},
		{"sleeps", true, func(ctx context.Context) error { return taskgroup.Sleep(ctx, time.Hour) }, nil},
		{"cleanup", false, func(ctx context.Context) error { return errors.Join(ended(ctx), noRows) }, nil},
		{"a limit of its own", false, func(ctx context.Context) error {
			_, err := taskgroup.WaitFor(ctx, time.Millisecond, taskgroup.NoValue(ended))
			return err
		}, nil},
		{"a deadline of its own", false, func(ctx context.Context) error {
			ctx, cancel := context.WithTimeout(ctx, time.Millisecond)
			defer cancel()
			return ended(ctx)
		}, nil},
		{"a cancellation of its own", false, func(context.Context) error { return context.Canceled }, nil},
		{"a daemon", true, ended, taskgroup.Daemon()},
	}
	for _, stop := range []bool{false, true} {
		for _, task := range tasks {
			t.Run(fmt.Sprintf("%s, stop %v", task.name, stop), func(t *testing.T) {
				tracer, spans := record(t)
				synctest.Test(t, func(t *testing.T) {
					m := inspect.New(inspect.WithTracer(tracer))
					defer m.Close()
					_ = taskgroup.Run(m.Context(t.Context()), func(ctx context.Context, g *taskgroup.Group) error {
						options := []taskgroup.TaskOption{taskgroup.Named("task")}
						if task.option != nil {
							options = append(options, task.option)
						}
						g.Go(task.run, options...)
						if err := taskgroup.Sleep(ctx, time.Second); err != nil {
							return err
						}
						if stop {
							g.Cancel(errors.New("maintenance"))
						}
						g.Stop()
						return nil
					}, taskgroup.WithKeepGoing(), taskgroup.WithPanics(taskgroup.PanicAsError))
					total := m.Snapshot().Totals[0]
					assert.EqualValues(t, 1, total.Ended)
					span := spans.Ended()[0]
					require.Equal(t, "task", span.Name())
					assert.Equal(t, task.cancelled, isMarkedCancelled(span))
					assert.Equal(t, total.Cancelled == 1, isMarkedCancelled(span))
					assert.Equal(t, total.Failed == 1, span.Status().Code == codes.Error)
				})
			})
		}
	}
}

// A shielded task may end with the context of its group.
func TestShielded(t *testing.T) {
	tracer, spans := record(t)
	m := inspect.New(inspect.WithTracer(tracer))
	defer m.Close()
	_ = taskgroup.Run(m.Context(t.Context()), func(group context.Context, g *taskgroup.Group) error {
		g.Go(func(context.Context) error {
			<-group.Done()
			return group.Err()
		}, taskgroup.Named("task"), taskgroup.Shielded())
		g.Cancel(nil)
		return nil
	})
	span := spans.Ended()[0]
	assert.Equal(t, "task", span.Name())
	assert.True(t, isMarkedCancelled(span))
	assert.EqualValues(t, 1, m.Snapshot().Totals[0].Cancelled)
}
