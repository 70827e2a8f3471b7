// Package watch is what package inspect sees the other packages by: a switch, a
// tree of nodes, and what each of them waits for and holds.
//
// The packages report as little as possible. What a group or a call knows
// anyway is read when a snapshot is taken, through [Subject] and [Resource].
// What nothing else would know is written down while a monitor is open: when a
// function began, what blocks, what is held.
//
// # Cost
//
// While no monitor is open, [On] is all that runs: one load of a word that
// nothing else shares a cache line with. The context is asked only if it is on.
//
// # Locks
//
// A node has a lock, for its children, its waits and its holds. No user code is
// called under it, nor is any other lock of the module taken: a snapshot copies
// what it needs, and asks contexts and errors afterwards. A [Subject] takes the
// lock of its group or call, and asks nothing of a node under it.
package watch

import (
	"sync/atomic"
)

// open counts the monitors that are open. It is alone on its cache lines.
var open struct {
	_ [128]byte
	n atomic.Int64
	_ [120]byte
}

// On reports whether a monitor is open.
func On() bool { return open.n.Load() != 0 }

// Key is the type of the keys under which contexts have something for the
// module itself. It is one type, so that a context compares types once.
type Key uint8

// The keys.
const (
	CurrentTask Key = iota // of taskgroup: the innermost task
	CurrentNode            // the innermost *Node
)

// Kind is what a node stands for.
type Kind uint8

// The kinds.
const (
	Root  Kind = iota // of a monitor: the parent of what has no other
	Group             // Run, New
	Call              // Gather, Map and their like
	Task              // of a group, or of Start
	Func              // of a call
)
