package inspect

import "time"

// Rules are the bounds that [Monitor.Check] and [Monitor.Watch] compare with: a
// finding is made when more than the bound has passed. A bound of 0 turns its
// rule off, so the zero Rules find nothing.
type Rules struct {
	// Running bounds the age of a task or function. Daemons are excepted.
	Running time.Duration

	// Waiting bounds a single wait. Joins, sleeps and the waits of a daemon are
	// excepted.
	Waiting time.Duration

	// Ignoring bounds how long a node goes on after its context is done. It is
	// counted from the first snapshot, Check or Watch of the monitor that finds
	// the context done, since no timer is armed for it.
	Ignoring time.Duration

	// Holding bounds how long a permit or a lock is held.
	Holding time.Duration

	// Unseen bounds how long the failure of a task of taskgroup.Start is not
	// read.
	Unseen time.Duration

	// Unjoined bounds how long a group of taskgroup.New is empty before its join
	// is called.
	Unjoined time.Duration

	// Deadlock finds nodes that wait for each other and cannot go on without a
	// cancellation from outside.
	Deadlock bool
}

// DefaultRules returns bounds for a service: Waiting 30 s, Ignoring 5 s, Holding,
// Unseen and Unjoined 10 s, and Deadlock. There is none for Running.
func DefaultRules() Rules {
	return Rules{
		Waiting:  30 * time.Second,
		Ignoring: 5 * time.Second,
		Holding:  10 * time.Second,
		Unseen:   10 * time.Second,
		Unjoined: 10 * time.Second,
		Deadlock: true,
	}
}

// Rule is the name of the rule that a [Finding] is of.
type Rule string

// The rules, each named after its field of [Rules].
const (
	RuleRunning  Rule = "running"
	RuleWaiting  Rule = "waiting"
	RuleIgnoring Rule = "ignoring"
	RuleHolding  Rule = "holding"
	RuleUnseen   Rule = "unseen"
	RuleUnjoined Rule = "unjoined"
	RuleDeadlock Rule = "deadlock"
)
