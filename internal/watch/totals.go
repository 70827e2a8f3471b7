package watch

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"example.com/asyncgo/internal/waitlist"
)

// tally counts the tasks of one group, the functions of one call, or the tasks
// of Start.
type tally struct {
	nBegun, nEnded, nFailed, nCancelled, nPanicked atomic.Uint64
	busy                                           atomic.Int64
}

func (c *tally) began() { c.nBegun.Add(1) }

func (c *tally) ended(how How, d time.Duration) {
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

func (c *tally) counts() Counts {
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
func (t *Total) add(c *tally) {
	t.Ended += c.nEnded.Load() // first: no more have ended than have begun
	t.Failed += c.nFailed.Load()
	t.Cancelled += c.nCancelled.Load()
	t.Panicked += c.nPanicked.Load()
	t.Busy += time.Duration(c.busy.Load())
	t.Begun += c.nBegun.Load()
}

// maxNames bounds the rows of a monitor's totals. What has another name counts
// as other.
const (
	maxNames = 1000
	other    = "(other)"
)

// totals are those of one monitor.
type totals struct {
	tasks tally        // of Start
	open  atomic.Int64 // of them, not ended

	rows sync.Map   // of *total, by totalKey
	mu   sync.Mutex // guards n, and rows from new ones
	n    int
}

type totalKey struct {
	kind Kind
	name string
}

// total is a row, in parts that have a lock each: all calls of Map in a process
// begin and end in one row. What is open has counted is added when the row is
// read.
type total struct {
	key   totalKey
	parts [8]struct {
		mu   sync.Mutex
		past Total
		open waitlist.List[*scope]
	}
}

// enter counts a group or a call as opened.
func (ts *totals) enter(n *Node) {
	t := ts.row(totalKey{n.kind, n.scope.name})
	n.scope.total = t
	n.scope.inTotal.Value = n.scope
	part := &t.parts[n.id%uint64(len(t.parts))]
	part.mu.Lock()
	defer part.mu.Unlock()
	part.past.Opened++
	part.open.PushBack(&n.scope.inTotal)
}

// leave folds in what a group or a call has counted.
func (ts *totals) leave(n *Node) {
	t := n.scope.total
	part := &t.parts[n.id%uint64(len(t.parts))]
	part.mu.Lock()
	defer part.mu.Unlock()
	part.open.Remove(&n.scope.inTotal)
	part.past.add(&n.scope.tally)
}

// row returns the row for a name, making it if need be.
func (ts *totals) row(key totalKey) *total {
	if t, ok := ts.rows.Load(key); ok {
		return t.(*total)
	}
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if ts.n >= maxNames {
		key.name = other
	}
	t, known := ts.rows.LoadOrStore(key, &total{key: key}) // another may have made it
	if !known {
		ts.n++
	}
	return t.(*total)
}

func (t *total) sum() Total {
	sum := Total{Kind: t.key.kind, Name: t.key.name}
	for i := range t.parts {
		part := &t.parts[i]
		part.mu.Lock()
		past := part.past
		sum.Opened += past.Opened
		sum.Open += part.open.Len()
		sum.Begun += past.Begun
		sum.Ended += past.Ended
		sum.Failed += past.Failed
		sum.Cancelled += past.Cancelled
		sum.Panicked += past.Panicked
		sum.Busy += past.Busy
		for p := part.open.Front(); p != nil; p = p.Next() {
			sum.add(&p.Value.tally)
		}
		part.mu.Unlock()
	}
	return sum
}

// Totals returns the rows, by kind and name.
func (m *Monitor) Totals() []Total {
	var all []Total
	for _, t := range m.totals.rows.Range {
		all = append(all, t.(*total).sum())
	}
	tasks := Total{Kind: Task, Open: int(m.totals.open.Load())}
	tasks.add(&m.totals.tasks)
	if tasks.Opened = tasks.Begun; tasks.Opened > 0 || tasks.Ended > 0 || tasks.Open > 0 {
		all = append(all, tasks)
	}
	slices.SortFunc(all, func(a, b Total) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
	return all
}
