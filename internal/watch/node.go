package watch

import (
	"context"
	"fmt"
	"reflect"
	"strconv"
	"sync/atomic"
	"time"

	"example.com/asyncgo/internal/waitlist"
)

// Node is a group, a call, a task, or a function of a call, as a monitor sees
// it. It is also the context that is passed on: of a group or a call to its
// functions, of a function of a call to that function.
//
// A group, a call and a task of Start are in the list of their parent from
// Publish to End, a function of a call from BeginFunc to End. The tasks of a
// group are in no list: the group has them. A node is published complete:
// after that only the atomic fields change, and those that a lock guards.
type Node struct {
	context.Context //nolint:containedctx // what it passes on, or the task's own

	monitor *Monitor
	parent  *Node
	subject Subject   // nil for a function of a call
	scope   *scope    // of a group or a call
	id      uint64    // 0: it has none but its parent's and its index
	index   int       // of a function of a call
	site    []uintptr // where it was begun: program counters

	code     atomic.Uintptr // of the function
	began    atomic.Int64   // nanoseconds since the monitor's start, and 1; 0: not begun
	done     atomic.Bool
	kind     Kind
	returned bool // see Return

	ends    *traceEnd // of the goroutine that runs it
	failure *Unseen   // of a task of Start, while it is listed

	place    waitlist.Node[*Node] // in the list of the parent
	below    branch
	waits    waitlist.List[*Wait] // and what it holds; under the lock of below
	lastWait uint64               // likewise
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

// init makes n a node of that kind, which is not published yet.
func (n *Node) init(parent *Node, kind Kind, s Subject) {
	n.monitor, n.parent, n.kind, n.subject = parent.monitor, parent, kind, s
	if n.monitor.config.Sites {
		n.site = callers()
	}
}

// InitTask makes n the node of a task of that function, with that context, below
// parent. A task of Start is still to be published; those of groups have no ID
// of their own.
func (n *Node) InitTask(ctx context.Context, parent *Node, function any, inGroup bool, s Subject) {
	n.init(parent, Task, s)
	n.Context = ctx
	n.code.Store(CodeOf(function))
	if !inGroup {
		n.id = n.monitor.lastID.Add(1)
	}
}

// PublishTask puts a task of Start under its parent.
func (n *Node) PublishTask() {
	n.monitor.totals.open.Add(1)
	n.join()
}

// CodeOf returns where the code of a function begins; 0 for nil.
func CodeOf(function any) uintptr {
	if function == nil {
		return 0
	}
	return reflect.ValueOf(function).Pointer()
}

func (n *Node) stamp() { n.began.Store(n.monitor.clock()) }

// BeginTask says that a task is about to call its function.
func (n *Node) BeginTask() {
	n.stamp()
	n.tally().began()
}

// tally is what counts n, a task or a function.
func (n *Node) tally() *tally {
	if n.id != 0 {
		return &n.monitor.totals.tasks
	}
	return &n.parent.scope.tally
}

// Return notes that the function of a task has returned: if its goroutine exits
// after that, a tracer has ended it.
func (n *Node) Return() { n.returned = true }

// HasReturned reports whether it has.
func (n *Node) HasReturned() bool { return n.returned }

// How says how a node has ended.
type How uint8

// How a node ends.
const (
	Returned How = iota
	Failed
	Cancelled // with an error that only says that
	Panicked
)

// End says that n has ended with err, unless it has said so before. For a task
// or a function it is called in the goroutine of that, before the end is
// visible to others; also for a task that was accepted and never called. It
// first calls what the tracers have left, one of which may end the goroutine.
func (n *Node) End(err error, how How) {
	if n.done.Swap(true) {
		return
	}
	if n.ends != nil {
		n.endTraced(err, how)
		return
	}
	n.end(err, how)
}

// HasTraces reports whether End will call what tracers have left.
func (n *Node) HasTraces() bool { return n.ends != nil }

func (n *Node) endTraced(err error, how How) {
	defer n.end(err, how)
	n.endTraces(err)
}

// end has a small frame, so that a task that a monitor sees does not make the
// stack of its goroutine grow.
func (n *Node) end(err error, how How) {
	began, now := n.began.Load(), n.monitor.clock()
	if n.scope != nil {
		n.monitor.totals.leave(n)
	} else {
		lasted := time.Duration(0)
		if began != 0 {
			lasted = max(0, time.Duration(now-began))
		}
		n.tally().ended(how, lasted)
	}
	switch {
	case n.kind == Task && n.id == 0:
		n.parent.scope.lastEnd.Store(now)
	case n.kind == Task:
		n.monitor.totals.open.Add(-1)
		n.leave()
	default:
		n.leave()
	}
	n.below.end(n)
	if n.monitor.timeline != nil && began != 0 {
		n.record(began, now, err)
	}
}

// record puts n into the timeline.
func (n *Node) record(began, now int64, err error) {
	s := n.Span()
	s.Start, s.End, s.Err = time.Duration(began-1), time.Duration(now-1), err
	n.monitor.timeline.put(s)
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

// Monitor is the monitor that sees n.
func (n *Node) Monitor() *Monitor { return n.monitor }

// Parent is what n has begun under; nil for a root.
func (n *Node) Parent() *Node {
	if n.parent.kind == Root {
		return nil
	}
	return n.parent
}

// Kind is what n stands for.
func (n *Node) Kind() Kind { return n.kind }

// InGroup reports that n is a task of a group or a function of a call.
func (n *Node) InGroup() bool { return n.id == 0 }

// Ref identifies a node of a monitor. The zero Ref is that of none.
type Ref struct {
	id    uint64 // its own or, if it is in a group or a call, that of that
	index int    // in that, and 1
}

// String is the ID as a snapshot has it.
func (r Ref) String() string {
	switch {
	case r.id == 0:
		return ""
	case r.index == 0:
		return strconv.FormatUint(r.id, 10)
	}
	return strconv.FormatUint(r.id, 10) + "/" + strconv.Itoa(r.index-1)
}

func (n *Node) ref(index int) Ref {
	if n.id != 0 {
		return Ref{id: n.id}
	}
	return Ref{n.parent.id, index + 1}
}

// ID is unique among the nodes of the monitor. The index is what Index returns.
func (n *Node) ID(index int) string { return n.ref(index).String() }

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
func (n *Node) Name() string {
	if n.scope == nil {
		return ""
	}
	return n.scope.name
}

// Code is where the code of the function begins; 0 if there is none.
func (n *Node) Code() uintptr { return n.code.Load() }

// Site is where n was begun.
func (n *Node) Site() []uintptr { return n.site }

// Began is when the function began, since the start of the monitor; false if it
// has not.
func (n *Node) Began() (time.Duration, bool) {
	began := n.began.Load()
	return time.Duration(began - 1), began != 0
}

// Subject is nil for a function of a call.
func (n *Node) Subject() Subject { return n.subject }
