package watch

import (
	"runtime"
	"sync"
	"weak"
)

// names has an *entry for each resource that has been given a name and has not
// been collected, by weak pointer.
var names sync.Map

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
	e := &entry{name: name, resource: func() Resource {
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
	if _, again := names.Swap(w, e); !again {
		runtime.AddCleanup(p, forget, any(w))
	}
	if e.track != nil {
		e.track()
	}
}

func forget(key any) { names.Delete(key) }

// NameOf returns the name that r has been given, or "".
func NameOf(r Resource) string {
	if e, ok := names.Load(r.Identity()); ok {
		return e.(*entry).name
	}
	return ""
}

// Named returns what has a name.
func Named() (resources []Resource) {
	for _, e := range names.Range {
		if r := e.(*entry).resource(); r != nil {
			resources = append(resources, r)
		}
	}
	return resources
}

// trackAll calls the track functions.
func trackAll() {
	for _, e := range names.Range {
		if track := e.(*entry).track; track != nil {
			track()
		}
	}
}
