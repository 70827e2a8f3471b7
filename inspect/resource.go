package inspect

// Resource is a semaphore, a lock, a queue or the like, and how it is used.
type Resource struct {
	Kind  string `json:"kind"` // semaphore, keyed, lock, rwlock, event, cond, barrier, queue
	Name  string `json:"name,omitempty"`
	Stats []Stat `json:"stats"` // those of its kind, in a fixed order
}

// Stat is one number of a [Resource], such as its waiting calls.
type Stat struct {
	Name  string `json:"name"`
	Value int    `json:"value"`
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
