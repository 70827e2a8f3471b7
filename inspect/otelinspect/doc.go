// Package otelinspect gives OpenTelemetry what package inspect sees: a span for
// each group, call, task and function, and the totals and resources as metrics.
//
// It is a module of its own, so that asyncgo itself requires nothing, and it
// requires the API of OpenTelemetry only: which SDK and which exporters there
// are is for the program to decide.
//
//	m := inspect.New(inspect.WithTracer(otelinspect.Tracer(nil)))
//	inspect.SetDefault(m)
//	stop, err := otelinspect.Metrics(nil, m)
//
// A nil provider is the global one of package otel, also if that is set later.
package otelinspect

// scope is the name of the instrumentation scope of all spans and metrics.
const scope = "example.com/asyncgo/inspect/otelinspect"
