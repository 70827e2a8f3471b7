package taskgroup

import (
	"runtime"
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/assert"
)

// However a function ends, what follows is called once, in its goroutine, with how
// it ended; and only Goexit goes on.
func TestProtect(t *testing.T) {
	deferred := func(last func(), first func()) func() {
		return func() {
			defer last()
			first()
		}
	}
	boom := func() { panic("boom") }
	recovers := func() { _ = recover() }
	for name, test := range map[string]struct {
		f          func()
		returned   bool
		panicked   any
		goexit     bool // as after sees it
		exits      bool // the goroutine
		panicIsNil bool
	}{
		"returns":                          {f: func() {}, returned: true},
		"panics":                           {f: boom, panicked: "boom"},
		"panics with nil":                  {f: func() { panic(nil) }, panicIsNil: true}, //nolint:govet // it is what is tested
		"exits":                            {f: runtime.Goexit, goexit: true, exits: true},
		"recovers":                         {f: deferred(recovers, boom), returned: true},
		"panics in deferred":               {f: deferred(boom, func() {}), panicked: "boom"},
		"panics in deferred, after panic":  {f: deferred(boom, func() { panic("first") }), panicked: "boom"},
		"exits in deferred":                {f: deferred(runtime.Goexit, func() {}), goexit: true, exits: true},
		"exits in deferred, after panic":   {f: deferred(runtime.Goexit, boom), goexit: true, exits: true},
		"exits in deferred, after Goexit":  {f: deferred(runtime.Goexit, runtime.Goexit), goexit: true, exits: true},
		"panics in deferred, after Goexit": {f: deferred(boom, runtime.Goexit), panicked: "boom", exits: true},
		"recovers in deferred, after Goexit": {
			f: deferred(recovers, deferred(boom, runtime.Goexit)), goexit: true, exits: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			var calls []exit
			returned := false
			gone := make(chan any)
			go func() {
				defer func() { gone <- recover() }()
				protect(test.f, func(e exit) { calls = append(calls, e) })
				returned = true
			}()
			assert.Nil(t, <-gone, "no panic goes on")
			if assert.Len(t, calls, 1) {
				e := calls[0]
				assert.Equal(t, test.returned, e.returned)
				assert.Equal(t, test.goexit, e.goexit())
				if test.panicIsNil {
					assert.IsType(t, &runtime.PanicNilError{}, e.panicked)
				} else {
					assert.Equal(t, test.panicked, e.panicked)
				}
			}
			assert.Equal(t, test.exits, !returned)
		})
	}
}

// The stack of a panic is there when what follows is called.
func TestProtectKeepsTheStack(t *testing.T) {
	stack := ""
	protect(panics, func(exit) { stack = string(debug.Stack()) })
	assert.Contains(t, stack, "taskgroup.panics")
}

//go:noinline
func panics() { panic("boom") }

// What follows may panic or exit itself.
func TestProtectAfter(t *testing.T) {
	assert.PanicsWithValue(t, "after", func() { protect(func() {}, func(exit) { panic("after") }) })
	assert.PanicsWithValue(t, "after", func() { protect(panics, func(exit) { panic("after") }) })
}

// A panic during Goexit is given to the inner one, and Goexit to the outer one.
func TestProtectTwice(t *testing.T) {
	var inner, outer exit
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		protect(func() {
			protect(func() {
				defer panics()
				runtime.Goexit()
			}, func(e exit) { inner = e })
		}, func(e exit) { outer = e })
	}()
	<-gone
	assert.Equal(t, "boom", inner.panicked)
	assert.True(t, outer.goexit())
}
