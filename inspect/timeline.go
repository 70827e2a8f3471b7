package inspect

import "time"

// Timeline has the spans that a monitor with WithTimeline has recorded: the last
// ones that have ended, and those that have not.
type Timeline struct {
	Start   time.Time // when the monitor was made
	Spans   []Span    // parents before children, siblings by Start, Kind, Index, Name
	Dropped int       // spans that others have pushed out
}

// KindWait is the kind of a [Span] that is a wait. No [Node] has it.
const KindWait Kind = "wait"

// Span is a group, a call, a task, a function that ran, or a wait longer than 0.
type Span struct {
	ID, Parent string // of a wait: ID is empty, and Parent is the node that waited
	Kind       Kind
	Name       string // of a wait the text of Wait.String
	Func, Site string
	Index      int
	Start, End time.Duration // since Timeline.Start
	Open       bool          // it had not ended: End is when the timeline was made
	Error      string
}
