package watch

import (
	"runtime"
	"sync"
	"weak"
)

// names are the resources that have been given a name and have not been
// collected.
var names struct {
	mu      sync.Mutex
	entries map[any]entry // by weak pointer
}

type entry struct {
	name     string
	resource func() Resource // nil if it has been collected
	track    func()          // nil: nothing to do
}

// Name gives p, which is seen as what resource returns, a name. If track is not
// nil, it is called for p when a monitor has been opened. It does not keep p
// alive.
func Name[T any](p *T, name string, resource func(*T) Resource, track func(*T)) {
	w := weak.Make(p)
	e := entry{name: name, resource: func() Resource {
		if p := w.Value(); p != nil {
			return resource(p)
		}
		return nil
	}}
	if track != nil {
		e.track = func() {
			if p := w.Value(); p != nil {
				track(p)
			}
		}
	}
	names.mu.Lock()
	_, again := names.entries[w]
	if names.entries == nil {
		names.entries = map[any]entry{}
	}
	names.entries[w] = e
	names.mu.Unlock()
	if !again {
		runtime.AddCleanup(p, forget, any(w))
	}
	if e.track != nil {
		e.track()
	}
}

func forget(key any) {
	names.mu.Lock()
	defer names.mu.Unlock()
	delete(names.entries, key)
}

// NameOf returns the name that r has been given, or "".
func NameOf(r Resource) string {
	key := r.Identity()
	names.mu.Lock()
	defer names.mu.Unlock()
	return names.entries[key].name
}

// Named returns what has a name, by name.
func Named() (resources []Resource) {
	names.mu.Lock()
	entries := make([]entry, 0, len(names.entries))
	for _, e := range names.entries {
		entries = append(entries, e)
	}
	names.mu.Unlock()
	for _, e := range entries {
		if r := e.resource(); r != nil {
			resources = append(resources, r)
		}
	}
	return resources
}

// trackAll calls the track functions.
func trackAll() {
	names.mu.Lock()
	entries := make([]entry, 0, len(names.entries))
	for _, e := range names.entries {
		entries = append(entries, e)
	}
	names.mu.Unlock()
	for _, e := range entries {
		if e.track != nil {
			e.track()
		}
	}
}
