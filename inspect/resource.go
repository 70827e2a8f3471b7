package inspect

import "strconv"

// Resource is a semaphore, a lock, a queue or the like, and how it is used.
type Resource struct {
	Kind  string `json:"kind"`           // semaphore, keyed, lock, rwlock, event, cond, barrier, queue
	Name  string `json:"name,omitempty"` // given by its Named method, or empty
	Stats []Stat `json:"stats"`          // those of its kind, in a fixed order
}

// Stat is one number of a [Resource], such as its waiting calls.
type Stat struct {
	Name  string `json:"name"`  // such as waiting
	Value int    `json:"value"` // at the moment of the snapshot
}

// Stat returns the value of the stat with the name, or 0 if there is none.
func (r *Resource) Stat(name string) int {
	if r == nil {
		return 0
	}
	for _, stat := range r.Stats {
		if stat.Name == name {
			return stat.Value
		}
	}
	return 0
}

// appendLine appends the resource's line of [Snapshot.WriteText].
func (r *Resource) appendLine(b []byte) []byte {
	b = appendPlain(b, r.Kind)
	if r.Name != "" {
		b = append(b, ' ')
		b = strconv.AppendQuote(b, r.Name)
	}
	for _, stat := range r.Stats {
		b = append(b, "  "...)
		b = appendPlain(b, stat.Name)
		b = append(b, ' ')
		b = strconv.AppendInt(b, int64(stat.Value), 10)
	}
	return b
}
