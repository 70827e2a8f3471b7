package taskgroup

import (
	"context"
	"os"
	"strconv"
	"syscall"
	"time"
)

// Option is an option for a group, for [Run] and [New].
type Option interface{ applyGroup(*options) }

type options struct {
	name      string
	limit     int
	backlog   int
	signals   []os.Signal // not nil: on
	limiter   Limiter
	keepGoing bool
	handler   func(ctx context.Context, task TaskInfo, err error)
	panics    PanicPolicy
	grace     time.Duration
}

type optionFunc func(*options)

func (f optionFunc) applyGroup(o *options) { f(o) }

// NoLimit as a limit means none.
const NoLimit = -1

// WithLimit sets how many of the group's tasks run at once. Once n do, a call
// that starts another waits for a slot, and gives up when the group is
// canceled; with [WithBacklog] it returns instead. A negative n, such as
// [NoLimit], is no limit. WithLimit panics if n is 0, so that an unset value is
// noticed.
//
// A task, an OnDone callback or an error handler that starts tasks in its own
// full group waits for the slot that it holds itself: give such a group
// WithBacklog(-1).
func WithLimit(n int) Option {
	checkLimit("WithLimit", n)
	return optionFunc(func(o *options) { o.limit = n })
}

func checkLimit(what string, n int) {
	if n == 0 {
		panic(misused(what + "(0): a limit is at least 1, or NoLimit"))
	}
}

// WithName names the group, for reports, errors and [TaskInfo].
func WithName(name string) Option { return optionFunc(func(o *options) { o.name = name }) }

// WithKeepGoing makes a failure, panic or [runtime.Goexit] of a task cancel no
// sibling; [Group.Wait] still reports all of them. A failure of the main
// function of [Run] cancels the tasks all the same.
func WithKeepGoing() Option { return optionFunc(func(o *options) { o.keepGoing = true }) }

// WithErrorHandler makes the group call h with every failure of a task as it
// happens, a panic being a [*PanicError], which is not logged then: in the
// task's goroutine, with the task's context, one call at a time, before the
// task counts as complete. WithErrorHandler panics if h is nil.
//
// The handler observes: [Group.Wait] returns the failures all the same. But
// with [WithKeepGoing] no failure of a task is kept, panics included, so that a
// group may run forever, and Wait returns nil; that of the main function of
// [Run] is returned.
func WithErrorHandler(h func(ctx context.Context, task TaskInfo, err error)) Option {
	if h == nil {
		panic(misused("WithErrorHandler of a nil function"))
	}
	return optionFunc(func(o *options) { o.handler = h })
}

// WithPanics sets how panics in tasks are handled; the default is
// [PanicPropagate].
func WithPanics(p PanicPolicy) Option {
	if p < PanicPropagate || p > PanicCrash {
		panic(misused("WithPanics(" + strconv.Itoa(int(p)) + "): no such policy"))
	}
	return optionFunc(func(o *options) { o.panics = p })
}

// WithBacklog lets a full group accept up to m more tasks, which wait for slots
// without a goroutine, so that the call that starts them returns at once. A
// negative m is any number, 0 is none.
func WithBacklog(m int) Option { return optionFunc(func(o *options) { o.backlog = m }) }

// Limiter is a limit that several groups can share, such as a
// *semaphore.Semaphore of this module; see [WithLimiter].
type Limiter interface {
	// AcquireN waits for n units, and takes none if it returns an error.
	AcquireN(ctx context.Context, n int) error
	// TryAcquireN takes n units if that needs no waiting.
	TryAcquireN(n int) bool
	// ReleaseN releases n units.
	ReleaseN(n int)
}

// WithLimiter makes every task of the group also take slots of a shared limit:
// as many as it takes of the group's own, after those, in the call that starts
// the task. Calls that have waited for the group's slot go on to the shared
// limit one after another.
//
// An error of the limiter that is not the context's refuses the task and is its
// failure in the group. WithLimiter panics if l is nil; with [WithBacklog] it
// makes [Run] and [New] panic.
func WithLimiter(l Limiter) Option {
	if l == nil {
		panic(misused("WithLimiter(nil)"))
	}
	return optionFunc(func(o *options) { o.limiter = l })
}

// WithSignals makes [Run] cancel the group with a [*SignalError] on the first
// of the given signals; without arguments, [os.Interrupt] and SIGTERM. A second
// one has its default action, which ends the process. [New] panics if it is
// given WithSignals. Signals do not work in a synctest bubble. It mirrors
// loop.add_signal_handler, and what asyncio.run does on SIGINT.
func WithSignals(sigs ...os.Signal) Option {
	if len(sigs) == 0 {
		sigs = []os.Signal{os.Interrupt, syscall.SIGTERM}
	}
	return optionFunc(func(o *options) { o.signals = sigs })
}

// WithGrace limits how long [Run] and [Group.Wait] block after the group is
// canceled, or only daemons are left: if tasks, [Shielded] ones included, still
// run d later, they return a [*LateError], or raise a panic with that under its
// Others. A Wait after that waits for all tasks. WithGrace panics if d is not
// positive.
func WithGrace(d time.Duration) Option {
	if d <= 0 {
		panic(misused("WithGrace(" + d.String() + "): a grace period is longer than 0"))
	}
	return optionFunc(func(o *options) { o.grace = d })
}

// defaults are the options of a group without any.
var defaults = options{limit: NoLimit}

func newOptions(opts []Option) *options {
	if len(opts) == 0 {
		return &defaults
	}
	o := defaults
	for _, opt := range opts {
		if opt == nil {
			panic(misused("a nil Option"))
		}
		opt.applyGroup(&o)
	}
	if o.limiter != nil && o.backlog != 0 {
		panic(misused("WithLimiter together with WithBacklog"))
	}
	return &o
}
