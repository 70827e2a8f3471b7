package taskgroup

import "context"

// contain calls fn in a goroutine that has no other owner, and then end, which
// is called once however fn ends, and before fn's stack is unwound: an end that
// panics with value anew shows the stack on which fn did. A panic is reported
// at once, unless that has been done where it came from; ctx names the task that
// it belongs to.
func contain(ctx context.Context, fn func(), end func(how ending)) {
	var how ending
	defer func() {
		defer func() { end(how) }() // also if the report ends the goroutine
		if how.returned {
			return
		}
		if how.value = recover(); how.value == nil {
			return
		}
		var isNew bool
		how.panicked, isNew = recovered(how.value, func() TaskInfo { return taskOf(ctx) })
		if isNew {
			how.panicked.report()
		}
	}()
	fn()
	how.returned = true
}

// ending says how a function ended: it returned, or it panicked, or else it
// ended its goroutine by [runtime.Goexit].
type ending struct {
	returned bool
	value    any         // what it panicked with
	panicked *PanicError // the same, as it is raised in the caller
}

func (e ending) isGoexit() bool { return !e.returned && e.panicked == nil }

// taskOf is [Current], of no task if the context panics.
func taskOf(ctx context.Context) (info TaskInfo) {
	defer func() { _ = recover() }()
	info, _ = Current(ctx)
	return info
}
