package inspect

import "time"

// Kind is what a [Node], a [Total] or a [Span] stands for.
type Kind string

// The kinds of nodes.
const (
	KindGroup Kind = "group" // a group: taskgroup.Run, taskgroup.New
	KindCall  Kind = "call"  // a call that owns functions: Gather, Map, Race and their like
	KindTask  Kind = "task"  // a task: Start, Go, Submit, GoReady
	KindFunc  Kind = "func"  // one function or item of a call
)

// State says what a [Node] is doing. Of several that hold, the first in the
// order of the constants counts, StateRunning being the last.
type State string

// The states of a node.
const (
	StateQueued  State = "queued"  // accepted, not begun
	StateRunning State = "running" // as far as the library can tell: a channel, I/O or a mutex may block it
	StateWaiting State = "waiting" // blocked in a call of this module: Node.Waits has which
	StateCalling State = "calling" // a task or function with a group or a call among Node.Children
	StateJoining State = "joining" // a group with a call in Wait, Shutdown or the end of Run
)

// Node is a group, a call, a task or a function that has not ended, as seen in
// a [Snapshot].
type Node struct {
	// ID is unique in the monitor for as long as that lives. That of a task of
	// a group or of a function is its parent's, a slash and Index.
	ID   string `json:"id"`
	Kind Kind   `json:"kind"` // what it stands for

	// Name is what WithName or Named gave, and of a call the function that was
	// called, such as Gather. A snapshot does not make default names: a task has
	// its own here only after a call that shows it.
	Name string `json:"name,omitempty"`

	// Index is that of taskgroup.TaskError. Groups, calls and tasks of Start
	// have -1.
	Index int `json:"index"`

	TaskID uint64        `json:"task_id,omitempty"` // taskgroup.TaskInfo's ID, after a call that shows it
	Func   string        `json:"func,omitempty"`    // the code that was given: main.crawl.func2; empty for taskgroup.New
	Site   string        `json:"site,omitempty"`    // where it was begun, with WithSites: crawl.go:88
	State  State         `json:"state"`             // what it is doing
	Age    time.Duration `json:"age_ns"`            // since its function was called, of groups and calls since the call; 0 while queued

	Daemon   bool `json:"daemon,omitempty"`   // a task that does not keep its group open
	Shielded bool `json:"shielded,omitempty"` // a task that does not end with its group

	// Waits has the calls of this module that block now under the node's
	// context, longest first. They are more than one only if the function uses
	// its context in goroutines of its own.
	Waits []Wait `json:"waits,omitempty"`

	// Holds has the permits and locks that it is known to hold, longest first:
	// what Do, RDo and Use hold while they call, and a Lock with a name. Age is
	// how long each has been held.
	Holds []Wait `json:"holds,omitempty"`

	Cause    string    `json:"cause,omitempty"`   // the text of the cause, if the node's context is done
	Deadline time.Time `json:"deadline,omitzero"` // of the node's context

	Counts *Counts `json:"counts,omitempty"` // of groups and calls
	Error  string  `json:"error,omitempty"`  // of groups and calls: the first failure so far

	// Children has tasks in order of submission, then groups and calls in order
	// of their beginning; functions by index.
	Children []*Node `json:"children,omitempty"`
	// Hidden counts those that are not listed, because a monitor lists only so
	// many of one parent.
	Hidden int `json:"hidden,omitempty"`

	// Stack is that of the goroutine, innermost call first, without the
	// library's own frames below the function. Only SnapshotStacks fills it.
	Stack []Frame `json:"stack,omitempty"`

	facts
}

// facts is what the rules and the text take from a node beyond its exported
// fields. The collection fills it, at and up by [Snapshot.link] and doneSince by
// [ignored.see]; a node that was read from JSON or written as a literal has
// none, which makes no rule find anything wrong.
type facts struct {
	at time.Time // Snapshot.Time; zero if the node is not from a collection
	up *Node     // the parent, nil for a root

	// done says that the node's own context is done, also if the text of the
	// cause is empty. Functions have their call's.
	done bool

	// doneSince is when a collection of this monitor first saw the context
	// done: zero if it is not done.
	doneSince time.Time

	// emptySince is, for a group of New that has no task and of which no join
	// has been called, the end of its last task, or else New. It is zero for
	// all other nodes.
	emptySince time.Time

	// detached says of a group or a call that the function under whose context
	// it was begun is not blocked in it, or that this is not known: a group of
	// New without a call in its join; a stream (MapSeq, AsCompleted and their
	// like) unless its loop is known to be blocked in its next step. Without it
	// the parent node cannot go on before this one can.
	detached bool

	// waiting and holding are parallel to Waits and Holds.
	waiting, holding []record
}

// record is what the rules know of one wait or one hold besides the [Wait].
type record struct {
	// seq is unique among the waits and holds of one node: what has the same
	// node and seq in two snapshots is the same wait or hold, and has lasted
	// from one to the other. Times cannot say that: in a bubble they may be
	// equal for different waits.
	seq uint64

	// limited says that the context given to the blocked call has a deadline or
	// is done, for a wait for room also that of the group. Unused for holds.
	limited bool

	// of is the lock or semaphore, for a Keyed that of the key: one pointer for
	// all records of a snapshot that mean the same one. It is nil for all other
	// waits, and for a wait whose lock is unknown, which then can end.
	of *guard
}

// guard is the state of a lock or semaphore, or of one key of a Keyed, when it
// was read for a snapshot.
type guard struct {
	// permits is the number of permits: 1 for a Lock, 0 for a counting
	// semaphore, for a limit of 0, and for an RWLock.
	permits int

	// waiting counts all calls that wait for it, those without a node too.
	waiting int

	// rw says that it is an RWLock, and writer that a writer has it. In Waits and
	// Holds of an RWLock a writer is WaitLock and a reader is WaitRLock.
	rw, writer bool
}

// waitRecord returns the record of Waits[i], which is empty if there is none.
func (n *Node) waitRecord(i int) record { return recordAt(n.waiting, i) }

// holdRecord returns the record of Holds[i], which is empty if there is none.
func (n *Node) holdRecord(i int) record { return recordAt(n.holding, i) }

func recordAt(records []record, i int) record {
	if i < len(records) {
		return records[i]
	}
	return record{}
}

// isDone reports whether the node's own context is done.
func (n *Node) isDone() bool { return n.done || n.Cause != "" }

// Counts has the numbers of a group's tasks, or of a call's functions.
type Counts struct {
	Limit   int `json:"limit,omitempty"` // how many may run at once; 0: any number
	Running int `json:"running"`         // begun and not ended
	Queued  int `json:"queued"`          // accepted, not begun
	Blocked int `json:"blocked"`         // calls that wait for room
	Begun   int `json:"begun"`           // those that were called
	Ended   int `json:"ended"`           // with those that never ran
	Failed  int `json:"failed"`          // ended with an error that is more than a cancellation's
	// Cancelled are those that ended with one that is not, or never ran.
	Cancelled int `json:"cancelled"`
	Total     int `json:"total"` // accepted; of Gather and its like all, of a stream what it has taken from its input
}

// Frame is one call in a goroutine's stack.
type Frame struct {
	Func string `json:"func"` // the function, with its package
	File string `json:"file"` // the path of its file
	Line int    `json:"line"` // in that file
}
