package inspect

import (
	"strconv"
	"time"
)

// What says what a blocked call waits for, or what a node holds.
type What string

// What a call can wait for.
const (
	WaitRoom       What = "room"       // room in a group with a limit
	WaitJoin       What = "join"       // the end of a group, at the group's own node
	WaitTask       What = "task"       // the end of one task
	WaitFuture     What = "future"     // a taskgroup.Future
	WaitAny        What = "any"        // one of N handles: Wait, Completed, Set.Next, GatherTasks
	WaitSleep      What = "sleep"      // time: taskgroup.Sleep
	WaitReady      What = "ready"      // the task of a GoReady
	WaitBlocking   What = "blocking"   // the function of Blocking or BlockingIn
	WaitShared     What = "shared"     // a call of Shared.Do that another has begun
	WaitSemaphore  What = "semaphore"  // N permits of a Semaphore
	WaitKeyed      What = "keyed"      // N permits of one key of a Keyed
	WaitLock       What = "lock"       // a Lock, or an RWLock to write
	WaitRLock      What = "rlock"      // an RWLock to read
	WaitEvent      What = "event"      // an Event that is not set
	WaitCond       What = "cond"       // a Cond, until the lock is taken again
	WaitBarrier    What = "barrier"    // the other parties of a Barrier
	WaitPut        What = "put"        // room in a queue
	WaitGet        What = "get"        // an item of a queue: Get, GetBatch, Items, All
	WaitUnfinished What = "unfinished" // the unfinished items of a queue: Join
)

// Wait is one call of this module that blocks, or a permit or lock that is
// held. Waits are comparable with ==.
type Wait struct {
	What What          `json:"what"`              // the kind of thing it waits for or holds
	Name string        `json:"name,omitempty"`    // of the resource, the task or the group; empty if it has none
	Key  string        `json:"key,omitempty"`     // the key of a Keyed or a Shared, printed
	N    int           `json:"n,omitempty"`       // permits, handles: 1 for one permit, 0 where there is no number
	Node string        `json:"node,omitempty"`    // the ID of the task, group or call, if the monitor sees it
	Age  time.Duration `json:"age_ns"`            // since the call blocked, or how long it has been held
	Left time.Duration `json:"left_ns,omitempty"` // of a sleep
}

// String returns the wait in one line, without how long it has lasted, as in
// `semaphore "db" ×2` or `keyed "hosts"[go.dev]`.
func (w Wait) String() string { return string(w.append(nil)) }

func (w Wait) append(b []byte) []byte {
	b = appendPlain(b, string(w.What))
	if w.Name != "" {
		b = append(b, ' ')
		b = strconv.AppendQuote(b, w.Name)
	}
	if w.Key != "" {
		b = append(b, '[')
		b = appendPlain(b, w.Key)
		b = append(b, ']')
	}
	if w.N > 1 {
		b = append(b, " ×"...)
		b = strconv.AppendInt(b, int64(w.N), 10)
	}
	return b
}

// appendLasting is append with how long the wait has lasted; of a sleep, how long
// it will last.
func (w Wait) appendLasting(b []byte) []byte {
	b = w.append(b)
	if w.What == WaitSleep {
		b = append(b, ", "...)
		b = appendDuration(b, w.Left)
		return append(b, " left"...)
	}
	b = append(b, " for "...)
	return appendDuration(b, w.Age)
}
