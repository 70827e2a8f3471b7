package inspect

import (
	"bytes"
	"runtime/pprof"
	"strconv"
	"strings"

	"example.com/asyncgo/internal/watch"
)

// SnapshotStacks is [Monitor.Snapshot] with [Node.Stack], for a monitor with
// [WithStacks]; without that no node has one. It stops the program for as long as
// a goroutine profile takes, which grows with the number of goroutines.
//
// It mirrors asyncio.Task.get_stack, of all tasks.
func (m *Monitor) SnapshotStacks() *Snapshot {
	m.check()
	s := m.collect(m.limit)
	if m.stacks == "" {
		return s
	}
	var profile bytes.Buffer
	_ = pprof.Lookup("goroutine").WriteTo(&profile, 1) // a Buffer returns no error
	stacks := parseStacks(profile.Bytes(), m.stacks)
	for _, n := range s.All() {
		n.Stack = stacks[n.ID]
	}
	return s
}

// parseStacks reads a goroutine profile in its text format, and returns the
// stacks of those goroutines that have an ID of the monitor as a label and run
// the task or the function, not something that it has started: a goroutine
// inherits labels.
func parseStacks(profile []byte, monitor string) map[string][]Frame {
	stacks := map[string][]Frame{}
	id := ""
	var frames []Frame
	for line := range strings.Lines(string(profile) + "\n\n") {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "# labels: "):
			if id = ""; labelIn(line, labelMonitor) == monitor {
				id = labelIn(line, labelID)
			}
		case strings.HasPrefix(line, "#\t"):
			frames = append(frames, parseFrame(line))
		case line == "":
			if stack, runs := cutOwn(frames); id != "" && runs {
				stacks[id] = stack
			}
			id, frames = "", nil
		}
	}
	return stacks
}

// labelIn returns the value of a label in a line; "" if that has none.
func labelIn(line, label string) string {
	_, after, _ := strings.Cut(line, strconv.Quote(label)+":")
	quoted, err := strconv.QuotedPrefix(after)
	if err != nil {
		return ""
	}
	id, _ := strconv.Unquote(quoted)
	return id
}

// parseFrame reads a line such as
//
//	#	0x4a5b6c	main.work+0x1c		/src/work.go:12
//
// in which more tabs follow a short name than a long one.
func parseFrame(line string) (f Frame) {
	fields := strings.FieldsFunc(line, func(r rune) bool { return r == '\t' }) // columns may be parted by several
	if len(fields) < 4 {
		return f
	}
	f.Func = fields[2]
	if i := strings.LastIndex(f.Func, "+0x"); i >= 0 {
		f.Func = f.Func[:i]
	}
	f.File = fields[len(fields)-1]
	if i := strings.LastIndexByte(f.File, ':'); i >= 0 {
		f.Line, _ = strconv.Atoi(f.File[i+1:])
		f.File = f.File[:i]
	}
	return f
}

// cutOwn drops the module's own frames below the function, and reports whether
// they are those that call the function of a node.
func cutOwn(frames []Frame) (stack []Frame, runs bool) {
	for len(frames) > 0 {
		last := frames[len(frames)-1].Func
		if !watch.IsOwn(last) && !strings.HasPrefix(last, "runtime.") {
			break
		}
		runs = runs || watch.CallsFunctions(last)
		frames = frames[:len(frames)-1]
	}
	return frames, runs
}
