package taskgroup

import (
	"context"
	"errors"
	"os"
	"slices"
	"strconv"
	"strings"

	"example.com/asyncgo/internal/ctxerr"
	"example.com/asyncgo/internal/misuse"
)

// The errors that callers may want to distinguish, for [errors.Is].
var (
	// ErrNotDone is asyncio.InvalidStateError: a task or future has not
	// completed.
	ErrNotDone = errors.New("taskgroup: not done")

	// ErrNoTasks says that there is nothing to wait for: no function, no
	// handle, or an empty set.
	ErrNoTasks = errors.New("taskgroup: no tasks")

	// ErrGroupClosed says that a group refuses a task because it has been
	// joined or shut down. It is also the cause of the context of a group that
	// has been joined.
	ErrGroupClosed = errors.New("taskgroup: group closed")

	// ErrStopped is the cause of the context of a group after [Group.Stop], and
	// of daemons that were stopped.
	ErrStopped = errors.New("taskgroup: group stopped")

	// ErrFull is returned by [TryTask] for a task that would have to wait.
	ErrFull = errors.New("taskgroup: group full")

	// ErrTimeout is asyncio.TimeoutError: the time limit of a [WaitFor] or
	// [Timeout] has passed. It is a [net.Error] whose Timeout is true, and
	// [errors.Is] finds [context.DeadlineExceeded] in it.
	ErrTimeout error = &timeoutError{"taskgroup: timeout"}

	// ErrGoexit is the failure of a function that called [runtime.Goexit].
	ErrGoexit = errors.New("taskgroup: task called runtime.Goexit")

	// ErrSelfWait is returned by [Task.Wait], [Task.WaitOrCancel] and
	// [Group.Shutdown] under the context of the task itself, or of a task of
	// the group.
	ErrSelfWait = errors.New("taskgroup: task waits for itself")

	// ErrNotReady is returned by [GoReady] for a task that returned nil without
	// calling ready.
	ErrNotReady = errors.New("taskgroup: task ended before it was ready")

	// ErrEnded says that the scope of a [Deadline] has ended.
	ErrEnded = errors.New("taskgroup: scope has ended")

	// ErrMisuse is wrapped by every panic of this package about a wrong call.
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

// TaskError is the failure of one task of a group, or of one function of a call
// such as [Gather] or [Map].
type TaskError struct {
	// Index, from 0, is the number of the task among those that the group
	// accepted, of the function or item, or of the handle in [GatherTasks]. The
	// main function of [Run] has -1.
	Index int

	// Name is the task's, "main" for the main function of [Run], and empty for
	// a function or an item.
	Name string

	// Err is the failure.
	Err error

	op string // the call that numbers its functions; empty for a task of a group
}

// Error names the task and the failure, as in "taskgroup: task 3 (fetch): no
// route to host" or "taskgroup: Map[2]: no route to host". A default name is
// left out.
func (e *TaskError) Error() string { return prefix + e.text(nil) }

// text is Error without the prefix, within the text of a group that lists the
// given failures.
func (e *TaskError) text(listed []*TaskError) string {
	switch err := e.Err.(type) {
	case *PanicError:
		return e.subject() + " " + err.what()
	case *GroupError:
		if parts := err.parts(listed); len(parts) > 1 {
			return e.subject() + ": [" + strings.Join(parts, "; ") + "]"
		}
		return e.subject() + ": " + err.text(listed)
	}
	return e.subject() + ": " + strings.TrimPrefix(e.Err.Error(), prefix)
}

func (e *TaskError) subject() string {
	subject := "task " + strconv.Itoa(e.Index)
	switch {
	case e.op != "" && e.Index < 0, e.op != "" && e.Name == nameOfInput:
		return e.op + " " + e.Name
	case e.op != "":
		subject = e.op + "[" + strconv.Itoa(e.Index) + "]"
	case e.Index < 0 && e.Name != "":
		return e.Name
	}
	if e.Name == "" || isDefaultName(e.Name) {
		return subject
	}
	return subject + " (" + e.Name + ")"
}

// prefix is what every text of this package begins with, once.
const prefix = "taskgroup: "

// Unwrap returns Err.
func (e *TaskError) Unwrap() error { return e.Err }

// GroupError is ExceptionGroup: the one shape in which a group, [Gather], [Map]
// and their like fail. [errors.Is] and [errors.As] look through it at every
// failure and at Cause.
type GroupError struct {
	// Cause is why the work was ended from outside, if it was: the end of the
	// parent's context, the cause given to [Group.Cancel], or a [*SignalError].
	// It may have come after Errors[0].
	Cause error

	// Errors holds the failures: the first in time first, the rest in order of
	// submission, main's last. Echoes of the cancellation are not among them.
	Errors []*TaskError
}

// Error lists the cause, unless it is one of the failures, and every failure.
// One failure alone prints as that failure; the list of a group within a group
// stands in brackets.
func (e *GroupError) Error() string { return prefix + e.text(nil) }

func (e *GroupError) text(listed []*TaskError) string {
	parts := e.parts(listed)
	switch {
	case len(parts) == 0:
		return "failed"
	case len(parts) > 1 && len(parts) == len(e.Errors):
		return strconv.Itoa(len(parts)) + " tasks failed: " + strings.Join(parts, "; ")
	}
	return strings.Join(parts, "; ")
}

// parts is the cause and the failures, within the text of a group that lists
// others.
func (e *GroupError) parts(listed []*TaskError) []string {
	listed = append(slices.Clip(listed), e.Errors...)
	parts := make([]string, 0, 1+len(e.Errors))
	if e.Cause != nil && !isListed(e.Cause, listed) {
		cause := e.Cause.Error()
		if ended, ok := e.Cause.(*ctxerr.Error); ok && isListed(ended.Cause, listed) {
			cause = ended.Err.Error()
		}
		parts = append(parts, strings.TrimPrefix(cause, prefix))
	}
	for _, te := range e.Errors {
		parts = append(parts, te.text(listed))
	}
	return parts
}

// isListed reports that err is one of the failures.
func isListed(err error, failures []*TaskError) bool {
	return slices.ContainsFunc(failures, func(te *TaskError) bool {
		return err == error(te) || ctxerr.Same(err, te.Err)
	})
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

// SignalError is the cause of a [Run] that a signal has ended; see
// [WithSignals].
type SignalError struct {
	Signal os.Signal // the first that came
}

// Error names the signal.
func (e *SignalError) Error() string { return "taskgroup: signal: " + e.Signal.String() }

// LateError names tasks that were still running when their time was over. They
// run on: a later [Group.Wait] joins them.
type LateError struct {
	// Tasks are those that had not ended, with their [Task.OnDone] callbacks,
	// and [Shielded] ones in the backlog, which run later.
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
		text += ": " + strings.TrimPrefix(e.Cause.Error(), prefix)
	}
	return text
}

// Unwrap returns Cause.
func (e *LateError) Unwrap() error { return e.Cause }
