package inspect

import (
	"strconv"
	"strings"
	"time"
)

// String returns the node's line of [Snapshot.WriteText], as of a root: without
// its children, and with the deadline and the cause that it shares with its
// parent. What is left until the deadline is counted from Snapshot.Time; for a
// node that was read from JSON or written as a literal, from now. The line of a
// nil node is empty.
func (n *Node) String() string {
	if n == nil {
		return ""
	}
	at := n.at
	if at.IsZero() {
		at = time.Now()
	}
	return string(n.appendLine(nil, nil, at))
}

// appendLine appends the node's line. What it has in common with scope, which
// may be nil, is left out.
func (n *Node) appendLine(b []byte, scope *Node, at time.Time) []byte {
	b = n.appendHead(b)
	if n.State != StateQueued {
		b = append(b, "  "...)
		b = appendDuration(b, n.Age)
	}
	if n.Counts != nil {
		b = n.appendCounts(b)
	}
	b = append(b, "  "...)
	b = n.appendState(b)
	return n.appendDetails(b, scope, at)
}

// appendHead appends what names the node.
func (n *Node) appendHead(b []byte) []byte {
	if n.Kind == KindGroup {
		b = append(b, "group"...)
		if n.Name != "" {
			b = append(b, ' ')
			b = strconv.AppendQuote(b, n.Name)
		}
	} else {
		b = appendPlain(b, n.label())
	}
	if n.Func != "" && (n.Kind == KindTask || n.Kind == KindFunc) {
		b = append(b, ' ')
		b = appendPlain(b, shortFunc(n.Func))
	}
	return appendSite(b, n.Site)
}

func appendSite(b []byte, site string) []byte {
	if site == "" {
		return b
	}
	b = append(b, " at "...)
	return appendPlain(b, site)
}

// label is the node's part of a path: its name, else its index, else its kind.
func (n *Node) label() string {
	switch {
	case n.Name != "":
		return n.Name
	case n.Kind == KindFunc:
		return "[" + strconv.Itoa(n.Index) + "]"
	case n.Kind == KindTask && n.Index >= 0:
		return "#" + strconv.Itoa(n.Index)
	}
	return string(n.Kind)
}

// shortFunc is the name of a function without the path of its package.
func shortFunc(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

func (n *Node) appendCounts(b []byte) []byte {
	c := n.Counts
	count := func(before string, value int, after string) {
		b = append(b, before...)
		b = strconv.AppendInt(b, int64(value), 10)
		b = append(b, after...)
	}
	counted := func(value int, after string) {
		if value != 0 {
			count(", ", value, after)
		}
	}
	if n.Kind != KindGroup {
		count("  ", c.Begun, " begun")
		if !isStream(n.Name) {
			count(" of ", c.Total, "")
		}
		counted(c.Failed, " failed")
		return b
	}
	count("  ", c.Running, " running")
	if c.Limit != 0 {
		count(" of ", c.Limit, "")
	}
	counted(c.Queued, " queued")
	counted(c.Blocked, " blocked")
	count(", ", c.Ended, " ended")
	counted(c.Failed, " failed")
	return b
}

// isStream reports whether a call of that name takes its items one by one, so
// that their number is not known before the end.
func isStream(name string) bool {
	switch name {
	case "ForEach", "Consume", "MapSeq", "MapUnordered", "MapSource", "MapSourceUnordered":
		return true
	}
	return false
}

// appendState appends the state, and the wait that it consists of.
func (n *Node) appendState(b []byte) []byte {
	b = appendPlain(b, string(n.State))
	if n.State == StateWaiting && len(n.Waits) > 0 {
		b = append(b, " at "...)
		b = n.Waits[0].appendLasting(b)
	}
	return b
}

// appendDetails appends what follows the state, in a fixed order.
func (n *Node) appendDetails(b []byte, scope *Node, at time.Time) []byte {
	for i, w := range n.Waits {
		if w.What == WaitJoin || i == 0 && n.State == StateWaiting {
			continue
		}
		b = append(b, ", at "...)
		b = w.appendLasting(b)
	}
	for _, hold := range n.Holds {
		b = append(b, ", holds "...)
		b = hold.append(b)
		b = append(b, " for "...)
		b = appendDuration(b, hold.Age)
	}
	if !n.Deadline.IsZero() && (scope == nil || !scope.Deadline.Equal(n.Deadline)) {
		b = append(b, ", "...)
		b = appendDuration(b, n.Deadline.Sub(at))
		b = append(b, " left"...)
	}
	if n.Cause != "" && (scope == nil || scope.Cause != n.Cause) {
		b = append(b, ", cancelled: "...)
		b = appendPlain(b, n.Cause)
	}
	if n.Error != "" {
		b = append(b, ", failed: "...)
		b = appendPlain(b, n.Error)
	}
	if n.Daemon {
		b = append(b, ", daemon"...)
	}
	if n.Shielded {
		b = append(b, ", shielded"...)
	}
	return b
}
