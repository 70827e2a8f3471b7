package inspect

import (
	"slices"
	"strings"
	"time"
)

// Finding says that a node breaks one of the [Rules].
type Finding struct {
	Rule Rule // the rule that it is of

	// Path has the names from the root down, joined by slashes, as in
	// "crawl/worker-1/Map/[3]". A task without a name has "#" and its index, a
	// function its index in brackets, all others their kind. Of RuleUnseen it is
	// the name of the task, or "task".
	Path string

	Node  *Node         // nil for RuleUnseen; of RuleDeadlock the first of Cycle
	Cycle []*Node       // of RuleDeadlock: each waits for the next, the last for the first
	For   time.Duration // how long it has lasted
	Text  string        // a sentence without the path
}

// String returns the rule, the path and the text in one line, as in
// `holding: crawl/worker-0: has held semaphore "db" for 11s`.
func (f Finding) String() string {
	line := appendPlain(nil, string(f.Rule))
	line = append(line, ": "...)
	line = appendPlain(line, f.Path)
	line = append(line, ": "...)
	return string(appendPlain(line, f.Text))
}

// finding is a Finding and what it is about: two findings of one key, in two
// checks, mean one problem, which still lasts.
type finding struct {
	Finding
	key findingKey
}

type findingKey struct {
	rule Rule
	node string // its ID
	seq  uint64 // of the wait or the hold, otherwise 0
}

// pathOf returns the path of a linked node.
func pathOf(n *Node) string {
	var labels []string
	for ; n != nil; n = n.up {
		labels = append(labels, n.label())
	}
	slices.Reverse(labels)
	return strings.Join(labels, "/")
}
