package otelinspect_test

import (
	"context"
	"errors"
	"fmt"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/inspect/otelinspect"
)

func ExampleTracer() {
	spans := tracetest.NewInMemoryExporter()
	tracer := otelinspect.Tracer(sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans)))

	// What a monitor with inspect.WithTracer(tracer) does for a group of two tasks.
	group, endGroup := tracer.Begin(context.Background(), inspect.Event{Kind: inspect.KindGroup, Name: "crawl", Index: -1})
	_, endFetch := tracer.Begin(group, inspect.Event{Kind: inspect.KindTask, Name: "fetch", Index: 0})
	_, endStore := tracer.Begin(group, inspect.Event{Kind: inspect.KindTask, Name: "store", Index: 1})
	endStore(errors.New("disk full"))
	endFetch(context.Canceled)
	endGroup(errors.New("task 1 (store): disk full"))

	for _, span := range spans.GetSpans() {
		fmt.Println(span.Name, span.Status.Code, span.Status.Description, span.Attributes[2:])
	}
	// Output:
	// store Error disk full []
	// fetch Unset  [{"asyncgo.cancelled":true}]
	// crawl Error task 1 (store): disk full []
}
