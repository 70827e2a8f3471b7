package inspect

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// ignored remembers when a monitor first saw the context of a node done. Nothing
// is armed when a context ends, so a collection is the first to see it.
//
// An entry is forgotten when its node is gone. A collection that lists only some
// of the children does not show which of the others are gone: then at most as
// many entries are kept beyond those it lists as it has hidden nodes, so that
// the memory is bounded by what runs.
//
// The zero ignored is ready to use.
type ignored struct {
	mu     sync.Mutex // guards the following
	passes uint64
	first  map[string]sighting // by ID
}

// sighting is what is remembered of a node whose context is done.
type sighting struct {
	since time.Time // when it was first seen done
	pass  uint64    // the last pass that listed it
}

// see sets doneSince of every node of a linked snapshot. The collection calls it
// for each snapshot that it makes.
func (g *ignored) see(s *Snapshot) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.passes++
	hidden := 0
	for _, n := range s.All() {
		hidden += max(n.Hidden, 0)
		if !n.isDone() {
			continue
		}
		seen, known := g.first[n.ID]
		if !known {
			seen.since = s.Time
		}
		seen.pass = g.passes
		if g.first == nil {
			g.first = make(map[string]sighting)
		}
		g.first[n.ID] = seen
		n.doneSince = seen.since
	}
	g.forget(hidden)
}

// forget drops the entries that this pass has not listed, except the hidden most
// recently listed.
func (g *ignored) forget(hidden int) {
	var gone []string
	for id, seen := range g.first {
		if seen.pass != g.passes {
			gone = append(gone, id)
		}
	}
	if hidden > 0 {
		slices.SortFunc(gone, func(a, b string) int {
			return cmp.Or(cmp.Compare(g.first[a].pass, g.first[b].pass), cmp.Compare(a, b))
		})
		gone = gone[:max(0, len(gone)-hidden)]
	}
	for _, id := range gone {
		delete(g.first, id)
	}
}
