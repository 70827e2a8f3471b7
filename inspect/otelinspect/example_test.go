package otelinspect_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/inspect/otelinspect"
	"example.com/asyncgo/taskgroup"
)

// A program whose providers are the global ones of package otel.
func Example() {
	m := inspect.New(inspect.WithTracer(otelinspect.Tracer(nil))) // nil: the global provider
	inspect.SetDefault(m)
	unregister, err := otelinspect.Metrics(nil, m)
	if err != nil {
		log.Fatal(err)
	}
	defer func() {
		m.Close()
		fmt.Println(unregister())
	}()
	// Output: <nil>
}

// One failure is one span with the status Error; what it has canceled is marked.
func ExampleTracer() {
	spans := tracetest.NewInMemoryExporter()
	m := inspect.New(inspect.WithTracer(otelinspect.Tracer(sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans)))))
	defer m.Close()

	waiting := make(chan struct{})
	_ = taskgroup.Run(m.Context(context.Background()), func(_ context.Context, g *taskgroup.Group) error {
		g.Go(func(ctx context.Context) error {
			close(waiting)
			<-ctx.Done()
			return ctx.Err()
		}, taskgroup.Named("fetch"))
		<-waiting
		g.Go(func(context.Context) error { return errors.New("disk full") }, taskgroup.Named("store"))
		return nil
	}, taskgroup.WithName("crawl"))

	for _, span := range spans.GetSpans() {
		fmt.Printf("%s: %v %q\n", span.Name, span.Status.Code, span.Status.Description)
	}
	// Unordered output:
	// fetch: Unset ""
	// store: Error "disk full"
	// crawl: Error "taskgroup: task 1 (store): disk full"
}

func ExampleMetrics() {
	reader := sdkmetric.NewManualReader() // in a service, one that exports
	m := inspect.New()
	defer m.Close()
	unregister, err := otelinspect.Metrics(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)), m)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = unregister() }()

	_, err = taskgroup.Gather(m.Context(context.Background()),
		func(context.Context) (int, error) { return 1, nil },
		func(context.Context) (int, error) { return 2, nil },
	)
	if err != nil {
		fmt.Println(err)
		return
	}

	var all metricdata.ResourceMetrics
	if err := reader.Collect(context.Background(), &all); err != nil {
		fmt.Println(err)
		return
	}
	for _, metric := range all.ScopeMetrics[0].Metrics {
		if data, ok := metric.Data.(metricdata.Sum[int64]); ok {
			kind, _ := data.DataPoints[0].Attributes.Value("kind")
			name, _ := data.DataPoints[0].Attributes.Value("name")
			fmt.Println(metric.Name, kind.AsString(), name.AsString(), data.DataPoints[0].Value)
		}
	}
	// Output:
	// asyncgo.tasks.begun call Gather 2
	// asyncgo.tasks.ended call Gather 2
	// asyncgo.tasks.failed call Gather 0
	// asyncgo.tasks.cancelled call Gather 0
	// asyncgo.tasks.panicked call Gather 0
}
