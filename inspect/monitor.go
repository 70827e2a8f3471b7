package inspect

import (
	"context"
	"errors"

	"example.com/asyncgo/internal/misuse"
	"example.com/asyncgo/internal/watch"
)

// ErrMisuse is wrapped by the value of every panic of this package for a wrong
// call.
var ErrMisuse = errors.New("inspect: misuse")

func misused(text string) error { return misuse.New("inspect: "+text, ErrMisuse) }

// Monitor sees the groups, calls and tasks that begin under its contexts. It is
// made by [New]; the methods of the zero Monitor and of a nil one panic. All
// methods may be called at any time, by any goroutine, also by the tasks that it
// sees.
//
// A node costs it memory only while it runs. What stays is bounded: the spans of
// [WithTimeline], 100 failures of [Snapshot.Unseen], of which the oldest go
// first, and the [Total] of 1,000 names.
type Monitor struct {
	watch   *watch.Monitor
	limit   int
	stacks  string
	ignored ignored
}

// New returns a monitor, which is open until [Monitor.Close]. It sees what begins
// from now on under a context of [Monitor.Context]; see [SetDefault] for all the
// rest.
//
// While any monitor is open, all groups, calls and waits of the module look for
// one in their contexts, which costs time even if they have none. New
// starts no goroutine. It panics if an option is nil.
//
// It mirrors attaching asyncio's ps and pstree to a process.
func New(opts ...Option) *Monitor {
	o := options{limit: 1000}
	for _, opt := range opts {
		if opt == nil {
			panic(misused("a nil Option"))
		}
		opt.applyMonitor(&o)
	}
	m := &Monitor{limit: o.limit, stacks: o.stacks}
	m.watch = watch.NewMonitor(watch.Config{
		Sites:    o.sites,
		Tracers:  o.allTracers(),
		Timeline: o.timeline,
		Report:   reportTracer,
	})
	byWatch.Store(m.watch, m)
	return m
}

// Context returns a context that derives from ctx and under which m sees what
// begins, instead of a monitor further out. If m is closed, that is the default
// monitor. It panics if ctx is nil.
func (m *Monitor) Context(ctx context.Context) context.Context {
	m.check()
	if ctx == nil {
		panic(misused("Context of a nil context"))
	}
	return m.watch.Context(ctx)
}

// Close closes m, which sees no more: its contexts count as if they had no
// monitor, and its snapshots have only their Totals. What it sees by then runs
// on unseen, and its [Monitor.Timeline] stays. If it is the default monitor,
// there is none from now on. A second Close does nothing.
func (m *Monitor) Close() {
	m.check()
	m.watch.Close()
	byWatch.Delete(m.watch)
}

// SetDefault makes m see what begins under a context without a monitor, from now
// on; nil: nothing does. It does not close the one before. A service calls it
// once, in its main function.
func SetDefault(m *Monitor) {
	if m == nil {
		watch.SetDefault(nil)
		return
	}
	m.check()
	watch.SetDefault(m.watch)
}

// Default returns the monitor of [SetDefault], or nil if there is none or it is
// closed.
func Default() *Monitor {
	m, _ := byWatch.Load(watch.Default())
	return m
}

func (m *Monitor) check() {
	if m == nil || m.watch == nil {
		panic(misused("a Monitor that New did not make"))
	}
}
