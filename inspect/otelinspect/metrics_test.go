package otelinspect_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"

	"example.com/asyncgo/inspect/otelinspect"
)

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
