package inspect

import "time"

// Check looks once at everything that the monitor sees, without a limit on
// children, and returns what breaks the rules: in the order of [Snapshot.All],
// then unseen failures, deadlocks last. It returns nil if there is nothing. Check
// panics if m was not made by [New].
//
// If there seems to be a deadlock, Check looks a second time, and returns only
// what has not moved in between, because a snapshot does not see all nodes at
// the same moment. It takes time in proportion to what runs.
func (m *Monitor) Check(r Rules) []Finding {
	var all []Finding
	for _, f := range check(r, func() *Snapshot { return m.collect(0) }) {
		all = append(all, f.Finding)
	}
	return all
}

// check is Check over snapshots that collect makes, which have to be linked.
func check(r Rules, collect func() *Snapshot) []finding {
	s := collect()
	var all []finding
	for _, n := range s.All() {
		all = r.checkNode(all, n, s.Time)
	}
	for _, u := range s.Unseen {
		if u != nil && exceeds(u.Age, r.Unseen) {
			all = append(all, finding{
				Finding: Finding{Rule: RuleUnseen, Path: u.label(), For: u.Age, Text: u.sentence()},
				key:     findingKey{rule: RuleUnseen, node: u.id},
			})
		}
	}
	if r.Deadlock {
		all = append(all, deadlocks(s, collect)...)
	}
	return all
}

// exceeds reports whether d has passed a bound, of which 0 is none.
func exceeds(d, bound time.Duration) bool { return bound > 0 && d > bound }

// checkNode appends what one node breaks.
func (r *Rules) checkNode(all []finding, n *Node, at time.Time) []finding {
	add := func(rule Rule, seq uint64, lasted time.Duration, text string) {
		all = append(all, finding{
			Finding: Finding{Rule: rule, Path: pathOf(n), Node: n, For: lasted, Text: text},
			key:     findingKey{rule: rule, node: n.ID, seq: seq},
		})
	}
	if n.hasFunction() && !n.Daemon && exceeds(n.Age, r.Running) {
		add(RuleRunning, 0, n.Age, n.runningText())
	}
	for i, w := range n.Waits {
		if exceeds(w.Age, r.Waiting) && w.What != WaitJoin && w.What != WaitSleep && !n.waitsForDaemon() {
			add(RuleWaiting, n.waitRecord(i).seq, w.Age, "has been waiting at "+lasting(w))
		}
	}
	if since := n.doneSince; !since.IsZero() && n.mustEnd() && exceeds(at.Sub(since), r.Ignoring) {
		add(RuleIgnoring, 0, at.Sub(since), n.ignoringText(at.Sub(since)))
	}
	for i, hold := range n.Holds {
		if exceeds(hold.Age, r.Holding) {
			add(RuleHolding, n.holdRecord(i).seq, hold.Age, "has held "+lasting(hold))
		}
	}
	if since := n.emptySince; !since.IsZero() && exceeds(at.Sub(since), r.Unjoined) {
		add(RuleUnjoined, 0, at.Sub(since), "has been empty for "+rounded(at.Sub(since)).String()+", and its join has not been called")
	}
	return all
}

// hasFunction reports whether the node is a function that has begun.
func (n *Node) hasFunction() bool {
	return (n.Kind == KindTask || n.Kind == KindFunc) && n.State != StateQueued
}

// waitsForDaemon reports whether the waits of the node are those of a daemon: of
// its own, or of a group or call that it is in.
func (n *Node) waitsForDaemon() bool {
	for n != nil && (n.Kind == KindGroup || n.Kind == KindCall) {
		n = n.up
	}
	return n != nil && n.Daemon
}

// mustEnd reports whether a node whose context is done has something that still
// has to end: not what has not begun, nor a group of New, which has no function
// of its own, without tasks.
func (n *Node) mustEnd() bool {
	if n.Kind == KindGroup && n.Func == "" && n.Counts != nil {
		return n.Counts.Running > 0 || n.Counts.Queued > 0
	}
	return n.State != StateQueued
}

func (n *Node) runningText() string {
	text := append([]byte("has not ended after "), rounded(n.Age).String()...)
	text = append(text, ": "...)
	return string(n.appendState(text))
}

func (n *Node) ignoringText(lasted time.Duration) string {
	text := append([]byte("has not ended "), rounded(lasted).String()...)
	text = append(text, " after its context was found done"...)
	if n.Cause != "" {
		text = append(text, ": "...)
		text = appendPlain(text, n.Cause)
	}
	return string(text)
}

// lasting is a wait or a hold and how long it has lasted.
func lasting(w Wait) string {
	return w.String() + " for " + rounded(w.Age).String()
}

func (u *Unseen) sentence() string {
	text := append([]byte("failed "), rounded(u.Age).String()...)
	text = append(text, " ago, and no code has read the failure: "...)
	return string(appendPlain(text, u.Error))
}
