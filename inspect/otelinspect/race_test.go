package otelinspect_test

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/inspect/otelinspect"
	"example.com/asyncgo/taskgroup"
)

// Collections while spans begin and end: for the race detector.
func TestCollectionsWhileTasksRun(t *testing.T) {
	tracer, spans := record(t)
	reader := sdkmetric.NewManualReader()
	m := inspect.New(inspect.WithTracer(tracer))
	defer m.Close()
	unregister, err := otelinspect.Metrics(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)), m)
	require.NoError(t, err)
	const calls, each = 50, 10
	require.NoError(t, taskgroup.Run(m.Context(t.Context()), func(_ context.Context, g *taskgroup.Group) error {
		for range calls {
			g.Go(func(ctx context.Context) error {
				return taskgroup.ForEach(ctx, 2, slices.Values(make([]int, each)), func(context.Context, int) error { return nil })
			})
		}
		for range 20 {
			collect(t, reader)
		}
		return nil
	}, taskgroup.WithName("crawl")))
	values := collect(t, reader)
	assert.InDelta(t, calls, values["asyncgo.tasks.ended kind=group,name=crawl"], 0)
	assert.InDelta(t, calls*each, values["asyncgo.tasks.ended kind=call,name=ForEach"], 0)
	assert.Len(t, spans.Ended(), 1+calls+calls+calls*each)
	require.NoError(t, unregister())
}
