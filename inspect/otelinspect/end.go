package otelinspect

import (
	"context"
	"errors"
	"fmt"
	"unicode/utf8"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/internal/ctxerr"
	"example.com/asyncgo/internal/watch"
	"example.com/asyncgo/taskgroup"
)

// stackKey is the semantic conventions' name of the stack of an exception.
const stackKey = attribute.Key("exception.stacktrace")

// end ends the span of what ran under ctx and returned err.
func end(ctx context.Context, kind inspect.Kind, span trace.Span, err error) {
	defer span.End()
	switch {
	case err == nil || !span.IsRecording():
	case isCancellation(ctx, kind, err):
		span.SetAttributes(cancelledKey.Bool(true))
	default:
		fail(span, err)
	}
}

func fail(span trace.Span, err error) {
	var options []trace.EventOption
	//asyncvet:ignore errcompare one that is wrapped is not the panic of this span
	if e, ok := err.(*taskgroup.PanicError); ok && e != nil { //nolint:errorlint // likewise
		// A copy: the text of one that has been raised ends with the stack.
		err = &taskgroup.PanicError{Value: e.Value, Stack: e.Stack, Task: e.Task, Others: e.Others}
		options = append(options, trace.WithAttributes(stackKey.String(string(e.Stack))))
	}
	err = printable(err)
	span.RecordError(err, options...)
	span.SetStatus(codes.Error, err.Error())
}

// printable returns err, or an error that can be printed: if the text of err is
// not UTF-8, or its Error panics.
func printable(err error) (e error) {
	defer func() {
		if recover() != nil {
			e = fmt.Errorf("%T, whose Error panics", err)
		}
	}()
	if text := err.Error(); !utf8.ValidString(text) {
		return errors.New(valid(text))
	}
	return err
}

// isCancellation reports that err says only that the work under ctx was
// canceled.
//
// The error of a context does not say which one has ended. While that of a task
// or a function is alive, it was another one, which the function made: the work
// has failed. (A shielded task may have waited for its group's.) Of a group or a
// call, ctx is that of the caller, and proves nothing.
func isCancellation(ctx context.Context, kind inspect.Kind, err error) bool {
	if ctx.Err() != nil && leadsTo(err, context.Cause(ctx)) {
		return true
	}
	if !taskgroup.Cancelled(err) {
		return false
	}
	return ctx.Err() != nil || !isOwn(ctx, kind)
}

// isOwn reports that ctx is the context of a task or a function that a monitor
// sees, and ends with the group or the call.
func isOwn(ctx context.Context, kind inspect.Kind) bool {
	if kind != inspect.KindTask && kind != inspect.KindFunc {
		return false
	}
	n, ok := ctx.Value(watch.CurrentNode).(*watch.Node)
	return ok && (n.Subject() == nil || !n.Subject().Report(0).Shielded)
}

// maxDepth is how far an error is unwrapped, which may go in a circle.
const maxDepth = 1000

// leadsTo reports that err unwraps to cause by single steps. Neither a panic nor
// a LateError is on that way: they say more than that the work was canceled. It
// is false where a method of an error panics.
func leadsTo(err, cause error) (leads bool) {
	defer func() { _ = recover() }()
	for range maxDepth {
		switch err.(type) { //nolint:errorlint // each step is looked at on its own
		//asyncvet:ignore errcompare likewise
		case nil, *taskgroup.LateError, *taskgroup.PanicError:
			return false
		}
		if ctxerr.Same(err, cause) {
			return true
		}
		err = errors.Unwrap(err)
	}
	return false
}
