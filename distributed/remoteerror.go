package distributed

import (
	"errors"
	"fmt"
	"strings"
)

// RemoteError is how a call failed on the worker. It is never an echo of a
// cancellation, not even if the handler's error was [context.Canceled]. It
// shows the worker's host, process and stack to the caller.
type RemoteError struct {
	Func    string `json:"f"`           // the name that was called
	Worker  string `json:"w"`           // host and process
	Attempt int    `json:"a"`           // the number of the attempt, from 1
	Text    string `json:"t"`           // of the error, or of the value of the panic
	Code    string `json:"c,omitempty"` // of the first error in the chain with a method Code() string
	Panic   bool   `json:"p,omitempty"` // whether the handler panicked
	Stack   string `json:"s,omitempty"` // of the panic
}

// Error returns the name of the function, the worker, and the text.
func (e *RemoteError) Error() string {
	return fmt.Sprintf("%s%s on %s: %s", prefix, e.Func, e.Worker, strings.TrimPrefix(e.Text, prefix))
}

// Is reports that target has a method Code() string that returns the same
// non-empty code. The identity of other errors is lost on the way.
func (e *RemoteError) Is(target error) bool {
	coded, ok := target.(interface{ Code() string })
	return ok && e.Code != "" && coded.Code() == e.Code
}

const (
	maxText  = 4 << 10
	maxStack = 16 << 10
)

// describe fills in what err says.
func (e *RemoteError) describe(err error) {
	e.Text = clip(err.Error(), maxText)
	if p, ok := errors.AsType[*panicked](err); ok {
		e.Text = clip(fmt.Sprint(p.value), maxText)
		e.Panic, e.Stack = true, clip(string(p.stack), maxStack)
		if inner, ok := p.value.(error); ok {
			err = inner
		}
	}
	e.Code = codeOf(err)
}

// codeOf returns the first code in the tree of err; that of a call's failure is
// in a field.
func codeOf(err error) string {
	for err != nil {
		switch e := err.(type) { //nolint:errorlint // each layer is looked at by itself
		case *RemoteError:
			return e.Code
		case interface{ Code() string }:
			return e.Code()
		case interface{ Unwrap() []error }:
			for _, inner := range e.Unwrap() {
				if code := codeOf(inner); code != "" {
					return code
				}
			}
			return ""
		}
		err = errors.Unwrap(err)
	}
	return ""
}

// clip returns the first n bytes of text as valid UTF-8.
func clip(text string, n int) string { return strings.ToValidUTF8(text[:min(len(text), n)], "?") }
