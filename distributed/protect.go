package distributed

import (
	"errors"
	"fmt"
	"runtime/debug"
)

// panicked is a panic of a user's function, as an error.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string { return fmt.Sprint("panic: ", p.value) }

var errGoexit = errors.New("runtime.Goexit called")

// protect calls fn in a goroutine and joins it: a panic, or a [runtime.Goexit],
// is an error.
func protect(fn func() error) (err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		err = errGoexit // unless fn returns or panics
		defer func() {
			if v := recover(); v != nil {
				err = &panicked{v, debug.Stack()}
			}
		}()
		err = fn()
	}()
	<-done
	return err
}

// stackOf returns the attributes of a panic's stack, if err is one.
func stackOf(err error) []any {
	if p, ok := errors.AsType[*panicked](err); ok {
		return []any{"stack", string(p.stack)}
	}
	return nil
}
