package inspect

import (
	"bufio"
	"bytes"
	"runtime/pprof"
	"strconv"
	"strings"

	"example.com/asyncgo/internal/watch"
)

// SnapshotStacks is [Monitor.Snapshot] with [Node.Stack], for a monitor with
// [WithStacks]; without that no node has one. It stops the program for as long as
// a goroutine profile takes: a second for 10,000 goroutines on a loaded machine.
//
// It mirrors asyncio.Task.get_stack, of all tasks.
func (m *Monitor) SnapshotStacks() *Snapshot {
	m.check()
	s := m.collect(m.limit)
	if !m.stacks {
		return s
	}
	var profile bytes.Buffer
	_ = pprof.Lookup("goroutine").WriteTo(&profile, 1) // a Buffer returns no error
	stacks := parseStacks(&profile)
	for _, n := range s.All() {
		n.Stack = stacks[n.ID]
	}
	return s
}

// parseStacks reads a goroutine profile in its text format, and returns the
// stacks of those goroutines that have an ID as a label and run a task or a
// function, not something that this has started.
func parseStacks(profile *bytes.Buffer) map[string][]Frame {
	stacks := map[string][]Frame{}
	id := ""
	var frames []Frame
	end := func() {
		if own := trimOwn(frames); id != "" && len(own) < len(frames) {
			stacks[id] = own
		}
		id, frames = "", nil
	}
	lines := bufio.NewScanner(profile)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		switch {
		case strings.HasPrefix(line, "# labels: "):
			id = labelIn(line)
		case strings.HasPrefix(line, "#\t"):
			frames = append(frames, parseFrame(line))
		case line == "":
			end()
		}
	}
	end()
	return stacks
}

// labelIn returns the ID among the labels of a line.
func labelIn(line string) string {
	_, after, _ := strings.Cut(line, strconv.Quote(labelID)+":")
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
	fields := strings.Split(line, "\t")
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

// trimOwn drops the module's own frames below the function.
func trimOwn(frames []Frame) []Frame {
	for len(frames) > 0 {
		if last := frames[len(frames)-1].Func; !watch.IsOwn(last) && !strings.HasPrefix(last, "runtime.") {
			break
		}
		frames = frames[:len(frames)-1]
	}
	return frames
}
