package conformance

import (
	"context"
	"errors"
	"slices"
	"strings"

	"example.com/asyncgo/queue"
	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

// What a step can end with, besides an error with a name of its own.
const (
	outcomeOK        = "ok"
	outcomeCancelled = "cancelled"
	outcomeTimeout   = "timeout"
)

// The names under which values and ends mention a cancellation and a timeout.
const (
	nameCancelled = "Cancelled"
	nameTimeout   = "Timeout"
)

// appError is an error that a scenario raises, by its name.
type appError string

func (e appError) Error() string { return "conformance: " + string(e) }

const errNotStarted = appError("NotStarted") // an actor or a group that has not started

// errCancelled is a cancellation of which nothing else is known.
var errCancelled = context.Canceled

// errorNames is what the scenarios call the library's errors.
var errorNames = []struct {
	err  error
	name string
}{
	{queue.ErrFull, "Full"},
	{queue.ErrEmpty, "Empty"},
	{queue.ErrShutdown, "ShutDown"},
	{queue.ErrTaskDone, "TooManyTaskDone"},
	{semaphore.ErrBroken, "BrokenBarrier"},
	{semaphore.ErrOverRelease, "OverRelease"},
	{semaphore.ErrNotLocked, "NotLocked"},
	{taskgroup.ErrNoTasks, "EmptySet"},
	{taskgroup.ErrNotDone, "InvalidState"},
	{taskgroup.ErrGroupClosed, "GroupClosed"},
}

// nameOf returns the scenarios' name of an error. Where the library reports two
// things at once, asyncio reports the first in this order: a failure, a
// cancellation, a timeout.
func nameOf(err error) string {
	if group, ok := errors.AsType[*taskgroup.GroupError](err); ok {
		if len(group.Errors) == 0 {
			return nameCancelled
		}
		return "Group(" + strings.Join(groupNames(group), ",") + ")"
	}
	if app, ok := errors.AsType[appError](err); ok {
		return string(app)
	}
	for _, known := range errorNames {
		if errors.Is(err, known.err) {
			return known.name
		}
	}
	switch {
	case errors.Is(err, context.Canceled):
		return nameCancelled
	case errors.Is(err, taskgroup.ErrTimeout):
		return nameTimeout
	case errors.Is(err, context.DeadlineExceeded):
		return nameCancelled // the end of a scope, seen from inside
	}
	return "unknown: " + err.Error()
}

// groupNames returns the sorted names of the errors in a group.
func groupNames(group *taskgroup.GroupError) []string {
	names := make([]string, len(group.Errors))
	for i, failure := range group.Errors {
		names[i] = nameOf(failure.Err)
	}
	slices.Sort(names)
	return names
}

func isCancellation(err error) bool { return err != nil && nameOf(err) == nameCancelled }

// outcomeOf returns how a step with this error is logged; names lists what is
// in it if it is a group.
func outcomeOf(err error) (outcome string, names []string) {
	if err == nil {
		return outcomeOK, nil
	}
	switch name := nameOf(err); {
	case name == nameCancelled:
		return outcomeCancelled, nil
	case name == nameTimeout:
		return outcomeTimeout, nil
	case strings.HasPrefix(name, "Group("):
		group, _ := errors.AsType[*taskgroup.GroupError](err)
		return "error:Group", groupNames(group)
	default:
		return "error:" + name, nil
	}
}
