package watch

import (
	"sync"
	"time"

	"example.com/asyncgo/internal/waitlist"
)

// maxUnseen bounds the failures that a monitor lists.
const maxUnseen = 100

// unseen are the failures of tasks of Start that nothing has looked at, the
// oldest first.
type unseen struct {
	mu   sync.Mutex
	list waitlist.List[*Unseen]
}

// Unseen is one such failure.
type Unseen struct {
	ID    string
	Name  string
	Code  uintptr
	Site  []uintptr
	Err   error
	Since time.Duration // of the monitor's

	place waitlist.Node[*Unseen]
}

// AddUnseen lists the failure of n, a task of Start, with that name, until Seen
// is called.
func (n *Node) AddUnseen(name string, err error) {
	u := &Unseen{ID: n.ID(-1), Name: name, Code: n.Code(), Site: n.site, Err: err, Since: n.monitor.Now()}
	u.place.Value = u
	l := &n.monitor.unseen
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list.PushBack(&u.place)
	for l.list.Len() > maxUnseen {
		l.list.PopFront()
	}
	n.failure = u
}

// Seen takes the failure of n out of the list.
func (n *Node) Seen() {
	l := &n.monitor.unseen
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list.Remove(&n.failure.place)
	n.failure = nil
}

// Unseen returns the failures that are listed, the oldest first.
func (m *Monitor) Unseen() (all []*Unseen) {
	m.unseen.mu.Lock()
	defer m.unseen.mu.Unlock()
	for p := m.unseen.list.Front(); p != nil; p = p.Next() {
		all = append(all, p.Value)
	}
	return all
}
