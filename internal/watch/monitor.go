package watch

import (
	"context"
	"sync/atomic"
	"time"
)

// Config is how a monitor is made. It does not change.
type Config struct {
	Sites    bool     // look up where groups, calls and tasks are begun
	Tracers  []Tracer // in order
	Timeline int      // how many spans are kept; 0: none
	// Report is called, at most once, with what a tracer has panicked with or,
	// if it has called Goexit, with nil.
	Report func(panicked any)
}

// trees is how many lists the roots of a monitor are spread over.
const trees = 16

// Monitor sees the nodes that begin under its contexts.
type Monitor struct {
	config Config
	start  time.Time
	root   Node
	closed atomic.Bool
	lastID atomic.Uint64

	trees    [trees]branch
	totals   totals
	unseen   unseen
	timeline *Timeline // nil: not kept
	reported atomic.Bool
}

// NewMonitor returns a monitor that is open.
func NewMonitor(c Config) *Monitor {
	m := &Monitor{config: c, start: time.Now()}
	m.root.monitor = m
	if c.Timeline > 0 {
		m.timeline = newTimeline(c.Timeline)
	}
	open.n.Add(1)
	trackAll()
	return m
}

// Close closes m. What begins under its contexts from now on is seen by the
// default monitor, if by any.
func (m *Monitor) Close() {
	if m.closed.Swap(true) {
		return
	}
	byDefault.CompareAndSwap(m, nil)
	open.n.Add(-1)
}

// Closed reports whether m is closed.
func (m *Monitor) Closed() bool { return m.closed.Load() }

// Start is when m was made.
func (m *Monitor) Start() time.Time { return m.start }

// Now is the time since Start.
func (m *Monitor) Now() time.Duration { return max(0, time.Since(m.start)) }

// clock is Now in nanoseconds, and 1: as nodes note it.
func (m *Monitor) clock() int64 { return int64(m.Now()) + 1 }

// Timeline returns the spans that m keeps; nil if it keeps none.
func (m *Monitor) Timeline() *Timeline { return m.timeline }

// byDefault sees what begins under a context without a monitor.
var byDefault atomic.Pointer[Monitor]

// SetDefault makes m, which may be nil, the default monitor.
func SetDefault(m *Monitor) {
	byDefault.Store(m)
	if m != nil && m.Closed() {
		byDefault.CompareAndSwap(m, nil)
	}
}

// Default returns the default monitor, or nil.
func Default() *Monitor { return byDefault.Load() }

// Context returns a context under which m sees what begins.
func (m *Monitor) Context(ctx context.Context) context.Context {
	return context.WithValue(ctx, CurrentNode, &m.root)
}

// Under returns the node that what begins under ctx is a child of; nil if no
// monitor sees it.
func Under(ctx context.Context) *Node {
	if !On() {
		return nil
	}
	return under(ctx)
}

// under asks ctx, which may be the user's code. If that panics, nothing is seen
// of what begins there.
func under(ctx context.Context) (n *Node) {
	defer func() {
		if recover() != nil {
			n = nil
		}
	}()
	n, _ = ctx.Value(CurrentNode).(*Node)
	if n != nil && !n.monitor.Closed() {
		return n
	}
	m := Default()
	if m == nil {
		return nil
	}
	return &m.root
}
