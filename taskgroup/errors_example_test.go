package taskgroup_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"example.com/asyncgo/taskgroup"
)

func ExampleTaskError_Error() {
	failure := errors.New("no route to host")
	fmt.Println(&taskgroup.TaskError{Index: 3, Name: "fetch", Err: failure})
	fmt.Println(&taskgroup.TaskError{Index: -1, Name: "main", Err: failure})
	// Output:
	// taskgroup: task 3 (fetch): no route to host
	// taskgroup: main: no route to host
}

func ExampleTaskError_Unwrap() {
	err := &taskgroup.TaskError{Index: 3, Err: fs.ErrNotExist}
	fmt.Println(errors.Is(err, fs.ErrNotExist))
	// Output: true
}

// One failure prints as that failure.
func ExampleGroupError_Error() {
	first := &taskgroup.TaskError{Index: 1, Err: errors.New("no route to host")}
	second := &taskgroup.TaskError{Index: 0, Err: errors.New("clean-up failed")}
	fmt.Println(&taskgroup.GroupError{Errors: []*taskgroup.TaskError{first}})
	fmt.Println(&taskgroup.GroupError{Errors: []*taskgroup.TaskError{first, second}})
	fmt.Println(&taskgroup.GroupError{Cause: context.Canceled})
	// Output:
	// taskgroup: task 1: no route to host
	// taskgroup: 2 tasks failed: task 1: no route to host; task 0: clean-up failed
	// taskgroup: context canceled
}

// Every failure is found, and so is the cause.
func ExampleGroupError_Unwrap() {
	err := &taskgroup.GroupError{
		Cause:  context.DeadlineExceeded,
		Errors: []*taskgroup.TaskError{{Index: 2, Name: "load", Err: fs.ErrNotExist}},
	}
	fmt.Println(errors.Is(err, context.DeadlineExceeded), errors.Is(err, fs.ErrNotExist))
	task, _ := errors.AsType[*taskgroup.TaskError](err)
	fmt.Println(task.Name)
	// Output:
	// true true
	// load
}

func ExamplePanicError_Error() {
	fmt.Println(&taskgroup.PanicError{Value: "index out of order", Task: taskgroup.TaskInfo{Name: "sort"}})
	// Output: taskgroup: sort panicked: index out of order
}

// An error that a task panicked with is found like any other.
func ExamplePanicError_Unwrap() {
	g := taskgroup.New(context.Background(), taskgroup.WithPanics(taskgroup.PanicAsError),
		taskgroup.WithErrorHandler(func(context.Context, taskgroup.TaskInfo, error) {})) // or else slog reports it
	g.Go(func(context.Context) error { panic(fs.ErrInvalid) })
	fmt.Println(errors.Is(g.Wait(), fs.ErrInvalid))
	// Output: true
}

func ExampleSignalError_Error() {
	fmt.Println(&taskgroup.SignalError{Signal: os.Interrupt})
	// Output: taskgroup: signal: interrupt
}

func ExampleLateError_Error() {
	fmt.Println(&taskgroup.LateError{
		Tasks: []taskgroup.TaskInfo{{Name: "fetch"}, {Name: "store"}},
		Cause: context.Canceled,
	})
	// Output: taskgroup: still running: fetch, store: context canceled
}

func ExampleLateError_Unwrap() {
	err := &taskgroup.LateError{Tasks: []taskgroup.TaskInfo{{Name: "fetch"}}, Cause: context.Canceled}
	fmt.Println(errors.Is(err, context.Canceled))
	// Output: true
}
