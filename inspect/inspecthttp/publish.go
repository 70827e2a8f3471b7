package inspecthttp

import (
	"expvar"
	"strconv"
	"sync"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/internal/misuse"
)

// Between the look at a name and its publication no other call of Publish may
// publish it.
var publishing sync.Mutex

// Publish declares an [expvar.Var] of the given name: an object whose totals
// and resources are those of m's snapshot, with the same keys as in its JSON.
// They are read anew each time the variable is. If m is nil, they are those of
// [inspect.Default], and empty while there is none.
//
// Like [expvar.Publish], it cannot be taken back, so it belongs into main or an
// init function. It panics if the name is taken already or if m is the zero
// Monitor, with an error that wraps [inspect.ErrMisuse].
//
// asyncio has no counterpart.
func Publish(name string, m *inspect.Monitor) {
	check(m)
	publishing.Lock()
	defer publishing.Unlock()
	if expvar.Get(name) != nil {
		panic(misuse.New("inspecthttp: Publish: taken: "+strconv.Quote(name), inspect.ErrMisuse))
	}
	expvar.Publish(name, expvar.Func(func() any { return totalsOf(monitorOrDefault(m)) }))
}

// published is what the variable shows. Neither list is ever null.
type published struct {
	Totals    []*inspect.Total    `json:"totals"`
	Resources []*inspect.Resource `json:"resources"`
}

func totalsOf(m *inspect.Monitor) published {
	p := published{Totals: []*inspect.Total{}, Resources: []*inspect.Resource{}}
	if m == nil {
		return p
	}
	s := m.Snapshot()
	p.Totals = append(p.Totals, s.Totals...)
	p.Resources = append(p.Resources, s.Resources...)
	return p
}
