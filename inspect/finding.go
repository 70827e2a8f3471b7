package inspect

import "time"

// Finding says that a node breaks one of the [Rules].
type Finding struct {
	Rule Rule

	// Path has the names from the root down, joined by slashes, as in
	// "crawl/worker-1/Map/[3]". A node without a name has "#" and its index, a
	// function its index in brackets, all others their kind. Of RuleUnseen it is
	// the name of the task, or "task".
	Path string

	Node  *Node         // nil for RuleUnseen
	Cycle []*Node       // of RuleDeadlock: each waits for the next, the last for the first
	For   time.Duration // how long it has lasted
	Text  string        // a sentence without the path
}
