package otelinspect

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"example.com/asyncgo/inspect"
)

func TestObserve(t *testing.T) {
	s := &inspect.Snapshot{
		Totals: []*inspect.Total{
			{
				Kind: inspect.KindGroup, Name: "crawl", Opened: 2, Open: 1,
				Begun: 9, Ended: 8, Failed: 3, Cancelled: 2, Panicked: 1, Busy: 1500 * time.Millisecond,
			},
			{Kind: inspect.KindTask, Opened: 4, Open: 4, Begun: 4},
		},
		Resources: []*inspect.Resource{
			{Kind: "lock", Name: "cache", Stats: []inspect.Stat{{Name: "held", Value: 1}, {Name: "waiting", Value: 2}}},
			{Kind: "lock", Name: "cache", Stats: []inspect.Stat{{Name: "held", Value: 0}, {Name: "waiting", Value: 3}}},
			{Kind: "event", Name: "a\xffb", Stats: []inspect.Stat{{Name: "set", Value: 1}}},
		},
	}
	reader := sdkmetric.NewManualReader()
	meter := sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)).Meter(scope)
	i, err := newInstruments(meter)
	require.NoError(t, err)
	_, err = meter.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		i.observe(o, s)
		return nil
	}, i.all()...)
	require.NoError(t, err)

	var all metricdata.ResourceMetrics
	require.NoError(t, reader.Collect(t.Context(), &all))
	require.Len(t, all.ScopeMetrics, 1)

	of := func(labels ...string) attribute.Set {
		var all []attribute.KeyValue
		for i := 0; i < len(labels); i += 2 {
			all = append(all, attribute.String(labels[i], labels[i+1]))
		}
		return attribute.NewSet(all...)
	}
	crawl, start := of("kind", "group", "name", "crawl"), of("kind", "task", "name", "")
	type point struct {
		labels attribute.Set
		value  float64
	}
	type instrument struct {
		unit   string
		kind   string
		points []point
	}
	want := map[string]instrument{
		"asyncgo.tasks.begun":     {"{task}", "counter", []point{{crawl, 9}, {start, 4}}},
		"asyncgo.tasks.ended":     {"{task}", "counter", []point{{crawl, 8}, {start, 0}}},
		"asyncgo.tasks.failed":    {"{task}", "counter", []point{{crawl, 3}, {start, 0}}},
		"asyncgo.tasks.cancelled": {"{task}", "counter", []point{{crawl, 2}, {start, 0}}},
		"asyncgo.tasks.panicked":  {"{task}", "counter", []point{{crawl, 1}, {start, 0}}},
		"asyncgo.busy":            {"s", "counter", []point{{crawl, 1.5}, {start, 0}}},
		"asyncgo.open":            {"", "gauge", []point{{crawl, 1}, {start, 4}}},
		"asyncgo.resource": {"", "gauge", []point{
			{of("kind", "lock", "name", "cache", "stat", "held"), 1},
			{of("kind", "lock", "name", "cache", "stat", "waiting"), 5},
			{of("kind", "event", "name", "a\uFFFDb", "stat", "set"), 1},
		}},
	}
	var seen []string
	for _, m := range all.ScopeMetrics[0].Metrics {
		seen = append(seen, m.Name)
		var got instrument
		got.unit = m.Unit
		switch data := m.Data.(type) {
		case metricdata.Sum[int64]:
			assert.True(t, data.IsMonotonic, m.Name)
			got.kind = "counter"
			for _, p := range data.DataPoints {
				got.points = append(got.points, point{p.Attributes, float64(p.Value)})
			}
		case metricdata.Sum[float64]:
			assert.True(t, data.IsMonotonic, m.Name)
			got.kind = "counter"
			for _, p := range data.DataPoints {
				got.points = append(got.points, point{p.Attributes, p.Value})
			}
		case metricdata.Gauge[int64]:
			got.kind = "gauge"
			for _, p := range data.DataPoints {
				got.points = append(got.points, point{p.Attributes, float64(p.Value)})
			}
		}
		assert.Equal(t, want[m.Name].unit, got.unit, m.Name)
		assert.Equal(t, want[m.Name].kind, got.kind, m.Name)
		assert.ElementsMatch(t, want[m.Name].points, got.points, m.Name)
		assert.NotEmpty(t, m.Description, m.Name)
	}
	assert.Len(t, seen, len(want))
}
