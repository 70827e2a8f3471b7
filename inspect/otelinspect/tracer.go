package otelinspect

import (
	"context"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"example.com/asyncgo/inspect"
)

// The attributes of a span. The name of the function is that of the semantic
// conventions.
const (
	kindKey      = attribute.Key("asyncgo.kind")
	indexKey     = attribute.Key("asyncgo.index")
	cancelledKey = attribute.Key("asyncgo.cancelled")
	functionKey  = attribute.Key("code.function.name")
)

// Tracer returns a tracer, for [inspect.WithTracer], that makes a span for each
// group, call, task and function, as a child of the span in its context: so the
// spans of a request hold those of its tasks. A nil tp is the global provider.
//
// A span is named by the Name of its [inspect.Event], or else the Func, or else
// the Kind. Its attributes are asyncgo.kind, asyncgo.index and, where a function
// was given, code.function.name.
//
// A failure is recorded as an event, that of a panic with the stack of the task,
// and sets the status Error. An error that says only that the work was canceled,
// as [taskgroup.Cancelled] decides, sets neither, but the attribute
// asyncgo.cancelled; so does the cause of the context. While the context of a task
// is alive, such an error is a failure, as it is for its group: it is that of a
// context which the function has made, with a deadline for example.
//
// A task in the backlog has no span before it begins. asyncio has no
// counterpart.
func Tracer(tp trace.TracerProvider) inspect.Tracer {
	if tp == nil {
		tp = otel.GetTracerProvider()
	}
	return tracer{tp.Tracer(scope)}
}

type tracer struct{ spans trace.Tracer }

func (t tracer) Begin(ctx context.Context, e inspect.Event) (context.Context, func(err error)) {
	inner, span := t.spans.Start(ctx, valid(nameOf(e)), trace.WithAttributes(attributesOf(e)...))
	return inner, func(err error) { end(ctx, e.Kind, span, err) }
}

func nameOf(e inspect.Event) string {
	switch {
	case e.Name != "":
		return e.Name
	case e.Func != "":
		return e.Func
	}
	return string(e.Kind)
}

func attributesOf(e inspect.Event) []attribute.KeyValue {
	all := []attribute.KeyValue{kindKey.String(string(e.Kind)), indexKey.Int(e.Index)}
	if e.Func != "" {
		all = append(all, functionKey.String(valid(e.Func)))
	}
	return all
}
