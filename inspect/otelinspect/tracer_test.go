package otelinspect_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/inspect/otelinspect"
	"example.com/asyncgo/taskgroup"
)

// record returns a tracer, and what it has recorded so far.
func record(t *testing.T) (inspect.Tracer, *tracetest.SpanRecorder) {
	t.Helper()
	spans := tracetest.NewSpanRecorder()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans))
	t.Cleanup(func() { assert.NoError(t, provider.Shutdown(context.Background())) })
	return otelinspect.Tracer(provider), spans
}

// only returns the one span that has ended.
func only(t *testing.T, spans *tracetest.SpanRecorder) sdktrace.ReadOnlySpan {
	t.Helper()
	require.Len(t, spans.Ended(), 1)
	return spans.Ended()[0]
}

func TestNameAndAttributes(t *testing.T) {
	for _, c := range []struct {
		event      inspect.Event
		name       string
		attributes []attribute.KeyValue
	}{
		{
			inspect.Event{ID: "1/3", Kind: inspect.KindTask, Name: "fetch", Func: "example.com/app/crawl.work.func1", Index: 3},
			"fetch",
			[]attribute.KeyValue{
				attribute.String("asyncgo.kind", "task"), attribute.Int("asyncgo.index", 3),
				attribute.String("code.function.name", "example.com/app/crawl.work.func1"),
			},
		},
		{
			inspect.Event{ID: "2/0", Kind: inspect.KindFunc, Func: "example.com/app/crawl.fetch"},
			"example.com/app/crawl.fetch",
			[]attribute.KeyValue{
				attribute.String("asyncgo.kind", "func"), attribute.Int("asyncgo.index", 0),
				attribute.String("code.function.name", "example.com/app/crawl.fetch"),
			},
		},
		{
			inspect.Event{ID: "2", Kind: inspect.KindCall, Name: "Gather", Index: -1},
			"Gather",
			[]attribute.KeyValue{attribute.String("asyncgo.kind", "call"), attribute.Int("asyncgo.index", -1)},
		},
		{
			inspect.Event{ID: "1", Kind: inspect.KindGroup, Index: -1},
			"group",
			[]attribute.KeyValue{attribute.String("asyncgo.kind", "group"), attribute.Int("asyncgo.index", -1)},
		},
	} {
		tracer, spans := record(t)
		_, end := tracer.Begin(t.Context(), c.event)
		end(nil)
		span := only(t, spans)
		assert.Equal(t, c.name, span.Name())
		assert.Equal(t, c.attributes, span.Attributes())
		assert.Equal(t, "example.com/asyncgo/inspect/otelinspect", span.InstrumentationScope().Name)
	}
}

// The span is a child of the one in the context that was given, and the parent
// of those made under the context that was returned.
func TestParents(t *testing.T) {
	tracer, spans := record(t)
	ctx, endOuter := tracer.Begin(t.Context(), inspect.Event{Kind: inspect.KindGroup, Name: "outer", Index: -1})
	inner, endInner := tracer.Begin(ctx, inspect.Event{Kind: inspect.KindTask, Name: "inner"})
	assert.NotEqual(t, trace.SpanContextFromContext(ctx), trace.SpanContextFromContext(inner))
	endInner(nil)
	endOuter(nil)
	require.Len(t, spans.Ended(), 2)
	child, parent := spans.Ended()[0], spans.Ended()[1]
	assert.Equal(t, parent.SpanContext().SpanID(), child.Parent().SpanID())
	assert.Equal(t, parent.SpanContext().TraceID(), child.SpanContext().TraceID())
	assert.False(t, parent.Parent().IsValid())
	assert.Equal(t, trace.SpanContextFromContext(ctx), parent.SpanContext())
	assert.Equal(t, trace.SpanContextFromContext(inner), child.SpanContext())
}

// The context that is returned ends as the one that was given, with its cause,
// and has its values.
func TestTheContextDerives(t *testing.T) {
	type key struct{}
	tracer, _ := record(t)
	given, cancel := context.WithCancelCause(context.WithValue(t.Context(), key{}, "value"))
	ctx, end := tracer.Begin(given, inspect.Event{Kind: inspect.KindTask})
	assert.Equal(t, "value", ctx.Value(key{}))
	assert.NoError(t, ctx.Err())
	assert.Equal(t, given.Done(), ctx.Done())
	why := errors.New("why")
	cancel(why)
	assert.Equal(t, context.Canceled, ctx.Err())
	assert.Equal(t, why, context.Cause(ctx))
	end(nil)
}

func TestCurrentIsTheTasks(t *testing.T) {
	tracer, _ := record(t)
	require.NoError(t, taskgroup.Run(t.Context(), func(_ context.Context, g *taskgroup.Group) error {
		g.Go(func(task context.Context) error {
			ctx, end := tracer.Begin(task, inspect.Event{Kind: inspect.KindTask, Name: "fetch"})
			defer end(nil)
			info, ok := taskgroup.Current(ctx)
			assert.True(t, ok)
			assert.Equal(t, "fetch", info.Name)
			return nil
		}, taskgroup.Named("fetch"))
		return nil
	}))
}

func TestSuccess(t *testing.T) {
	tracer, spans := record(t)
	_, end := tracer.Begin(t.Context(), inspect.Event{Kind: inspect.KindTask, Name: "fetch"})
	assert.Empty(t, spans.Ended())
	end(nil)
	span := only(t, spans)
	assert.Equal(t, sdktrace.Status{}, span.Status())
	assert.Empty(t, span.Events())
	assert.False(t, isMarkedCancelled(span))
}

func TestASecondEndChangesNothing(t *testing.T) {
	tracer, spans := record(t)
	_, end := tracer.Begin(t.Context(), inspect.Event{Kind: inspect.KindTask, Name: "fetch"})
	end(nil)
	end(errors.New("no rows"))
	span := only(t, spans)
	assert.Equal(t, sdktrace.Status{}, span.Status())
	assert.Empty(t, span.Events())
}

func TestFailures(t *testing.T) {
	noRows := errors.New("no rows")
	for _, c := range []struct{ err error }{
		{noRows},
		{fmt.Errorf("fetch: %w", noRows)},
		{taskgroup.ErrGoexit},
		{taskgroup.ErrTimeout},
		{&taskgroup.GroupError{Errors: []*taskgroup.TaskError{{Err: noRows}}}},
		{&taskgroup.LateError{Cause: context.Canceled}},
		{errors.Join(context.Canceled, noRows)},
	} {
		tracer, spans := record(t)
		_, end := tracer.Begin(canceled(errors.New("maintenance"))(t), inspect.Event{Kind: inspect.KindTask, Name: "fetch"})
		end(c.err)
		span := only(t, spans)
		assert.Equal(t, sdktrace.Status{Code: codes.Error, Description: c.err.Error()}, span.Status())
		require.Len(t, span.Events(), 1)
		event := span.Events()[0]
		assert.Equal(t, "exception", event.Name)
		assert.Contains(t, event.Attributes, attribute.String("exception.message", c.err.Error()))
		assert.False(t, isMarkedCancelled(span))
	}
}

func TestNoise(t *testing.T) {
	maintenance := errors.New("maintenance")
	for _, c := range []struct {
		name string
		ctx  func(*testing.T) context.Context
		err  error
	}{
		{"the error of its context", canceled(maintenance), context.Canceled},
		{"wrapped", canceled(maintenance), fmt.Errorf("fetch: %w", context.Canceled)},
		{"the cause of its context", canceled(maintenance), maintenance},
		{"the cause, wrapped", canceled(maintenance), fmt.Errorf("fetch: %w", maintenance)},
		{"the failure of a sibling, which is the cause", canceled(errSibling), errSibling},
		{"the deadline of its context", expired, context.DeadlineExceeded},
		{"a daemon that was stopped", canceled(taskgroup.ErrStopped), taskgroup.ErrStopped},
		{"a group that was canceled", (*testing.T).Context, &taskgroup.GroupError{Cause: context.Canceled}},
		{"a cancellation from elsewhere", (*testing.T).Context, context.Canceled},
		{"a deadline from elsewhere", (*testing.T).Context, context.DeadlineExceeded},
	} {
		t.Run(c.name, func(t *testing.T) {
			tracer, spans := record(t)
			_, end := tracer.Begin(c.ctx(t), inspect.Event{Kind: inspect.KindTask, Name: "fetch"})
			end(c.err)
			span := only(t, spans)
			assert.True(t, isMarkedCancelled(span))
			assert.Equal(t, sdktrace.Status{}, span.Status())
			assert.Empty(t, span.Events())
		})
	}
}

var errSibling = &taskgroup.TaskError{Index: 1, Err: errors.New("no rows")}

// These look like noise, but say more.
func TestNoNoise(t *testing.T) {
	late := &taskgroup.LateError{Cause: context.Canceled}
	broken := &taskgroup.PanicError{Value: "boom"}
	for _, c := range []struct {
		name string
		ctx  func(*testing.T) context.Context
		err  error
	}{
		{"the failure that has canceled the group, without its number", canceled(errSibling), errSibling.Err},
		{"an equal failure", canceled(errSibling), &taskgroup.TaskError{Index: 1, Err: errSibling.Err}},
		{"what still runs, as the cause", canceled(late), late},
		{"that, wrapped", canceled(late), fmt.Errorf("stop: %w", late)},
		{"a panic, as the cause", canceled(broken), broken},
		{"an error that unwraps in a circle", canceled(errSibling), &circularError{}},
		{"an error whose Unwrap panics", canceled(errSibling), brokenUnwrapError{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			tracer, spans := record(t)
			_, end := tracer.Begin(c.ctx(t), inspect.Event{Kind: inspect.KindTask, Name: "fetch"})
			end(c.err)
			span := only(t, spans)
			assert.False(t, isMarkedCancelled(span))
			assert.Equal(t, codes.Error, span.Status().Code)
			assert.Len(t, span.Events(), 1)
		})
	}
}

// The event has the stack of the task, and the text has not.
func TestPanic(t *testing.T) {
	logger := slog.Default()
	slog.SetDefault(slog.New(slog.DiscardHandler))
	defer slog.SetDefault(logger)
	err := func() (raised any) {
		defer func() { raised = recover() }()
		_, _ = taskgroup.Gather(t.Context(), func(context.Context) (int, error) { panic("boom") })
		return nil
	}()
	broken, ok := err.(*taskgroup.PanicError)
	require.True(t, ok)
	require.Contains(t, broken.Error(), "goroutine ", "raised, it has the stack")

	tracer, spans := record(t)
	_, end := tracer.Begin(t.Context(), inspect.Event{Kind: inspect.KindCall, Name: "Gather", Index: -1})
	end(broken)
	span := only(t, spans)
	assert.Equal(t, codes.Error, span.Status().Code)
	assert.Contains(t, span.Status().Description, "panicked: boom")
	assert.NotContains(t, span.Status().Description, "goroutine ")
	require.Len(t, span.Events(), 1)
	attributes := span.Events()[0].Attributes
	assert.Contains(t, attributes, attribute.String("exception.stacktrace", string(broken.Stack)))
	assert.Contains(t, attributes, attribute.String("exception.message", span.Status().Description))
	assert.Contains(t, attributes, attribute.String("exception.type", "*taskgroup.PanicError"))
}

// What is not UTF-8 would be lost in the protocol, with all that is sent with it.
func TestTextIsUTF8(t *testing.T) {
	tracer, spans := record(t)
	_, end := tracer.Begin(t.Context(), inspect.Event{Kind: inspect.KindTask, Name: "a\xffb", Func: "f\xff"})
	end(errors.New("no \xff"))
	span := only(t, spans)
	assert.Equal(t, "a\uFFFDb", span.Name())
	assert.Contains(t, span.Attributes(), attribute.String("code.function.name", "f\uFFFD"))
	assert.Equal(t, "no \uFFFD", span.Status().Description)
	assert.Contains(t, span.Events()[0].Attributes, attribute.String("exception.message", "no \uFFFD"))
}

// An error whose Error panics still ends the span.
func TestErrorPanics(t *testing.T) {
	for _, c := range []struct {
		err  error
		text string
	}{
		{brokenError{}, "otelinspect_test.brokenError, whose Error panics"},
		{(*taskgroup.PanicError)(nil), "*taskgroup.PanicError, whose Error panics"},
	} {
		tracer, spans := record(t)
		_, end := tracer.Begin(t.Context(), inspect.Event{Kind: inspect.KindTask, Name: "fetch"})
		end(c.err)
		assert.Equal(t, sdktrace.Status{Code: codes.Error, Description: c.text}, only(t, spans).Status())
	}
}

// A span that is not recorded costs no look at the error, and ends.
func TestNotRecording(t *testing.T) {
	tracer := otelinspect.Tracer(noop.NewTracerProvider())
	_, end := tracer.Begin(t.Context(), inspect.Event{Kind: inspect.KindTask, Name: "fetch"})
	end(exitingError{})
}

// The global provider counts, also if it has been set later.
func TestTheGlobalTracerProvider(t *testing.T) {
	globalSpans.Reset()
	for _, tracer := range []inspect.Tracer{tracerBefore, otelinspect.Tracer(nil)} {
		_, end := tracer.Begin(t.Context(), inspect.Event{Kind: inspect.KindTask, Name: "fetch"})
		end(nil)
	}
	assert.Len(t, globalSpans.Ended(), 2)
}

func isMarkedCancelled(span sdktrace.ReadOnlySpan) bool {
	for _, a := range span.Attributes() {
		if a == attribute.Bool("asyncgo.cancelled", true) {
			return true
		}
	}
	return false
}

// canceled makes contexts that have been canceled.
func canceled(cause error) func(*testing.T) context.Context {
	return func(t *testing.T) context.Context {
		t.Helper()
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(cause)
		return ctx
	}
}

func expired(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 0)
	t.Cleanup(cancel)
	return ctx
}

type brokenError struct{}

func (brokenError) Error() string { panic("broken") }

type brokenUnwrapError struct{}

func (brokenUnwrapError) Error() string { return "broken" }
func (brokenUnwrapError) Unwrap() error { panic("broken") }

type circularError struct{}

func (c *circularError) Error() string { return "circle" }
func (c *circularError) Unwrap() error { return c }

// exitingError ends the test if its text is read.
type exitingError struct{}

func (exitingError) Error() string { panic("nothing needs the text") }
func (exitingError) Unwrap() error { panic("nothing needs what it wraps") }
