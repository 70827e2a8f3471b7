package otelinspect

import (
	"context"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"

	"example.com/asyncgo/inspect"
)

// Metrics registers instruments with mp that are read from m at each collection,
// until unregister is called. A nil mp is the global provider, a nil m is
// [inspect.Default] at each collection: while there is none, nothing is
// measured.
//
// They are the numbers of [inspect.Snapshot.WriteMetrics]. The counters
// asyncgo.tasks.begun, asyncgo.tasks.ended, asyncgo.tasks.failed,
// asyncgo.tasks.cancelled, asyncgo.tasks.panicked and asyncgo.busy, in seconds,
// and the gauge asyncgo.open have the attributes kind and name. The gauge
// asyncgo.resource has the attributes kind, name and stat.
//
// A collection takes a snapshot, which costs what the groups that run cost, and
// nothing between collections. The error is that of the provider, which then has
// registered nothing. Metrics panics if m is the zero Monitor. asyncio has no
// counterpart.
func Metrics(mp metric.MeterProvider, m *inspect.Monitor) (unregister func() error, err error) {
	if mp == nil {
		mp = otel.GetMeterProvider()
	}
	if m != nil {
		_ = m.Context(context.Background()) // panics here rather than in a collection
	}
	meter := mp.Meter(scope)
	i, err := newInstruments(meter)
	if err != nil {
		return nil, err
	}
	registration, err := meter.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		if m := orDefault(m); m != nil {
			i.observe(o, m.Snapshot())
		}
		return nil
	}, i.all()...)
	if err != nil {
		return nil, err
	}
	return registration.Unregister, nil
}

func orDefault(m *inspect.Monitor) *inspect.Monitor {
	if m == nil {
		return inspect.Default()
	}
	return m
}
