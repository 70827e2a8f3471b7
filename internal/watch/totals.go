package watch

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"example.com/asyncgo/internal/waitlist"
)

// counters count the tasks of one group, the functions of one call, or the
// tasks of Start.
type counters struct {
	nBegun, nEnded, nFailed, nCancelled, nPanicked atomic.Uint64
	nUnbegun                                       atomic.Uint64 // of those that have ended
	busy                                           atomic.Int64
}

func (c *counters) began() { c.nBegun.Add(1) }

func (c *counters) ended(how How, d time.Duration) {
	switch how {
	case Cancelled:
		c.nCancelled.Add(1)
	case Panicked:
		c.nPanicked.Add(1)
		c.nFailed.Add(1)
	case Failed:
		c.nFailed.Add(1)
	case Returned:
	}
	c.busy.Add(int64(d))
	c.nEnded.Add(1)
}

// Counts are the counters as figures. Those of a group know what was counted
// here alone.
func (c *counters) Counts() Counts {
	ended := c.nEnded.Load() // first: no more have ended than have begun
	return Counts{
		Begun: int(c.nBegun.Load()), Ended: int(ended),
		Failed: int(c.nFailed.Load()), Cancelled: int(c.nCancelled.Load()),
	}
}

// Total is what all groups of one name, or all calls of one function, or all
// tasks of Start have done.
type Total struct {
	Kind                                      Kind
	Name                                      string
	Opened                                    uint64
	Open                                      int
	Begun, Ended, Failed, Cancelled, Panicked uint64
	Busy                                      time.Duration
}

// add adds what c counts.
func (t *Total) add(c *counters) {
	t.Ended += c.nEnded.Load()
	t.Failed += c.nFailed.Load()
	t.Cancelled += c.nCancelled.Load()
	t.Panicked += c.nPanicked.Load()
	t.Begun += c.nBegun.Load()
	t.Busy += time.Duration(c.busy.Load())
}

// maxNames bounds the totals. What has another name counts as other.
const (
	maxNames = 1000
	other    = "(other)"
)

// totals are those of one monitor.
type totals struct {
	tasks  counters // of Start
	byName sync.Map // of *total, by totalKey
	n      atomic.Int64
	mu     sync.Mutex // held while a row is made
}

type totalKey struct {
	kind Kind
	name string
}

// total is a row. What its open groups or calls have counted is added when it
// is read.
type total struct {
	mu   sync.Mutex
	past Total
	open waitlist.List[*Node]
}

// enter counts a group or a call as opened.
func (ts *totals) enter(n *Node) *total {
	t := ts.row(totalKey{n.kind, n.name})
	n.inTotal.Value = n
	t.mu.Lock()
	defer t.mu.Unlock()
	t.past.Opened++
	t.open.PushBack(&n.inTotal)
	return t
}

// leave folds in what a group or a call has counted.
func (ts *totals) leave(n *Node) {
	t := n.total
	if t == nil {
		return // a tracer has kept it from being published
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.open.Remove(&n.inTotal) {
		t.past.add(&n.counters)
	}
}

// row returns the row for a name, making it if need be.
func (ts *totals) row(key totalKey) *total {
	if t, ok := ts.byName.Load(key); ok {
		return t.(*total)
	}
	if ts.n.Load() >= maxNames {
		key.name = other
		if t, ok := ts.byName.Load(key); ok {
			return t.(*total) // without the lock, however many names there are
		}
	}
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if t, ok := ts.byName.Load(key); ok {
		return t.(*total)
	}
	if ts.n.Load() >= maxNames {
		key.name = other
	}
	t, _ := ts.byName.LoadOrStore(key, &total{past: Total{Kind: key.kind, Name: key.name}})
	ts.n.Add(1)
	return t.(*total)
}

// Totals returns the rows, by kind and name.
func (m *Monitor) Totals() []Total {
	var all []Total
	m.totals.byName.Range(func(_, row any) bool {
		t := row.(*total)
		t.mu.Lock()
		sum := t.past
		sum.Open = t.open.Len()
		for p := t.open.Front(); p != nil; p = p.Next() {
			sum.add(&p.Value.counters)
		}
		t.mu.Unlock()
		all = append(all, sum)
		return true
	})
	tasks := Total{Kind: Task}
	tasks.add(&m.totals.tasks)
	if tasks.Begun > 0 || tasks.Ended > 0 {
		tasks.Opened = tasks.Begun
		tasks.Open = max(0, int(tasks.Begun)+int(m.totals.tasks.nUnbegun.Load())-int(tasks.Ended))
		all = append(all, tasks)
	}
	slices.SortFunc(all, func(a, b Total) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
	return all
}
