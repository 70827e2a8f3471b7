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
	settings
	signals []os.Signal // not nil: on
}

// settings are the options that a group keeps.
type settings struct {
	name      string
	limit     int
	backlog   int
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

// WithLimit has at most n of the group's tasks run at once. While they do, the
// call that would start another waits for room, first come, first served, and
// gives up when the group is cancelled; [WithBacklog] has it return instead.
//
// A task that starts tasks in its own full group waits for the room that it
// takes itself: give such a group WithBacklog(-1).
//
// A negative n, as [NoLimit], is no limit; 0 is misuse, so that a setting that
// was forgotten is loud.
func WithLimit(n int) Option {
	checkLimit("WithLimit", n)
	return optionFunc(func(o *options) { o.limit = n })
}

func checkLimit(what string, n int) {
	if n == 0 {
		panic(misused(what + "(0): a limit is at least 1, or NoLimit"))
	}
}

// WithName gives the group a name, for reports and [TaskInfo].
func WithName(name string) Option { return optionFunc(func(o *options) { o.name = name }) }

// WithKeepGoing has no failure, panic or [runtime.Goexit] of a task cancel its
// siblings. All of them are still reported by [Group.Wait], unless there is a
// [WithErrorHandler] as well. A failure of the main function of [Run] cancels
// the tasks all the same.
func WithKeepGoing() Option { return optionFunc(func(o *options) { o.keepGoing = true }) }

// WithErrorHandler has h called with every failure of a task as it happens, a
// panic being a [*PanicError]: in the goroutine of the task, with the task's
// context, one call at a time, before the task counts as ended. What only
// echoes a cancellation is no failure. It takes the place of the report that a
// panic otherwise makes to slog.
//
// The handler observes: [Group.Wait] returns the failures all the same.
// Together with [WithKeepGoing], however, what the handler has seen is not
// kept, so that a group may run for ever, and Wait does not return it; a panic
// is still raised.
//
// A panic in h is reported to slog, and everything goes on. A nil h is misuse.
// The return of the task's function happens before the call of h, and one call
// of h before the next.
func WithErrorHandler(h func(ctx context.Context, task TaskInfo, err error)) Option {
	if h == nil {
		panic(misused("WithErrorHandler of a nil function"))
	}
	return optionFunc(func(o *options) { o.handler = h })
}

// WithPanics says what becomes of a panic in a task; without it, that is
// [PanicPropagate].
func WithPanics(p PanicPolicy) Option {
	if p < PanicPropagate || p > PanicCrash {
		panic(misused("WithPanics(" + strconv.Itoa(int(p)) + "): no such policy"))
	}
	return optionFunc(func(o *options) { o.panics = p })
}

// WithBacklog has a group that is full accept up to m more tasks, which wait
// for room without a goroutine, in order, so that the call that starts them
// returns at once. A negative m is any number, 0 is none.
func WithBacklog(m int) Option { return optionFunc(func(o *options) { o.backlog = m }) }

// Limiter is a limit that several groups can share; see [WithLimiter].
// A *semaphore.Semaphore of this module is one.
type Limiter interface {
	// AcquireN waits for n units, and takes none if it returns an error.
	AcquireN(ctx context.Context, n int) error
	// TryAcquireN takes n units if that needs no waiting.
	TryAcquireN(n int) bool
	// ReleaseN gives n units back.
	ReleaseN(n int)
}

// WithLimiter has every task of the group also take its units of a limit that
// is shared with others: after the group's own limit, in the call that starts
// the task. Of several calls that are handed room in the group at once, the next
// one wakes when the one before it goes on to ask the shared limit. An error of
// the limiter that is not the context's is the failure of that task, which never
// runs. A nil l is misuse, and so is WithLimiter together with [WithBacklog].
func WithLimiter(l Limiter) Option {
	if l == nil {
		panic(misused("WithLimiter(nil)"))
	}
	return optionFunc(func(o *options) { o.limiter = l })
}

// WithSignals has [Run] cancel the group with a [*SignalError] on the first of
// the given signals; without arguments, [os.Interrupt] and SIGTERM. After that
// the signals have their default action again, so that a second one ends the
// process. It works with Run only; for [New] it is misuse. The package
// os/signal, which it uses, does not work in a testing/synctest bubble.
func WithSignals(sigs ...os.Signal) Option {
	if len(sigs) == 0 {
		sigs = []os.Signal{os.Interrupt, syscall.SIGTERM}
	}
	return optionFunc(func(o *options) { o.signals = sigs })
}

// WithGrace bounds how long a group that has been cancelled is waited for: if
// tasks outlive the cancellation by d, those with [Shielded] included, [Run]
// and [Group.Wait] return a [*LateError] that names them, instead of hanging.
// They run on, and a Wait after that joins them for good. A panic is raised all
// the same, with the *LateError under its Others. d ≤ 0 is misuse.
func WithGrace(d time.Duration) Option {
	if d <= 0 {
		panic(misused("WithGrace(" + d.String() + "): a grace period is longer than 0"))
	}
	return optionFunc(func(o *options) { o.grace = d })
}

func newOptions(opts []Option) options {
	o := options{settings: settings{limit: NoLimit}}
	for _, opt := range opts {
		if opt == nil {
			panic(misused("a nil Option"))
		}
		opt.applyGroup(&o)
	}
	if o.limiter != nil && o.backlog != 0 {
		panic(misused("WithLimiter together with WithBacklog"))
	}
	return o
}
