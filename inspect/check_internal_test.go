package inspect

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

const bound = 10 * time.Second

// found returns the findings of one check as lines.
func found(r Rules, s *Snapshot) []string {
	var lines []string
	for _, f := range check(r, always(s)) {
		lines = append(lines, f.String())
	}
	return lines
}

// Each rule finds nothing at its bound, and something just after it. The nodes
// are made anew for each, with what is measured set to lasted.
func TestEachRuleAtItsBound(t *testing.T) {
	lasting := func(what What, lasted time.Duration) change {
		return waitsAt(Wait{What: what, Name: "x", Age: lasted}, record{})
	}
	holding := func(lasted time.Duration) change {
		return holdsFor(Wait{What: WaitSemaphore, Name: "db", N: 2, Age: lasted}, record{})
	}
	for _, c := range []struct {
		name  string
		rules Rules
		node  func(lasted time.Duration) *Node
		want  string // empty: it is excepted
	}{
		{"running task", Rules{Running: bound}, func(d time.Duration) *Node { return aTask("t", aged(d)) }, "running: t: has not ended after 10s: running"},
		{"running function", Rules{Running: bound}, func(d time.Duration) *Node { return aFunc("f", aged(d)) }, "running: f: has not ended after 10s: running"},
		{"waiting task", Rules{Running: bound}, func(d time.Duration) *Node { return aTask("t", aged(d), lasting(WaitGet, d)) }, `running: t: has not ended after 10s: waiting at get "x" for 10s`},
		{"running daemon", Rules{Running: bound}, func(d time.Duration) *Node { return aTask("t", aged(d), daemon) }, ""},
		{"queued task", Rules{Running: bound}, func(d time.Duration) *Node { return aTask("t", aged(d), queued) }, ""},
		{"running group", Rules{Running: bound}, func(d time.Duration) *Node { return aGroup("g", aged(d)) }, ""},
		{"running call", Rules{Running: bound}, func(d time.Duration) *Node { return aCall("c", aged(d)) }, ""},

		{"wait", Rules{Waiting: bound}, func(d time.Duration) *Node { return aTask("t", lasting(WaitGet, d)) }, `waiting: t: has been waiting at get "x" for 10s`},
		{"wait of a group", Rules{Waiting: bound}, func(d time.Duration) *Node { return aGroup("g", lasting(WaitRoom, d)) }, `waiting: g: has been waiting at room "x" for 10s`},
		{"wait of a queued task", Rules{Waiting: bound}, func(d time.Duration) *Node { return aTask("t", queued, lasting(WaitSemaphore, d)) }, `waiting: t: has been waiting at semaphore "x" for 10s`},
		{"join", Rules{Waiting: bound}, func(d time.Duration) *Node { return aGroup("g", lasting(WaitJoin, d)) }, ""},
		{"sleep", Rules{Waiting: bound}, func(d time.Duration) *Node { return aTask("t", lasting(WaitSleep, d)) }, ""},
		{"wait of a daemon", Rules{Waiting: bound}, func(d time.Duration) *Node { return aTask("t", daemon, lasting(WaitGet, d)) }, ""},

		{"ignoring task", Rules{Ignoring: bound}, func(d time.Duration) *Node { return aTask("t", doneFor(d)) }, "ignoring: t: has not ended 10s after its context was found done"},
		{"ignoring call", Rules{Ignoring: bound}, func(d time.Duration) *Node { return aCall("c", doneFor(d)) }, "ignoring: c: has not ended 10s after its context was found done"},
		{"ignoring, and why", Rules{Ignoring: bound}, func(d time.Duration) *Node { return aTask("t", doneFor(d), func(n *Node) { n.Cause = "sto\np" }) }, `ignoring: t: has not ended 10s after its context was found done: sto\np`},
		{"queued, and its context is done", Rules{Ignoring: bound}, func(d time.Duration) *Node { return aTask("t", queued, doneFor(d)) }, ""},
		{"group of Run without tasks", Rules{Ignoring: bound}, func(d time.Duration) *Node {
			return aGroup("g", doneFor(d), func(n *Node) { n.Func, n.Counts = "main.f", new(Counts) })
		}, "ignoring: g: has not ended 10s after its context was found done"},
		{"group of New without tasks", Rules{Ignoring: bound}, func(d time.Duration) *Node {
			return aGroup("g", doneFor(d), func(n *Node) { n.Counts = new(Counts) })
		}, ""},
		{"group of New with a task", Rules{Ignoring: bound}, func(d time.Duration) *Node {
			return aGroup("g", doneFor(d), func(n *Node) { n.Counts = &Counts{Running: 1} })
		}, "ignoring: g: has not ended 10s after its context was found done"},
		{"group of New with a queued task", Rules{Ignoring: bound}, func(d time.Duration) *Node {
			return aGroup("g", doneFor(d), func(n *Node) { n.Counts = &Counts{Queued: 1} })
		}, "ignoring: g: has not ended 10s after its context was found done"},

		{"holding", Rules{Holding: bound}, func(d time.Duration) *Node { return aTask("t", holding(d)) }, `holding: t: has held semaphore "db" ×2 for 10s`},
		{"holding daemon", Rules{Holding: bound}, func(d time.Duration) *Node { return aTask("t", daemon, holding(d)) }, `holding: t: has held semaphore "db" ×2 for 10s`},

		{"unjoined", Rules{Unjoined: bound}, func(d time.Duration) *Node { return aGroup("g", emptyFor(d)) }, "unjoined: g: has been empty for 10s, and its join has not been called"},

		{"no rule", Rules{}, func(d time.Duration) *Node {
			return aTask("t", aged(d), lasting(WaitGet, d), holding(d), doneFor(d), emptyFor(d))
		}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.Empty(t, found(c.rules, snapshotOf(c.node(bound))))
			var want []string
			if c.want != "" {
				want = append(want, c.want)
			}
			assert.Equal(t, want, found(c.rules, snapshotOf(c.node(bound+1))))
		})
	}
}

func TestUnseenAtItsBound(t *testing.T) {
	s := snapshotOf()
	s.Unseen = []*Unseen{nil, {Name: "fetch", Error: "bo\nom", Age: bound + 1}, {Error: "boom", Age: bound + 1}, {Error: "young", Age: bound}}
	assert.Equal(t, []string{
		`unseen: fetch: failed 10s ago, and no code has read the failure: bo\nom`,
		`unseen: task: failed 10s ago, and no code has read the failure: boom`,
	}, found(Rules{Unseen: bound}, s))
	assert.Empty(t, found(Rules{}, s))
	f := check(Rules{Unseen: bound}, always(s))[0]
	assert.Nil(t, f.Node)
	assert.Equal(t, bound+1, f.For)
}

// A daemon's waits are those of the groups and calls that it is in; a function of
// its calls, and a task of its groups, is no daemon.
func TestWaitsWithinADaemon(t *testing.T) {
	waits := func() change { return waitsAt(Wait{What: WaitGet, Age: bound + 1}, record{}) }
	tree := func(more ...change) *Node {
		return aTask("d", append(more, children(
			aCall("Consume", waits(), children(aFunc("f", waits()))),
			aGroup("g", waits(), children(aTask("t", waits()))),
		))...)
	}
	assert.Equal(t, []string{
		"waiting: d/Consume/[0]: has been waiting at get for 10s",
		"waiting: d/g/t: has been waiting at get for 10s",
	}, found(Rules{Waiting: bound}, snapshotOf(tree(daemon))))
	assert.Equal(t, []string{
		"waiting: d/Consume: has been waiting at get for 10s",
		"waiting: d/Consume/[0]: has been waiting at get for 10s",
		"waiting: d/g: has been waiting at get for 10s",
		"waiting: d/g/t: has been waiting at get for 10s",
	}, found(Rules{Waiting: bound}, snapshotOf(tree())))
}

func TestOrderOfFindings(t *testing.T) {
	late := bound + 1
	x, y := aLock(), aLock()
	wait := func(g *guard) change { return waitsAt(Wait{What: WaitLock, Age: late}, record{of: g}) }
	hold := func(g *guard) change { return holdsFor(Wait{What: WaitLock, Age: late}, record{of: g}) }
	s := snapshotOf(
		aGroup("g", emptyFor(late), children(aTask("a", aged(late), wait(y), hold(x), doneFor(late), func(n *Node) { n.done = false }))),
		aTask("b", hold(y), wait(x)),
	)
	s.Unseen = []*Unseen{{Error: "boom", Age: late}}
	r := Rules{Running: bound, Waiting: bound, Ignoring: bound, Holding: bound, Unseen: bound, Unjoined: bound, Deadlock: true}
	var got []string
	for _, f := range check(r, always(s)) {
		assert.Equal(t, late, f.For)
		got = append(got, string(f.Rule)+" "+f.Path)
	}
	assert.Equal(t, []string{
		"unjoined g", "running g/a", "waiting g/a", "ignoring g/a", "holding g/a", "waiting b", "holding b", "unseen task", "deadlock g/a",
	}, got)
}

func TestPaths(t *testing.T) {
	plain := func(kind Kind, index int, children ...*Node) *Node {
		return &Node{Kind: kind, Index: index, Children: children}
	}
	leaf := plain(KindFunc, 3)
	snapshotOf(plain(KindGroup, -1, plain(KindTask, 4, plain(KindCall, -1, leaf))))
	assert.Equal(t, "group/#4/call/[3]", pathOf(leaf))
	assert.Equal(t, "task", pathOf(plain(KindTask, -1)))
	leaf = aFunc("f")
	snapshotOf(aGroup("crawl", children(aTask("worker-1", children(aCall("Map", children(aFunc("f"), leaf)))))))
	assert.Equal(t, "crawl/worker-1/Map/[1]", pathOf(leaf))
}

func TestFindingIsOneLine(t *testing.T) {
	f := Finding{Rule: "ru\nle", Path: "a\x1b/b", Text: "te\nxt"}
	assert.Equal(t, `ru\nle: a\x1b/b: te\nxt`, f.String())
}

func TestDefaultRules(t *testing.T) {
	assert.Equal(t, Rules{
		Waiting: 30 * time.Second, Ignoring: 5 * time.Second, Holding: bound, Unseen: bound, Unjoined: bound, Deadlock: true,
	}, DefaultRules())
}
