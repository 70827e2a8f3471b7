package taskgroup

// exit is how a call of the user's code ended: it returned, it panicked, or it
// ended its goroutine with [runtime.Goexit].
type exit struct {
	returned bool
	panicked any // not nil: the value
}

func (e exit) goexit() bool { return !e.returned && e.panicked == nil }

// protect calls f and then after, however f ends. A panic is recovered, and
// after is called while its stack is still there.
//
// Goexit cannot be stopped: the goroutine exits once after has returned. So it
// does, although after is given a panic, if that was raised by a deferred call
// during Goexit. Code that has something left to do in that goroutine puts
// another protect around, in which the exit then shows.
//
// Everything in this package that must go on after the user's code is called
// through protect.
func protect(f func(), after func(exit)) {
	e := exit{}
	defer func() {
		if !e.returned {
			e.panicked = recover()
		}
		after(e)
	}()
	f()
	e.returned = true
}

// observe calls f, the user's code, which only observes: a panic in it is
// reported under the given name, and goes no further.
func observe(what string, f func()) {
	protect(f, func(e exit) {
		if e.panicked != nil {
			reportObserver(what, e.panicked)
		}
	})
}
