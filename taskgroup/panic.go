package taskgroup

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
)

// PanicPolicy says how a panic in a task is handled; see [WithPanics].
type PanicPolicy int

const (
	// PanicPropagate is the default: the panic is raised again in the joining
	// call.
	PanicPropagate PanicPolicy = iota

	// PanicAsError makes it the task's failure, like any other error.
	PanicAsError

	// PanicCrash does not recover it: the process dies as after a go statement.
	PanicCrash
)

// PanicError is a panic that a task ended with.
type PanicError struct {
	Value any      // what the task panicked with
	Stack []byte   // of the task that panicked
	Task  TaskInfo // the task itself

	// Others holds the other failures that the joining call would have
	// returned, as a [*GroupError]; nil if there were none.
	Others error

	raised bool
}

// Error names the task and the value. If the PanicError has been raised again,
// the text ends with the stack of the task, to show the bug where it ends a
// program.
func (e *PanicError) Error() string {
	name := "task"
	if e.Task.Name != "" {
		name = e.Task.Name
	}
	text := prefix + name + " " + e.what()
	if e.raised {
		text += "\n\n" + string(e.Stack)
	}
	return text
}

func (e *PanicError) what() string { return fmt.Sprintf("panicked: %v", e.Value) }

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

// panicked publishes the end of a task that has panicked, as the policy of the group
// says. It is called while the stack of the task is still there.
func (g *Group) panicked(c *core, value any) {
	if g.options.panics == PanicCrash {
		panic(value)
	}
	pe, isNew := recovered(value, c.info)
	c.err = pe
	g.fail(c, pe, isNew)
}

// recovered makes the failure out of a recovered panic and reports whether it
// is a new one. A *PanicError that a task did not catch has been reported
// where it came from, and stays what it is. It must be called by the deferred
// function that recovered: that is where the stack is still the task's.
func recovered(value any, task func() TaskInfo) (pe *PanicError, isNew bool) {
	if pe, ok := value.(*PanicError); ok && pe != nil {
		if pe.raised {
			returned := *pe
			returned.raised = false
			pe = &returned
		}
		return pe, false
	}
	return &PanicError{Value: value, Stack: debug.Stack(), Task: task()}, true
}

// joined is the panic to raise where pe is joined together with other
// failures: a copy, since several may join the same task.
func (e *PanicError) joined(others *GroupError) *PanicError {
	pe := *e
	pe.raised = true
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

// report logs a panic at once, so that a sibling that does not return cannot
// hide it.
func (e *PanicError) report() {
	log(context.Background(), slog.LevelError, "taskgroup: a task panicked", func() []any {
		return []any{
			slog.Group("task", "id", e.Task.ID, "name", e.Task.Name, "group", e.Task.Group),
			"panic", fmt.Sprint(e.Value), "stack", string(e.Stack),
		}
	})
}

// reportObserver logs a panic in a function that only observes.
func reportObserver(what string, value any) {
	stack := debug.Stack()
	log(context.Background(), slog.LevelError, "taskgroup: "+what+" panicked", func() []any {
		return []any{"panic", fmt.Sprint(value), "stack", string(stack)}
	})
}

// log passes a report to slog and waits until it has been logged. Both are done
// in a goroutine of their own: the handler and the text of a value are the
// user's code, and if that panics or calls Goexit, it must not be in a
// goroutine that has something left to do.
func log(ctx context.Context, level slog.Level, text string, args func() []any) {
	var logged sync.WaitGroup
	logged.Go(func() {
		defer func() { _ = recover() }() // there is no other way to report it
		slog.Default().Log(ctx, level, text, args()...)
	})
	logged.Wait()
}
