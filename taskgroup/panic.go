package taskgroup

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
)

// PanicPolicy says what becomes of a panic in a task; see [WithPanics].
type PanicPolicy int

const (
	// PanicPropagate is the default: the panic is reported at once, cancels the
	// siblings, and is raised again in whoever joins.
	PanicPropagate PanicPolicy = iota

	// PanicAsError makes it the task's failure, a [*PanicError], like any
	// other error.
	PanicAsError

	// PanicCrash does not recover it: the process dies as with a plain go
	// statement.
	PanicCrash
)

// PanicError is a panic that a task ended with. It is what the call that joins
// the task panics with in its turn, and an error like any other where the
// panic is handed over as one, as by [Settle] and [Task.Wait].
type PanicError struct {
	Value any      // what the task panicked with
	Stack []byte   // of the task that panicked
	Task  TaskInfo // the task itself

	// Others holds the other failures that the joining call would have
	// returned, as a [*GroupError]; nil if there were none.
	Others error
}

// Error names the task and the value, without the stack.
func (e *PanicError) Error() string {
	who := "task"
	if e.Task.Name != "" {
		who = e.Task.Name
	}
	return fmt.Sprintf("taskgroup: %s panicked: %v", who, e.Value)
}

// Unwrap returns Value, if it is an error, and Others, if there are any.
func (e *PanicError) Unwrap() []error {
	var all []error
	if err, ok := e.Value.(error); ok {
		all = append(all, err)
	}
	if e.Others != nil {
		all = append(all, e.Others)
	}
	return all
}

// recovered makes the failure out of a recovered panic and reports whether it
// is a new one. A *PanicError that a task did not catch has been reported
// where it came from, and stays what it is. It must be called by the deferred
// function that recovered: that is where the stack is still the task's.
func recovered(value any, task func() TaskInfo) (pe *PanicError, isNew bool) {
	if pe, ok := value.(*PanicError); ok && pe != nil {
		return pe, false
	}
	return &PanicError{Value: value, Stack: debug.Stack(), Task: task()}, true
}

// joined is the panic to raise where pe is joined together with other
// failures: a copy, since several may join the same task.
func (e *PanicError) joined(others *GroupError) *PanicError {
	pe := *e
	if others == nil || (others.Cause == nil && len(others.Errors) == 0) {
		return &pe
	}
	if had, ok := e.Others.(*GroupError); ok {
		merged := &GroupError{Cause: had.Cause, Errors: append(slices.Clip(had.Errors), others.Errors...)}
		if merged.Cause == nil {
			merged.Cause = others.Cause
		} else if others.Cause != nil {
			merged.Cause = fmt.Errorf("%w; %w", had.Cause, others.Cause)
		}
		others = merged
	}
	pe.Others = others
	return &pe
}

// report tells of a panic at once, so that a sibling that never ends cannot
// hide it.
func (e *PanicError) report() {
	tell(context.Background(), slog.LevelError, "taskgroup: a task panicked",
		slog.Group("task", "id", e.Task.ID, "name", e.Task.Name, "group", e.Task.Group),
		"panic", fmt.Sprint(e.Value), "stack", string(e.Stack))
}

// reportObserver tells of a panic in a function that only observes.
func reportObserver(what string, value any) {
	tell(context.Background(), slog.LevelError, "taskgroup: "+what+" panicked", "panic", fmt.Sprint(value), "stack", string(debug.Stack()))
}

// tell hands a report to slog, and waits for it to be taken. That is done in a
// goroutine of its own: a handler may be anybody's code, and if it panics or ends
// its goroutine, that must not be one with something left to do.
func tell(ctx context.Context, level slog.Level, text string, args ...any) {
	var told sync.WaitGroup
	told.Go(func() {
		defer func() { _ = recover() }() // there is nobody else to tell
		slog.Default().Log(ctx, level, text, args...)
	})
	told.Wait()
}
