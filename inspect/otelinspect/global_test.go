package otelinspect_test

import (
	"os"
	"testing"

	"go.opentelemetry.io/otel"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"example.com/asyncgo/inspect/otelinspect"
)

// Package otel binds what has been made before the global provider is set to the
// first one that is, for good: so there is one for all tests.
var (
	tracerBefore = otelinspect.Tracer(nil)
	globalSpans  = tracetest.NewSpanRecorder()
	globalReader = sdkmetric.NewManualReader()
)

func TestMain(m *testing.M) {
	otel.SetTracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(globalSpans)))
	otel.SetMeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(globalReader)))
	os.Exit(m.Run())
}
