package otelinspect_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/inspect/otelinspect"
	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

// collect returns what reader measures, by name and labels.
func collect(t *testing.T, reader sdkmetric.Reader) map[string]float64 {
	t.Helper()
	var all metricdata.ResourceMetrics
	require.NoError(t, reader.Collect(t.Context(), &all))
	values := map[string]float64{}
	add := func(name string, labels attribute.Set, value float64) {
		values[name+" "+labels.Encoded(attribute.DefaultEncoder())] = value
	}
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			switch data := m.Data.(type) {
			case metricdata.Sum[int64]:
				for _, p := range data.DataPoints {
					add(m.Name, p.Attributes, float64(p.Value))
				}
			case metricdata.Sum[float64]:
				for _, p := range data.DataPoints {
					add(m.Name, p.Attributes, p.Value)
				}
			case metricdata.Gauge[int64]:
				for _, p := range data.DataPoints {
					add(m.Name, p.Attributes, float64(p.Value))
				}
			default:
				t.Errorf("%s is a %T", m.Name, data)
			}
		}
	}
	return values
}

// The numbers are those of the monitor at each collection, until unregistered.
func TestMetrics(t *testing.T) {
	reader := sdkmetric.NewManualReader()
	provider := sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))
	synctest.Test(t, func(t *testing.T) {
		m := inspect.New()
		defer m.Close()
		unregister, err := otelinspect.Metrics(provider, m)
		require.NoError(t, err)
		assert.Empty(t, collect(t, reader))

		db := semaphore.New(2).Named("db")
		_ = taskgroup.Run(m.Context(t.Context()), func(_ context.Context, g *taskgroup.Group) error {
			g.Go(func(ctx context.Context) error {
				return db.Do(ctx, func(ctx context.Context) error { return taskgroup.Sleep(ctx, time.Hour) })
			})
			g.Go(func(ctx context.Context) error {
				if err := taskgroup.Sleep(ctx, 1500*time.Millisecond); err != nil {
					return err
				}
				return errors.New("no rows")
			})
			synctest.Wait()
			during := collect(t, reader)
			assert.InDelta(t, 1, during["asyncgo.open kind=group,name=crawl"], 0)
			assert.InDelta(t, 2, during["asyncgo.tasks.begun kind=group,name=crawl"], 0)
			assert.InDelta(t, 0, during["asyncgo.tasks.ended kind=group,name=crawl"], 0)
			assert.InDelta(t, 1, during["asyncgo.resource kind=semaphore,name=db,stat=held"], 0)
			return nil
		}, taskgroup.WithName("crawl"))
		assert.Equal(t, map[string]float64{
			"asyncgo.open kind=group,name=crawl":            0,
			"asyncgo.tasks.begun kind=group,name=crawl":     2,
			"asyncgo.tasks.ended kind=group,name=crawl":     2,
			"asyncgo.tasks.failed kind=group,name=crawl":    1,
			"asyncgo.tasks.cancelled kind=group,name=crawl": 1,
			"asyncgo.tasks.panicked kind=group,name=crawl":  0,
			"asyncgo.busy kind=group,name=crawl":            3,
		}, collect(t, reader))

		require.NoError(t, unregister())
		assert.Empty(t, collect(t, reader))
	})
}

// A nil monitor is the default one at each collection, or none.
func TestMetricsOfTheDefault(t *testing.T) {
	reader := sdkmetric.NewManualReader()
	unregister, err := otelinspect.Metrics(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)), nil)
	require.NoError(t, err)
	assert.Empty(t, collect(t, reader))
	for range 2 {
		m := inspect.New()
		inspect.SetDefault(m)
		require.NoError(t, taskgroup.Run(t.Context(), func(_ context.Context, g *taskgroup.Group) error {
			g.Go(func(context.Context) error { return nil })
			return nil
		}, taskgroup.WithName("crawl")))
		assert.InDelta(t, 1, collect(t, reader)["asyncgo.tasks.ended kind=group,name=crawl"], 0)
		m.Close()
		assert.Empty(t, collect(t, reader))
	}
	assert.NoError(t, unregister())
}

// The global provider counts, also if it has been set later.
func TestTheGlobalMeterProvider(t *testing.T) {
	m := inspect.New()
	defer m.Close()
	require.NoError(t, taskgroup.Run(m.Context(t.Context()), func(_ context.Context, g *taskgroup.Group) error {
		g.Go(func(context.Context) error { return nil })
		return nil
	}, taskgroup.WithName("crawl")))
	unregister, err := otelinspect.Metrics(nil, m)
	require.NoError(t, err)
	assert.InDelta(t, 1, collect(t, globalReader)["asyncgo.tasks.ended kind=group,name=crawl"], 0)
	assert.NoError(t, unregister())
	assert.Empty(t, collect(t, globalReader))
}

func TestMetricsOfTheZeroMonitor(t *testing.T) {
	defer func() {
		err, ok := recover().(error)
		require.True(t, ok)
		assert.ErrorIs(t, err, inspect.ErrMisuse)
	}()
	_, _ = otelinspect.Metrics(noop.NewMeterProvider(), new(inspect.Monitor))
}

var errNoMetrics = errors.New("no metrics")

// brokenProvider makes no instruments or, if it is late, registers no callback.
type brokenProvider struct {
	metric.MeterProvider
	late bool
}

func (p brokenProvider) Meter(string, ...metric.MeterOption) metric.Meter {
	return brokenMeter{noop.Meter{}, p.late}
}

type brokenMeter struct {
	metric.Meter
	late bool
}

func (m brokenMeter) Int64ObservableCounter(string, ...metric.Int64ObservableCounterOption) (metric.Int64ObservableCounter, error) {
	if m.late {
		return noop.Int64ObservableCounter{}, nil
	}
	return nil, errNoMetrics
}

func (brokenMeter) RegisterCallback(metric.Callback, ...metric.Observable) (metric.Registration, error) {
	return nil, errNoMetrics
}

func TestMetricsReportsTheProvidersError(t *testing.T) {
	for _, late := range []bool{false, true} {
		unregister, err := otelinspect.Metrics(brokenProvider{noop.NewMeterProvider(), late}, nil)
		assert.ErrorIs(t, err, errNoMetrics)
		assert.Nil(t, unregister)
	}
}
