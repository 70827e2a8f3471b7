package taskgroup

import (
	"strconv"
	"strings"
	"sync/atomic"
)

// TaskInfo identifies a task.
type TaskInfo struct {
	ID    uint64 // unique in the process; 0 for the functions of Gather, Map and their like
	Name  string // as given by [Named], or task-1, task-2, …
	Group string // the name of its group, if that has one
}

var lastID atomic.Uint64

func (c *core) info() TaskInfo {
	c.mu.Lock()
	x := c.moreLocked()
	if x.id == 0 {
		x.id = lastID.Add(1)
		if x.name == "" {
			x.name = defaultName + strconv.FormatUint(x.id, 10)
		}
	}
	info := TaskInfo{ID: x.id, Name: x.name}
	c.mu.Unlock()
	if g := c.group(); g != nil {
		info.Group = g.options.name
	}
	return info
}

const (
	defaultName = "task-"
	nameOfInput = "input" // of a stream, in the place of an item
)

func isDefaultName(name string) bool {
	digits, ok := strings.CutPrefix(name, defaultName)
	return ok && digits != "" && strings.Trim(digits, "0123456789") == ""
}
