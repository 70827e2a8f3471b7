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
// that starts another waits for a slot, in FIFO order, and gives up when the
// group is canceled; with [WithBacklog] it returns instead.
//
// A task that starts tasks in its own full group waits for the slot that it
// holds itself, and so does an OnDone callback or an error handler: give such a
// group WithBacklog(-1).
//
// A negative n, such as [NoLimit], is no limit. WithLimit panics if n is 0, so
// that an unset value is noticed.
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
// sibling. [Group.Wait] still reports all of them, unless there is a
// [WithErrorHandler] as well. A failure of the main function of [Run] cancels
// the tasks all the same.
func WithKeepGoing() Option { return optionFunc(func(o *options) { o.keepGoing = true }) }

// WithErrorHandler makes the group call h with every failure of a task as it
// happens, a panic being a [*PanicError]: in the task's goroutine, with the
// task's context, one call at a time, before the task counts as complete.
// Echoes of a cancellation are not failures. It replaces the log record of a
// panic.
//
// The handler observes: [Group.Wait] returns the failures all the same.
// Together with [WithKeepGoing], nothing is kept, panics included, so that a
// group may run forever, and Wait returns nil.
//
// A panic in h is logged, and the group goes on. WithErrorHandler panics if h
// is nil. The task's function returns before h is called, and each call of h
// returns before the next.
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
// in order and without a goroutine, so that the call that starts them returns
// at once. A negative m is any number, 0 is none.
func WithBacklog(m int) Option { return optionFunc(func(o *options) { o.backlog = m }) }

// Limiter is a limit that several groups can share; see [WithLimiter]. A
// *semaphore.Semaphore of this module is one.
type Limiter interface {
	// AcquireN waits for n units, and takes none if it returns an error.
	AcquireN(ctx context.Context, n int) error
	// TryAcquireN takes n units if that needs no waiting.
	TryAcquireN(n int) bool
	// ReleaseN gives n units back.
	ReleaseN(n int)
}

// WithLimiter makes every task of the group also take slots of a limit that is
// shared with others: as many as it takes of the group's own limit, after
// those, in the call that starts the task. Calls that are granted slots in the
// group acquire the shared limit one after another, in that order.
//
// An error of the limiter that is not the context's refuses the task and is
// that task's failure in the group. WithLimiter panics if l is nil; together
// with [WithBacklog] it makes [Run] and [New] panic.
func WithLimiter(l Limiter) Option {
	if l == nil {
		panic(misused("WithLimiter(nil)"))
	}
	return optionFunc(func(o *options) { o.limiter = l })
}

// WithSignals makes [Run] cancel the group with a [*SignalError] on the first
// of the given signals; without arguments, [os.Interrupt] and SIGTERM. After
// that the signals have their default action again, so that a second one ends
// the process. [New] panics if it is given WithSignals. Package os/signal does
// not work in a testing/synctest bubble.
//
// It mirrors loop.add_signal_handler, and what asyncio.run does on SIGINT.
func WithSignals(sigs ...os.Signal) Option {
	if len(sigs) == 0 {
		sigs = []os.Signal{os.Interrupt, syscall.SIGTERM}
	}
	return optionFunc(func(o *options) { o.signals = sigs })
}

// WithGrace limits how long [Run] and [Group.Wait] block after cancellation: if
// tasks, [Shielded] ones included, are still running d later, they return a
// [*LateError] that names them. The tasks run on, and a Wait after that waits
// for all of them. A panic is raised all the same, with the *LateError under
// its Others. The time also counts from when only daemons are left. WithGrace
// panics if d is not positive.
func WithGrace(d time.Duration) Option {
	if d <= 0 {
		panic(misused("WithGrace(" + d.String() + "): a grace period is longer than 0"))
	}
	return optionFunc(func(o *options) { o.grace = d })
}

// defaults are the options of a group that is given none.
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
