package inspect

import (
	"bufio"
	"io"
	"strconv"
	"strings"
)

// WriteText writes the snapshot as text: a line for each node with its children
// behind branches, as pstree prints processes, then a line for each resource and
// for each unseen failure. It returns the error of w.
//
// A line has fields that two spaces part: what names the node, its age, the
// counts of its tasks or functions, and its state, with what it waits for, holds,
// how long is left until its deadline, and why it was canceled or failed. A
// deadline and a cause that are the parent's are left out. Names stand in quotes
// or have their control characters escaped, so each line is one line.
//
// It is what asyncio's pstree prints.
func (s *Snapshot) WriteText(w io.Writer) error {
	if s == nil {
		return nil
	}
	out := bufio.NewWriter(w)
	s.writeTree(out)
	var line []byte
	for _, r := range s.Resources {
		if r != nil {
			line = r.appendLine(line[:0])
			_ = writeLine(out, line)
		}
	}
	for _, u := range s.Unseen {
		if u != nil {
			line = u.appendLine(line[:0])
			_ = writeLine(out, line)
		}
	}
	return out.Flush()
}

// String returns the text of [Snapshot.WriteText].
func (s *Snapshot) String() string {
	var text strings.Builder
	_ = s.WriteText(&text) // a Builder has no errors
	return text.String()
}

// writeTree writes the lines of the nodes. The error of out is kept until its
// Flush.
func (s *Snapshot) writeTree(out *bufio.Writer) {
	var line, prefix []byte
	starts := []int{0} // by depth: how much of prefix its lines begin with
	for row := range rows(s.Nodes) {
		prefix = prefix[:starts[row.depth]]
		_, _ = out.Write(prefix)
		if row.depth > 0 {
			branch, below := "├── ", "│   "
			if row.last {
				branch, below = "└── ", "    "
			}
			_, _ = out.WriteString(branch)
			prefix = append(prefix, below...)
		}
		starts = append(starts[:row.depth+1], len(prefix))
		if row.node != nil {
			line = row.node.appendLine(line[:0], row.scope, s.Time)
		} else {
			line = append(line[:0], "… "...)
			line = strconv.AppendInt(line, int64(row.hidden), 10)
			line = append(line, " more"...)
		}
		if writeLine(out, line) != nil {
			return
		}
	}
}

func writeLine(out *bufio.Writer, line []byte) error {
	_, _ = out.Write(line)
	return out.WriteByte('\n')
}
