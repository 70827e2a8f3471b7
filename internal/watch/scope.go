package watch

import (
	"sync/atomic"
	"time"

	"example.com/asyncgo/internal/waitlist"
)

// scope is what only the node of a group or a call has.
type scope struct {
	name    string
	total   *total // set when it is published
	inTotal waitlist.Node[*scope]
	planned atomic.Int64 // how many functions a call has, if its Subject does not know
	lastEnd atomic.Int64 // when a task of a group last ended: as Node.began
	tally
}

// NewScope returns the node of a group or a call of that name, below parent. It
// is still to be traced, to be given its Context, and to be published.
func NewScope(parent *Node, kind Kind, name string, function any, s Subject) *Node {
	n := &struct {
		Node
		own scope
	}{}
	n.init(parent, kind, s)
	n.scope = &n.own
	n.own.name = name
	n.id = n.monitor.lastID.Add(1)
	n.code.Store(CodeOf(function))
	n.stamp()
	return &n.Node
}

// Publish puts a group or a call, whose Context is set, under its parent.
func (n *Node) Publish() {
	n.monitor.totals.enter(n)
	n.join()
}

// Abandon calls what the tracers have left of a group or a call that will not
// be published, since one of them has ended the goroutine.
func (n *Node) Abandon(err error) {
	n.done.Store(true)
	n.endTraces(err)
}

// BeginFunc returns the node of function i of a call, whose code begins there,
// and which is about to be called.
func (n *Node) BeginFunc(i int, code uintptr) *Node {
	f := &Node{Context: n, monitor: n.monitor, parent: n, kind: Func, index: i}
	f.code.Store(code)
	f.stamp()
	n.scope.began()
	f.join()
	return f
}

// Counts are what has been counted of a group or a call. The rest its Subject
// knows.
func (n *Node) Counts() Counts { return n.scope.counts() }

// Plan sets how many functions a call has.
func (n *Node) Plan(functions int) { n.scope.planned.Store(int64(functions)) }

// Planned returns that number.
func (n *Node) Planned() int { return int(n.scope.planned.Load()) }

// IdleSince is when the last task of a group ended, or else when the group
// began.
func (n *Node) IdleSince() time.Duration {
	return time.Duration(max(n.began.Load(), n.scope.lastEnd.Load()) - 1)
}
