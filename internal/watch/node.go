package watch

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"example.com/asyncgo/internal/waitlist"
)

// Node is a group, a call, a task, or a function of a call, as a monitor sees
// it. It is also the context that is passed on: of a group or a call to its
// functions, of a function of a call to that function.
//
// A group, a call and a task of Start are in a list, see branch, from Publish to
// End, and so is a function of a call while it runs. The tasks of a
// group are in no list: the group has them. Nodes are published complete, and
// nothing but the fields below mu changes after that.
type Node struct {
	context.Context // what it passes on, or the task's own

	monitor *Monitor
	parent  *Node
	subject Subject // nil for a function of a call
	total   *total  // of a group or a call
	inTotal waitlist.Node[*Node]
	id      uint64 // of those in lists but functions
	index   int    // of a function
	name    string // of a group or a call
	kind    Kind

	failure  *Unseen // of a task of Start, while it is listed
	done     atomic.Bool
	survived bool // a tracer has ended the goroutine, but the function has returned

	code    atomic.Uintptr // of the function
	began   atomic.Int64   // nanoseconds since the monitor's start, and 1; 0: not begun
	lastEnd atomic.Int64   // likewise: of a task of this group
	planned atomic.Int64   // how many functions a call has
	site    []uintptr      // where it was begun: program counters
	ends    []func(err error)

	below branch               // the list of its own
	place waitlist.Node[*Node] // in the list of another
	moved atomic.Bool          // out of the list of the parent

	mu       sync.Mutex
	above    *Node   // under which it is: the parent, or a node further up
	home     *branch // the list of that; nil: not there
	waits    waitlist.List[*Wait]
	holds    waitlist.List[*Wait]
	lastWait uint64

	counters // of a group or a call
}

// Subject is what a node knows nothing about: the group, the call or the task
// itself. Its methods take locks of their own.
type Subject interface {
	// Report says what is known now. Of a group it lists at most limit tasks.
	Report(limit int) Report
}

// Report is what a Subject says.
type Report struct {
	Index    int             // of a task
	Name     string          // of a task, if it has one
	TaskID   uint64          // if it has one already
	Daemon   bool            // of a task
	Shielded bool            // of a task
	Context  context.Context //nolint:containedctx // it is reported
	Counts   Counts          // of a group or a call
	Err      error           // the first failure of a group or a call
	Tasks    []*Node         // of a group, in order of submission; running ones before others, if there are too many
	Hidden   int             // tasks that are not in Tasks
	Idle     bool            // a group that is empty, and that nothing waits for
}

// Counts are those of a group or a call.
type Counts struct {
	Limit, Running, Queued, Blocked, Begun, Ended, Failed, Cancelled, Total int
}

// Compare orders nodes by their beginning, and functions by index.
func Compare(a, b *Node) int { return cmp.Or(cmp.Compare(a.id, b.id), cmp.Compare(a.index, b.index)) }

// init makes n a node of that kind, which is not published yet.
func (n *Node) init(parent *Node, kind Kind, s Subject) {
	n.monitor, n.parent, n.kind, n.subject = parent.monitor, parent, kind, s
	if n.monitor.config.Sites {
		n.site = callers()
	}
}

// InitScope makes n the node of a group or a call of that name, and returns
// what its context derives from instead of ctx.
func (n *Node) InitScope(ctx context.Context, parent *Node, kind Kind, name string, function any, s Subject) context.Context {
	n.PrepareScope(parent, kind, name, function, s)
	return n.trace(ctx)
}

// PrepareScope is InitScope without the tracers, which [Node.Trace] calls.
func (n *Node) PrepareScope(parent *Node, kind Kind, name string, function any, s Subject) {
	n.init(parent, kind, s)
	n.name = name
	n.id = n.monitor.lastID.Add(1)
	n.code.Store(CodeOf(function))
	n.stamp()
}

// InitTask makes n the node of a task with that context. Those of groups have
// no ID of their own.
func (n *Node) InitTask(ctx context.Context, parent *Node, inGroup bool, s Subject) {
	n.init(parent, Task, s)
	n.Context = ctx
	if !inGroup {
		n.id = n.monitor.lastID.Add(1)
	}
}

// CodeOf returns where the code of a function begins; 0 for nil.
func CodeOf(function any) uintptr {
	if function == nil {
		return 0
	}
	return reflect.ValueOf(function).Pointer()
}

// Publish puts a group or a call, whose Context is set, under its parent.
func (n *Node) Publish() {
	n.total = n.monitor.totals.enter(n)
	n.enter()
}

// PublishTask puts a task of Start under its parent.
func (n *Node) PublishTask() { n.enter() }

func (n *Node) stamp() { n.began.Store(int64(n.monitor.Now()) + 1) }

// BeginTask says that a task is about to call its function.
func (n *Node) BeginTask(function any) {
	n.code.Store(CodeOf(function))
	n.stamp()
	n.scope().began()
}

// BeginFunc returns the node of function i of a call, which is about to be
// called; nil stands for the function of all items. Its context derives from
// ctx, that of the call.
func (n *Node) BeginFunc(ctx context.Context, i int, function any) *Node {
	f := &Node{Context: ctx, monitor: n.monitor, parent: n, kind: Func, index: i}
	if function == nil {
		f.code.Store(n.Code())
	} else {
		f.code.Store(CodeOf(function))
	}
	f.stamp()
	n.counters.began()
	n.below.add(f)
	return f
}

// IsTraced reports whether there are tracers, which are the user's code.
func (n *Node) IsTraced() bool { return len(n.monitor.config.Tracers) > 0 }

// Trace calls the tracers for what is about to be called with ctx, and returns
// what it is called with instead.
func (n *Node) Trace(ctx context.Context) context.Context { return n.trace(ctx) }

// FuncAt returns the node of function i, which has begun.
func (n *Node) FuncAt(i int) *Node {
	n.below.mu.Lock()
	defer n.below.mu.Unlock()
	for p := n.below.nodes.Front(); p != nil; p = p.Next() {
		if p.Value.kind == Func && p.Value.index == i {
			return p.Value
		}
	}
	return nil
}

// How says how a node has ended.
type How uint8

const (
	Returned How = iota
	Failed
	Cancelled // with an error that only says that
	Panicked
)

// End says that n has ended with err, unless it has said so before. For a task
// or a function it is called in the goroutine of that, before the end is
// visible to others; also for a task that was accepted and never called. It
// first calls what the tracers have left.
func (n *Node) End(err error, how How) {
	if n.done.Swap(true) {
		return
	}
	defer n.end(err, how) // also if a tracer ends the goroutine
	n.endTraces(err)
}

func (n *Node) end(err error, how How) {
	began, now := n.began.Load(), int64(n.monitor.Now())+1
	switch n.kind {
	case Group, Call:
		n.monitor.totals.leave(n)
	default:
		scope, lasted := n.scope(), time.Duration(0)
		if began != 0 {
			lasted = max(0, time.Duration(now-began))
		} else {
			scope.nUnbegun.Add(1)
		}
		scope.ended(how, lasted)
	}
	switch {
	case n.id != 0:
		n.leave()
	case n.kind == Func:
		n.parent.below.remove(n)
	}
	n.release()
	if n.monitor.timeline != nil && began != 0 {
		n.monitor.timeline.add(n, began, now, err)
	}
}

// scope is what counts the tasks and functions: the group, the call, or the
// monitor, for tasks of Start.
func (n *Node) scope() *counters {
	if n.id != 0 {
		return &n.monitor.totals.tasks
	}
	n.parent.lastEnd.Store(int64(n.monitor.Now()) + 1)
	return &n.parent.counters
}

// Survive notes that the function has returned, although a tracer has ended its
// goroutine.
func (n *Node) Survive() { n.survived = true }

// Survived reports whether it has.
func (n *Node) Survived() bool { return n.survived }

// trace calls the tracers.
func (n *Node) trace(ctx context.Context) context.Context {
	for _, t := range n.monitor.config.Tracers {
		ctx = n.traceBy(t, ctx)
	}
	return ctx
}

// traceBy calls one tracer. If it panics, the context stays what it is.
func (n *Node) traceBy(t Tracer, ctx context.Context) (traced context.Context) {
	traced = ctx
	returned := false
	defer func() {
		if !returned {
			n.monitor.report(recover())
		}
	}()
	answer, end := t(ctx, n)
	if end != nil {
		n.ends = append(n.ends, end)
	}
	if answer != nil {
		traced = answer
	}
	returned = true
	return traced
}

// endTraces calls what the tracers have left, in reverse.
func (n *Node) endTraces(err error) {
	for len(n.ends) > 0 {
		end := n.ends[len(n.ends)-1]
		n.ends = n.ends[:len(n.ends)-1]
		n.endTrace(end, err)
	}
}

func (n *Node) endTrace(end func(error), err error) {
	returned := false
	defer func() {
		if !returned {
			n.monitor.report(recover())
		}
	}()
	end(err)
	returned = true
}

func (m *Monitor) report(panicked any) {
	if !m.reported.Swap(true) && m.config.Report != nil {
		m.config.Report(panicked)
	}
}

// Value is n itself for the module's key.
func (n *Node) Value(key any) any {
	if k, ok := key.(Key); ok && k == CurrentNode {
		return n
	}
	return n.Context.Value(key)
}

// String names the context in the text of those derived from it.
func (n *Node) String() string {
	if s, ok := n.Context.(fmt.Stringer); ok {
		return s.String()
	}
	return fmt.Sprintf("%T", n.Context)
}

// What a snapshot reads.

// Monitor is the monitor that sees n.
func (n *Node) Monitor() *Monitor { return n.monitor }

// Parent is nil for a root.
func (n *Node) Parent() *Node {
	if n.parent == nil || n.parent.kind == Root {
		return nil
	}
	return n.parent
}

// Kind is what n stands for.
func (n *Node) Kind() Kind { return n.kind }

// InGroup reports that n is a task of a group or a function of a call.
func (n *Node) InGroup() bool { return n.id == 0 }

// ID is unique among the nodes of the monitor; index is that of a task of a
// group.
func (n *Node) ID(index int) string {
	if n.id != 0 {
		return strconv.FormatUint(n.id, 10)
	}
	if n.kind == Func {
		index = n.index
	}
	return n.parent.ID(n.parent.Index()) + "/" + strconv.Itoa(index)
}

// Index is that of a task of a group or a function of a call; otherwise -1.
func (n *Node) Index() int {
	switch {
	case n.kind == Func:
		return n.index
	case n.kind == Task && n.id == 0:
		return n.subject.Report(0).Index
	}
	return -1
}

// Name is that of a group or a call.
func (n *Node) Name() string { return n.name }

// Code is a program counter of the function; 0 if there is none.
func (n *Node) Code() uintptr { return n.code.Load() }

// Site is where n was begun.
func (n *Node) Site() []uintptr { return n.site }

// Began is when the function began, since the start of the monitor; false if it
// has not.
func (n *Node) Began() (time.Duration, bool) {
	began := n.began.Load()
	return time.Duration(began - 1), began != 0
}

// IdleSince is when a group was last seen to begin or to end a task.
func (n *Node) IdleSince() time.Duration {
	return time.Duration(max(n.began.Load(), n.lastEnd.Load()) - 1)
}

// Plan sets how many functions a call has, if its Subject does not know.
func (n *Node) Plan(functions int) { n.planned.Store(int64(functions)) }

// Planned returns that number.
func (n *Node) Planned() int { return int(n.planned.Load()) }

// Subject is nil for a function of a call.
func (n *Node) Subject() Subject { return n.subject }
