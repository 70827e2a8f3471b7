package taskgroup

import "context"

// contain calls fn in a goroutine that has no other owner, and then end, which
// is called once however fn ends, and before the stack of a panic is gone: an
// end that panics anew shows it. A panic is logged at once; ctx names the task
// that it belongs to. A *PanicError, which has been logged where it came from,
// is raised as it is.
func contain(ctx context.Context, fn func(), end func(how ending)) {
	protect(fn, func(e exit) {
		how := ending{exit: e}
		if pe, ok := e.panicked.(*PanicError); ok && pe != nil {
			how.raised = pe
		} else if e.panicked != nil {
			pe, _ := recovered(e.panicked, func() TaskInfo { return taskOf(ctx) })
			pe.report()
			how.raised = pe.joined(nil)
		}
		end(how)
	})
}

// ending is an exit with the panic as it is raised in the caller.
type ending struct {
	exit
	raised *PanicError
}

// taskOf is [Current], of no task if the context panics.
func taskOf(ctx context.Context) (info TaskInfo) {
	defer func() { _ = recover() }()
	info, _ = Current(ctx)
	return info
}
