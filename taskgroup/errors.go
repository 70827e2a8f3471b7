package taskgroup

import (
	"context"
	"errors"
	"os"
	"strconv"
	"strings"

	"example.com/asyncgo/internal/misuse"
)

// The conditions that a caller may want to tell apart, for [errors.Is].
var (
	// ErrNotDone is what a task or future answers when it is asked for its
	// result before it has ended. It mirrors asyncio.InvalidStateError.
	ErrNotDone = errors.New("taskgroup: not done")

	// ErrNoTasks says that there is nothing to wait for: no function was
	// given, no handle, or the set is empty.
	ErrNoTasks = errors.New("taskgroup: no tasks")

	// ErrGroupClosed refuses a task: the group has ended, or has been told to
	// take no more. It is also the cause of the context of a group that ended
	// in good order.
	ErrGroupClosed = errors.New("taskgroup: group closed")

	// ErrStopped is the cause of the context of a group after [Group.Stop].
	ErrStopped = errors.New("taskgroup: group stopped")

	// ErrTimeout says that a time limit of this package has passed:
	// [WaitFor]'s, [Timeout]'s. [errors.Is] finds it to be
	// [context.DeadlineExceeded], too, and it has a method Timeout that answers
	// true. An outer deadline or a cancelled parent is never reported as it.
	// It mirrors asyncio.TimeoutError.
	ErrTimeout error = &timeoutError{"taskgroup: timeout"}

	// ErrGoexit is the failure of a function that ended its goroutine with
	// [runtime.Goexit], as t.FailNow does.
	ErrGoexit = errors.New("taskgroup: task called runtime.Goexit")

	// ErrSelfWait is the answer to a task that waits for itself.
	ErrSelfWait = errors.New("taskgroup: task waits for itself")

	// ErrNotReady is [GoReady]'s answer when the task returned nil without
	// having called ready.
	ErrNotReady = errors.New("taskgroup: task ended before it was ready")

	// ErrEnded refuses to move the deadline of a scope that has ended.
	ErrEnded = errors.New("taskgroup: scope has ended")

	// ErrMisuse is what [errors.Is] finds in the value of every panic that the
	// package itself raises because it was called wrongly.
	ErrMisuse = errors.New("taskgroup: misuse")
)

// errMainLeft is the cause of a group's context after the main function of a
// Run left it by a panic or [runtime.Goexit].
var errMainLeft = errors.New("taskgroup: main did not return")

// misused returns the panic value for a wrong call.
func misused(text string) error { return misuse.New("taskgroup: "+text, ErrMisuse) }

// timeoutError is a time limit that has passed. Each scope has one of its own
// as the cause of its context, so that it can tell its own end from others'.
type timeoutError struct{ text string }

func (e *timeoutError) Error() string        { return e.text }
func (e *timeoutError) Timeout() bool        { return true }
func (e *timeoutError) Temporary() bool      { return true } // for net.Error, as in context
func (e *timeoutError) Is(target error) bool { return target == context.DeadlineExceeded }

// TaskError is the failure of one task of a group, or of one function of a
// call such as [Gather] or [Map].
type TaskError struct {
	// Index is the number of the task among those that the group accepted, of
	// the function or item in [Gather], [Map] and their like, or of the handle
	// in [GatherTasks]; always from 0. The main function of [Run] has -1.
	Index int

	// Name is the task's name: "main" for the main function of [Run], and
	// empty for a function or an item.
	Name string

	// Err is the failure itself.
	Err error
}

// Error names the task and the cause, as in "taskgroup: task 3 (fetch): no
// route to host". A default name, which says nothing, is left out.
func (e *TaskError) Error() string {
	var b strings.Builder
	b.WriteString("taskgroup: ")
	b.WriteString(e.who())
	b.WriteString(": ")
	b.WriteString(strings.TrimPrefix(e.Err.Error(), "taskgroup: "))
	return b.String()
}

func (e *TaskError) who() string {
	switch {
	case e.Index < 0 && e.Name != "":
		return e.Name
	case e.Name == "" || isDefaultName(e.Name):
		return "task " + strconv.Itoa(e.Index)
	}
	return "task " + strconv.Itoa(e.Index) + " (" + e.Name + ")"
}

// Unwrap returns the failure itself.
func (e *TaskError) Unwrap() error { return e.Err }

// GroupError is the one shape in which a group, [Gather], [Map] and their like
// fail. [errors.Is] and [errors.As] look through it at every failure and at Cause.
// It mirrors ExceptionGroup.
type GroupError struct {
	// Cause is why the work was ended from outside: the end of the parent's
	// context, the cause given to [Group.Cancel], or a [*SignalError]. It is
	// nil when the work ended by itself, or because of Errors[0].
	Cause error

	// Errors holds the failures: the first in time first, the rest in order
	// of submission. What only echoes the cancellation is not among them.
	Errors []*TaskError
}

// Error lists the cause and every failure. One failure alone prints as that
// failure.
func (e *GroupError) Error() string {
	var parts []string
	if e.Cause != nil {
		parts = append(parts, strings.TrimPrefix(e.Cause.Error(), "taskgroup: "))
	}
	for _, te := range e.Errors {
		parts = append(parts, strings.TrimPrefix(te.Error(), "taskgroup: "))
	}
	switch len(parts) {
	case 0:
		return "taskgroup: failed"
	case 1:
		return "taskgroup: " + parts[0]
	}
	if e.Cause == nil {
		return "taskgroup: " + strconv.Itoa(len(parts)) + " tasks failed: " + strings.Join(parts, "; ")
	}
	return "taskgroup: " + strings.Join(parts, "; ")
}

// Unwrap returns the cause, if there is one, and every failure.
func (e *GroupError) Unwrap() []error {
	all := make([]error, 0, 1+len(e.Errors))
	if e.Cause != nil {
		all = append(all, e.Cause)
	}
	for _, te := range e.Errors {
		all = append(all, te)
	}
	return all
}

// SignalError says which signal ended a [Run] that has [WithSignals].
type SignalError struct {
	Signal os.Signal // the first that came
}

// Error names the signal.
func (e *SignalError) Error() string { return "taskgroup: signal: " + e.Signal.String() }

// LateError says that time was over while tasks were still running, and names
// them. They run on: a later [Group.Wait] joins them.
type LateError struct {
	// Tasks are those that had not ended, a function given to [Task.OnDone]
	// included. Those that waited for room run later if they are shielded.
	Tasks []TaskInfo

	// Cause is the error that would have been returned: why they had to end.
	Cause error
}

// Error names the tasks that are late and why they had to end.
func (e *LateError) Error() string {
	names := make([]string, len(e.Tasks))
	for i, t := range e.Tasks {
		names[i] = t.Name
	}
	text := "taskgroup: still running: " + strings.Join(names, ", ")
	if e.Cause != nil {
		text += ": " + strings.TrimPrefix(e.Cause.Error(), "taskgroup: ")
	}
	return text
}

// Unwrap returns Cause.
func (e *LateError) Unwrap() error { return e.Cause }

const defaultName = "task-"

func isDefaultName(name string) bool {
	digits, ok := strings.CutPrefix(name, defaultName)
	return ok && digits != "" && strings.Trim(digits, "0123456789") == ""
}
