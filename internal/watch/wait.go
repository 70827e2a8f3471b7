package watch

import (
	"context"
	"sync"
	"time"

	"example.com/asyncgo/internal/waitlist"
)

// What says what a call waits for, or holds.
type What string

// What a call waits for.
const (
	Room       What = "room"
	Join       What = "join"
	OfTask     What = "task"
	Future     What = "future"
	Any        What = "any"
	Sleep      What = "sleep"
	Ready      What = "ready"
	Blocking   What = "blocking"
	Shared     What = "shared"
	Semaphore  What = "semaphore"
	Keyed      What = "keyed"
	Lock       What = "lock"
	RLock      What = "rlock"
	Event      What = "event"
	Cond       What = "cond"
	Barrier    What = "barrier"
	Put        What = "put"
	Get        What = "get"
	Unfinished What = "unfinished"
)

// Wait is a call that is blocked, or something that is held, for a node. A nil
// *Wait is of a call that no monitor sees: its methods do nothing.
//
// It belongs to the call until Start, which puts it into the node's list, and
// after End. In between, the lock of the node guards it.
type Wait struct {
	what  What
	on    any             // a Resource, a Target, or nil
	of    *Node           // what it waits for, if on does not say; or nil
	n     int             // permits, handles
	ctx   context.Context //nolint:containedctx // of the call; nil: of the node
	left  time.Duration   // of a sleep: how long it lasts
	node  *Node
	holds bool
	seq   uint64        // among those of the node
	since time.Duration // of the monitor's
	place waitlist.Node[*Wait]
	over  bool // of a hold: End has been called
}

// Resource is what a call waits for or holds that is neither a task nor a
// group.
type Resource interface {
	// Identity is a weak pointer to it.
	Identity() any
	// State is its kind and its figures at this moment.
	State() (kind string, stats []Stat)
}

// Stat is one figure of a Resource.
type Stat struct {
	Name  string
	Value int
}

// Part is a Resource of which a call waits for, or holds, what has a key.
type Part interface {
	Resource
	Key() any
	// Permits are how many there are, and how many calls wait for one.
	Permits() (limit, waiting int)
}

// Target is a task, a group or another handle that a call waits for.
type Target interface {
	// Target is its name, and its node; nil if no monitor sees it.
	Target() (name string, n *Node)
}

// records are reused. One belongs to a snapshot only under the node's lock.
var records = sync.Pool{New: func() any { return new(Wait) }}

// Blocked returns the record of a call that is about to block, with the node of
// ctx, which is called now. Start and End follow.
func Blocked(ctx context.Context, what What, on any, n int) *Wait {
	if !On() {
		return nil
	}
	return In(ctx).BlockedIn(ctx, what, on, n)
}

// In returns the node whose waits are those of calls with ctx, or nil.
func In(ctx context.Context) *Node {
	n := Under(ctx)
	if n == nil || n.kind == Root {
		return nil
	}
	return n
}

// BlockedIn is the function Blocked for a call whose context is known to have
// that node: it calls nothing.
func (n *Node) BlockedIn(ctx context.Context, what What, on any, count int) *Wait {
	w := n.Blocked(what, on, count)
	if w != nil {
		w.ctx = ctx
	}
	return w
}

// Blocked is the function of that name for a call without a context.
func (n *Node) Blocked(what What, on any, count int) *Wait {
	if n == nil || n.monitor.Closed() {
		return nil
	}
	w := records.Get().(*Wait)
	w.node, w.what, w.on, w.n = n, what, on, count
	return w
}

// Asleep is Blocked for a sleep of that length; 0: it ends with ctx alone.
func Asleep(ctx context.Context, d time.Duration) *Wait {
	w := Blocked(ctx, Sleep, nil, 0)
	if w != nil {
		w.left = d
	}
	return w
}

// Holding is the function of that name for a call whose context is known to have
// that node: it calls nothing.
func (n *Node) Holding(what What, on any, count int) *Wait {
	w := n.Blocked(what, on, count)
	if w != nil {
		w.holds = true
	}
	return w
}

// Holding is Blocked for a call that will hold something. Start and End stand
// for acquiring and releasing it.
func Holding(ctx context.Context, what What, on any, n int) *Wait {
	w := Blocked(ctx, what, on, n)
	if w != nil {
		w.holds = true
	}
	return w
}

// Of sets how many the call waits for. It comes before Start.
func (w *Wait) Of(n int) {
	if w != nil {
		w.n = n
	}
}

// For sets the node that the call waits for, which may be nil. It comes before
// Start.
func (w *Wait) For(n *Node) {
	if w != nil {
		w.of = n
	}
}

// Start says that the call blocks from now on.
func (w *Wait) Start() {
	if w != nil {
		w.start()
	}
}

func (w *Wait) start() {
	w.node.below.mu.Lock()
	defer w.node.below.mu.Unlock()
	if w.over {
		return
	}
	w.place.Value = w
	w.since = w.node.monitor.Now()
	w.node.lastWait++
	w.seq = w.node.lastWait
	w.node.waits.PushBack(&w.place)
}

// Suspend takes out the record of the hold of on that n has, or a node that n is
// below, and returns it, to be started again; nil if there is none.
func (n *Node) Suspend(on any) *Wait {
	for ; n != nil && n.kind != Root; n = n.parent {
		if w := n.suspend(on); w != nil {
			return w
		}
	}
	return nil
}

func (n *Node) suspend(on any) *Wait {
	n.below.mu.Lock()
	defer n.below.mu.Unlock()
	for p := n.waits.Front(); p != nil; p = p.Next() {
		if p.Value.holds && p.Value.on == on {
			n.waits.Remove(p)
			return p.Value
		}
	}
	return nil
}

// End says that the call does not block any more, or never did.
func (w *Wait) End() {
	if w != nil {
		w.end()
	}
}

func (w *Wait) end() {
	w.node.below.mu.Lock()
	started := w.node.waits.Remove(&w.place)
	w.over = w.holds
	w.node.below.mu.Unlock()
	if w.holds {
		return // not reused: a call that has suspended it may start it again
	}
	if m := w.node.monitor; started && m.timeline != nil {
		if now := m.Now(); now > w.since {
			state := w.state()
			s := state.span(w.node.ref(w.node.Index()))
			s.End = now
			m.timeline.put(s)
		}
	}
	*w = Wait{}
	records.Put(w)
}

// State is a Wait as a snapshot reads it.
type State struct {
	Seq     uint64 // unique among those of the node
	What    What
	On      any
	N       int
	Context context.Context //nolint:containedctx // it is reported
	Since   time.Duration   // of the monitor's
	Of      *Node           // what it waits for, if On does not say
	Left    time.Duration   // of a sleep, from Since on; 0: it has no end
}

func (w *Wait) state() State {
	s := State{w.seq, w.what, w.on, w.n, w.ctx, w.since, w.of, w.left}
	if s.Context == nil {
		s.Context = w.node.Context
	}
	return s
}

// Waits returns what n waits for and what it holds, each longest first.
func (n *Node) Waits() (waits, holds []State) {
	n.below.mu.Lock()
	defer n.below.mu.Unlock()
	for p := n.waits.Front(); p != nil; p = p.Next() {
		if w := p.Value; w.holds {
			holds = append(holds, w.state())
		} else {
			waits = append(waits, w.state())
		}
	}
	return waits, holds
}
