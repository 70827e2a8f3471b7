// Package inspect shows what the tasks of a program do: which groups, calls and
// tasks run, under which, since when, what each waits for and what it holds.
package inspect

import (
	"context"
	"errors"
)

const todo = "outline"

// Monitor sees the groups, calls and tasks begun under its contexts.
type Monitor struct {
	ignored ignored
}

func New(opts ...Option) *Monitor { panic(todo) } // on from here to Close; starts no goroutine

func (m *Monitor) Context(ctx context.Context) context.Context { panic(todo) } // what begins under it is m's; the innermost monitor counts
func (m *Monitor) Close()                                      { panic(todo) } // sees no more; twice is fine

// SetDefault has m see whatever begins under a context without a monitor; nil: nobody does. Default returns it, or nil.
func SetDefault(m *Monitor) { panic(todo) }
func Default() *Monitor     { panic(todo) }

type Option interface{ monitorOption() }

func WithLimit(n int) Option     { panic(todo) } // children listed of one parent; the others are counted in Hidden; 1000; n < 1: misuse
func WithSites() Option          { panic(todo) } // where groups, calls and tasks were begun
func WithLabels() Option         { panic(todo) } // pprof labels asyncgo.group and asyncgo.task
func WithStacks() Option         { panic(todo) } // WithLabels and asyncgo.id, so that SnapshotStacks finds the goroutines
func WithRegions() Option        { panic(todo) } // runtime/trace: a task for each group and call, a region for each function
func WithTracer(t Tracer) Option { panic(todo) } // several: in order, each within the one before; nil: misuse
func WithTimeline(n int) Option  { panic(todo) } // keeps the last n spans; n < 1: misuse

// ErrMisuse is wrapped by every panic of the package's own.
var ErrMisuse = errors.New("inspect: misuse")

func (m *Monitor) Snapshot() *Snapshot       { panic(todo) }
func (m *Monitor) SnapshotStacks() *Snapshot { panic(todo) } // with Node.Stack; slow, and without WithStacks no stacks

// collect makes a linked snapshot (Snapshot.link, m.ignored.see) that lists at
// most limit children of one parent, or all if limit is 0. It panics with
// misuse if m is nil or was not made by New.
func (m *Monitor) collect(limit int) *Snapshot { panic(todo) }

func (m *Monitor) Timeline() *Timeline { panic(todo) } // empty without WithTimeline

// Tracer is told of every group, call, task and function of a monitor.
type Tracer interface {
	// Begin is called before it begins, for tasks and functions in the goroutine that will run it. The answer's context is what the function gets (of a group or call: what its functions' contexts derive from). end, if not nil, is called when it has ended; err is its failure, noise included.
	Begin(ctx context.Context, e Event) (context.Context, func(err error))
}

type Event struct {
	ID, Parent string
	Kind       Kind
	Name       string
	Group      string // name of the group or call it is in
	Func, Site string
	Index      int
}
