package inspect

import "time"

// Total is what all groups of one name, all calls of one function, or all tasks
// of taskgroup.Start have done since the monitor was made. What still runs is
// included.
type Total struct {
	Kind   Kind   `json:"kind"`           // group, call or task
	Name   string `json:"name,omitempty"` // of a call its function; empty for tasks
	Opened uint64 `json:"opened"`         // groups, calls; of tasks as Begun
	Open   int    `json:"open"`           // of them, not ended
	Begun  uint64 `json:"begun"`          // tasks and functions
	Ended  uint64 `json:"ended"`          // with those that never ran
	Failed uint64 `json:"failed"`         // with an error that is more than a cancellation's
	// Cancelled are those that ended with one that is not, or never ran.
	Cancelled uint64        `json:"cancelled"`
	Panicked  uint64        `json:"panicked"` // also among Failed
	Busy      time.Duration `json:"busy_ns"`  // the sum of the ages at the end
}
