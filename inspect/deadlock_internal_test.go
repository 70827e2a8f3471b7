package inspect

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/internal/test/testkit"
)

// cyclesOf returns the cycles of the deadlocks, as paths.
func cyclesOf(all []finding) []string {
	var cycles []string
	for _, f := range all {
		var paths []string
		for _, n := range f.Cycle {
			paths = append(paths, pathOf(n))
		}
		cycles = append(cycles, strings.Join(paths, " > "))
	}
	return cycles
}

func deadlocksIn(nodes ...*Node) []string {
	s := snapshotOf(nodes...)
	return cyclesOf(deadlocks(s, always(s)))
}

type situation struct {
	name  string
	nodes []*Node
	want  []string
}

func runSituations(t *testing.T, situations []situation) {
	t.Helper()
	for _, s := range situations {
		t.Run(s.name, func(t *testing.T) {
			assert.Equal(t, s.want, deadlocksIn(s.nodes...))
			if s.want == nil {
				assert.Empty(t, newStandstill(snapshotOf(s.nodes...), nil).nodes(), "all can go on")
			}
		})
	}
}

func nodes(all ...*Node) []*Node { return all }

func aLock() *guard               { return &guard{permits: 1} }
func aSemaphore(limit int) *guard { return &guard{permits: limit} }

func TestTwoLocksCrosswise(t *testing.T) {
	x, y := aLock(), aLock()
	a := func(more ...change) *Node {
		return aTask("a", append([]change{holds(WaitLock, x), waits(WaitLock, y)}, more...)...)
	}
	b := func(more ...change) *Node {
		return aTask("b", append([]change{holds(WaitLock, y), waits(WaitLock, x)}, more...)...)
	}
	runSituations(t, []situation{
		{"closed", nodes(a(), b()), []string{"a > b"}},
		{"in another order", nodes(b(), a()), []string{"b > a"}},
		{"before it closes", nodes(a(), aTask("b", holds(WaitLock, y))), nil},
		{"before the other way", nodes(aTask("a", holds(WaitLock, x)), b()), nil},
		{"the context of a wait ends", nodes(a(), aTask("b", holds(WaitLock, y), waitsLimited(x))), nil},
		{"the context of a node has a deadline", nodes(a(expires), b()), nil},
		{"the context of a node is done", nodes(a(), b(canceled)), nil},
		{"the cause of a node is known", nodes(a(), b(func(n *Node) { n.Cause = "stop" })), nil},
		{"an unknown holder", nodes(a(), aTask("b", holdsFor(Wait{What: WaitLock}, record{}), waits(WaitLock, x))), nil},
		{"a wait for an unknown lock", nodes(a(), aTask("b", holds(WaitLock, y), waitsAt(Wait{What: WaitLock}, record{}))), nil},
		{"records are missing", nodes(a(), aTask("b", holds(WaitLock, y), waits(WaitLock, x), func(n *Node) { n.waiting = nil })), nil},
		{"one waits for something else too", nodes(a(), b(waits(WaitGet, nil))), nil},
		{"one waits for two locks", nodes(a(), b(waits(WaitLock, x))), []string{"a > b"}},
		{"a third waits for them", nodes(aTask("c", waits(WaitLock, x)), a(), b()), []string{"a > b"}},
		{"one holds twice", nodes(a(holds(WaitLock, x)), b()), []string{"a > b"}},
		{"functions of two calls", nodes(
			aCall("Gather", children(aFunc("f", holds(WaitLock, x), waits(WaitLock, y)), aFunc("g", holds(WaitLock, y), waits(WaitLock, x)))),
		), []string{"Gather/[0] > Gather/[1]"}},
		{"itself", nodes(aTask("a", holds(WaitLock, x), waits(WaitLock, x))), []string{"a"}},
	})
}

func TestThreeLocksInACircle(t *testing.T) {
	x, y, z := aLock(), aLock(), aLock()
	a := aTask("a", holds(WaitLock, x), waits(WaitLock, y))
	b := aTask("b", holds(WaitLock, y), waits(WaitLock, z))
	c := aTask("c", holds(WaitLock, z), waits(WaitLock, x))
	runSituations(t, []situation{
		{"closed", nodes(a, b, c), []string{"a > b > c"}},
		{"the first in the order of All is the first of the cycle", nodes(c, b, a), []string{"c > a > b"}},
		{"open", nodes(a, b), nil},
	})
}

func TestTwoDeadlocks(t *testing.T) {
	x, y := aLock(), aLock()
	runSituations(t, []situation{
		{"apart", nodes(
			aTask("a", waitsForTask("b")), aTask("c", waitsForTask("d")), aTask("b", waitsForTask("a")), aTask("d", waitsForTask("c")),
		), []string{"a > b", "c > d"}},
		{"with a node in common, which is in one only", nodes(
			aTask("a", holds(WaitLock, x), waits(WaitLock, y), waitsForTask("c")),
			aTask("b", holds(WaitLock, y), waits(WaitLock, x)),
			aTask("c", waitsForTask("a")),
		), []string{"a > b"}},
		{"one that begins in the middle of a path", nodes(
			aTask("e", waitsForTask("b")), aTask("a", waitsForTask("b")), aTask("b", waitsForTask("a")),
		), []string{"a > b"}},
		{"one leads to the other", nodes(
			aTask("e", waitsForTask("a"), waitsForTask("f")), aTask("f", waitsForTask("e")),
			aTask("a", waitsForTask("b")), aTask("b", waitsForTask("a")),
		), []string{"e > f", "a > b"}},
	})
}

func TestTasksThatWaitForEachOther(t *testing.T) {
	a := aTask("a", waitsForTask("b"))
	runSituations(t, []situation{
		{"two", nodes(a, aTask("b", waitsForTask("a"))), []string{"a > b"}},
		{"of a group", nodes(aGroup("g", joins, children(a, aTask("b", waitsForTask("a"))))), []string{"g/a > g/b"}},
		{"before it closes", nodes(a, aTask("b")), nil},
		{"one with a deadline", nodes(a, aTask("b", waitsForTask("a"), expires)), nil},
		{"one wait with a deadline", nodes(a, aTask("b", waitsAt(Wait{What: WaitTask, Node: "a"}, record{limited: true}))), nil},
		{"one that the monitor does not see", nodes(a), nil},
		{"one without an ID", nodes(aTask("a", waitsForTask("")), aTask("b", waitsForTask("a"))), nil},
		{"one that sleeps", nodes(a, aTask("b", waits(WaitSleep, nil))), nil},
		{"itself", nodes(aTask("a", waitsForTask("a"))), []string{"a"}},
	})
}

// For everything else code outside of the snapshot may help.
func TestOtherWaitsCanEnd(t *testing.T) {
	x := aLock()
	for _, what := range []What{
		WaitFuture, WaitAny, WaitSleep, WaitReady, WaitBlocking, WaitShared, WaitEvent, WaitCond, WaitBarrier,
		WaitPut, WaitGet, WaitUnfinished, "other",
	} {
		assert.Empty(t, deadlocksIn(
			aTask("a", holds(WaitLock, x), waits(what, x)), aTask("b", waits(WaitLock, x)),
		), what)
	}
}

func TestSemaphores(t *testing.T) {
	two := func() *guard { return aSemaphore(2) }
	s, x := two(), aLock()
	runSituations(t, []situation{
		{"all permits are held by nodes that wait", nodes(
			aTask("a", holdsN(1, s), waitsN(1, s)), aTask("b", holdsN(1, s), waitsN(1, s)),
		), []string{"a > b"}},
		{"one node holds all", nodes(
			aTask("a", holdsN(2, s), waits(WaitLock, x)), aTask("b", holds(WaitLock, x), waitsN(1, s)),
		), []string{"a > b"}},
		{"one holder runs", nodes(
			aTask("a", holdsN(1, s), waitsN(1, s)), aTask("b", holdsN(1, s)),
		), nil},
		{"one permit has an unknown holder, or none", nodes(
			aTask("a", holdsN(1, s), waitsN(1, s)),
		), nil},
		{"two permits are needed and one is held", nodes(
			aTask("a", holdsN(1, s), waitsN(2, s)),
		), []string{"a"}},
		{"two are needed, and one of two holders runs", nodes(
			aTask("a", holdsN(1, s), waitsN(2, s)), aTask("b", holdsN(1, s)),
		), []string{"a"}},
		{"two wait, and one of them can end", nodes(
			aTask("a", holdsN(1, s), waitsN(2, s)), aTask("b", waitsN(1, s)),
		), []string{"a"}},
		{"a holder of two that runs brings enough for one and two", nodes(
			aTask("a", holdsN(2, s)), aTask("b", waitsN(2, s)), aTask("c", waitsN(1, s)),
		), nil},
		{"more than the limit is for Resize to decide", nodes(
			aTask("a", holdsN(2, s), waitsN(3, s)),
		), nil},
		{"counting, or a pause", nodes(
			aTask("a", holdsN(1, aSemaphore(0)), waitsN(1, aSemaphore(0))),
		), nil},
		{"a limit below what is held", nodes(
			aTask("a", holdsN(1, x), waitsN(1, x)), aTask("b", holdsN(1, x)),
		), []string{"a"}},
		{"another semaphore", nodes(
			aTask("a", holdsN(2, s), waitsN(1, two())), aTask("b", waitsN(1, s)),
		), nil},
	})
}

func TestKeyed(t *testing.T) {
	x, y := aLock(), aLock()
	a := aTask("a", holds(WaitKeyed, x), waits(WaitKeyed, y))
	runSituations(t, []situation{
		{"two keys crosswise", nodes(a, aTask("b", holds(WaitKeyed, y), waits(WaitKeyed, x))), []string{"a > b"}},
		{"another key", nodes(a, aTask("b", holds(WaitKeyed, y), waits(WaitKeyed, aLock()))), nil},
	})
}

func TestRWLocks(t *testing.T) {
	rw := func(waiting int, writer bool) *guard { return &guard{rw: true, waiting: waiting, writer: writer} }
	x := aLock()
	free, one, two := rw(0, false), rw(1, false), rw(2, false)
	written, written2 := rw(1, true), rw(2, true)
	runSituations(t, []situation{
		{"a writer behind a reader that waits for it", nodes(
			aTask("a", holds(WaitRLock, one), waitsForTask("b")), aTask("b", waits(WaitLock, one)),
		), []string{"a > b"}},
		{"a writer behind two readers, one of which runs", nodes(
			aTask("a", holds(WaitRLock, one), waitsForTask("b")), aTask("b", waits(WaitLock, one)), aTask("c", holds(WaitRLock, one)),
		), []string{"a > b"}},
		{"a writer behind readers that run", nodes(
			aTask("a", holds(WaitRLock, one)), aTask("b", waits(WaitLock, one)), aTask("c", holds(WaitRLock, one)),
		), nil},
		{"a writer behind unknown readers", nodes(
			aTask("a", waitsForTask("b")), aTask("b", waits(WaitLock, free)),
		), nil},
		{"a writer behind a writer", nodes(
			aTask("a", holds(WaitLock, written), waitsForTask("b")), aTask("b", waits(WaitLock, written)),
		), []string{"a > b"}},
		{"a reader behind a writer", nodes(
			aTask("a", holds(WaitLock, written), waitsForTask("b")), aTask("b", waits(WaitRLock, written)),
		), []string{"a > b"}},
		{"a reader behind a writer that runs", nodes(
			aTask("a", holds(WaitLock, written)), aTask("b", waits(WaitRLock, written)),
		), nil},
		{"a reader behind an unknown writer", nodes(
			aTask("a", waits(WaitLock, written2), holds(WaitLock, x)), aTask("b", waits(WaitRLock, written2)),
		), nil},
		{"a reader again, behind a writer that waits", nodes(
			aTask("a", holds(WaitRLock, two), waits(WaitRLock, two)), aTask("b", waits(WaitLock, two)),
		), []string{"a > b"}},
		{"a reader again, behind a writer that gives up", nodes(
			aTask("a", holds(WaitRLock, two), waits(WaitRLock, two)), aTask("b", waitsLimited(two)),
		), nil},
		{"a reader again, behind a writer that got it meanwhile", nodes(
			aTask("a", holds(WaitRLock, written2), waits(WaitRLock, written2)), aTask("b", waits(WaitLock, written2)),
		), nil},
		{"a reader again, behind a writer without a node", nodes(
			aTask("a", holds(WaitRLock, two), waits(WaitRLock, two)),
		), nil},
		{"a reader again, and no writer to be seen", nodes(
			aTask("a", holds(WaitRLock, one), waits(WaitRLock, one)),
		), nil},
	})
}

func TestRoom(t *testing.T) {
	full := func(changes ...change) *Node {
		return aGroup("g", append([]change{func(n *Node) { n.Counts = &Counts{Limit: 1} }}, changes...)...)
	}
	submits := func(name string, more ...change) *Node {
		return aTask(name, append([]change{waitsForRoom}, more...)...)
	}
	x := aLock()
	runSituations(t, []situation{
		{"a task in its own full group", nodes(full(joins, children(submits("a")))), []string{"g/a"}},
		{"two tasks in their own full group", nodes(full(children(submits("a"), submits("b")))), []string{"g/a > g/b"}},
		{"one of two runs", nodes(full(children(submits("a"), aTask("b")))), nil},
		{"one is not listed", nodes(full(hidden, children(submits("a")))), nil},
		{"nothing runs", nodes(full(), aTask("a", waitsForRoom)), nil},
		{"a group that the monitor does not see", nodes(submits("a")), nil},
		{"a deadline of the task", nodes(full(children(submits("a", expires)))), nil},
		{"a deadline of the group", nodes(full(expires, children(submits("a")))), nil},
		{"the group is canceled", nodes(full(canceled, children(submits("a")))), nil},
		{"a daemon takes room", nodes(full(children(submits("a", daemon)))), []string{"g/a"}},
		{"from outside, for a task that waits for that", nodes(
			full(children(aTask("a", waits(WaitLock, x)))), aTask("b", holds(WaitLock, x), waitsForRoom),
		), []string{"g/a > b"}},
		{"the group waits for its own task", nodes(
			full(waitsForRoom, holds(WaitLock, x), children(aTask("a", waits(WaitLock, x)))),
		), []string{"g > g/a"}},
	})
}

func TestQueuedTasks(t *testing.T) {
	runSituations(t, []situation{
		{"a task waits for one behind it", nodes(
			aGroup("g", joins, children(aTask("a", waitsForTask("b")), aTask("b", queued))),
		), []string{"g/a > g/b"}},
		{"another one runs", nodes(
			aGroup("g", joins, children(aTask("a", waitsForTask("b")), aTask("b", queued), aTask("c"))),
		), nil},
		{"nothing runs", nodes(
			aGroup("g", children(aTask("b", queued))), aTask("a", waitsForTask("b")),
		), nil},
		{"it is about to begin", nodes(aTask("a", waitsForTask("b")), aTask("b", queued)), nil},
		{"of a call", nodes(aTask("a", waitsForTask("c/b")), aCall("c", children(aFunc("b", queued)))), nil},
		{"the group is canceled", nodes(
			aGroup("g", canceled, children(aTask("a", waitsForTask("b")), aTask("b", queued))),
		), nil},
		{"it waits for a shared limit", nodes(
			aGroup("g", children(aTask("a", waitsForTask("b")), aTask("b", queued, waitsN(1, aSemaphore(1))))),
		), nil},
	})
}

func TestJoins(t *testing.T) {
	x := aLock()
	runSituations(t, []situation{
		{"a group whose task waits for what its caller holds", nodes(
			aTask("t", holds(WaitLock, x), children(aGroup("g", joins, children(aTask("a", waits(WaitLock, x)), aTask("b"))))),
		), []string{"t > t/g > t/g/a"}},
		{"all tasks can go on", nodes(
			aTask("t", holds(WaitLock, x), children(aGroup("g", joins, children(aTask("a"), aTask("b"))))), aTask("c", waits(WaitLock, x)),
		), nil},
		{"no task is left", nodes(
			aTask("t", holds(WaitLock, x), children(aGroup("g", joins))), aTask("c", waits(WaitLock, x)),
		), nil},
		{"a join that ends in time", nodes(
			aTask("t", holds(WaitLock, x), children(aGroup("g", waitsAt(Wait{What: WaitJoin}, record{limited: true}), children(aTask("a", waits(WaitLock, x)))))),
		), nil},
		{"a daemon is canceled by the join", nodes(
			aTask("t", holds(WaitLock, x), children(aGroup("g", joins, children(aTask("a", daemon, waits(WaitLock, x)))))),
		), nil},
		{"two daemons", nodes(
			aGroup("g", children(aTask("a", daemon, waitsForTask("b")), aTask("b", daemon, waitsForTask("a")))),
		), []string{"g/a > g/b"}},
		{"a deadline of the group does not end its join", nodes(
			aTask("t", holds(WaitLock, x), children(aGroup("g", joins, expires, children(aTask("a", waits(WaitLock, x)))))),
		), []string{"t > t/g > t/g/a"}},
		{"calls under the group's context are not the join's", nodes(
			aTask("t", holds(WaitLock, x), children(aGroup("g", joins, children(aTask("a", waits(WaitLock, x)), aCall("c"))))),
		), []string{"t > t/g > t/g/a"}},
		{"main runs", nodes(
			aTask("t", holds(WaitLock, x), children(aGroup("g", children(aTask("a", waits(WaitLock, x)))))),
		), nil},
		{"main waits for what its caller holds", nodes(
			aTask("t", holds(WaitLock, x), children(aGroup("g", waits(WaitLock, x)))),
		), []string{"t > t/g"}},
		{"main waits for a task that waits for what main holds", nodes(
			aGroup("g", holds(WaitLock, x), waitsForTask("a"), children(aTask("a", waits(WaitLock, x)))),
		), []string{"g > g/a"}},
		{"main is in a call", nodes(
			aTask("t", holds(WaitLock, x), children(aGroup("g", children(aCall("Gather", children(aFunc("f", waits(WaitLock, x)))))))),
		), []string{"t > t/g > t/g/Gather > t/g/Gather/[0]"}},
		{"a group of New that is not joined does not block its maker", nodes(
			aTask("t", holds(WaitLock, x), children(aGroup("g", detached, children(aTask("a", waits(WaitLock, x)))))),
		), nil},
	})
}

func TestCalls(t *testing.T) {
	x, y := aLock(), aLock()
	stuck := func() *Node { return aFunc("f", waits(WaitLock, x)) }
	in := func(c *Node) []*Node { return nodes(aTask("t", holds(WaitLock, x), children(c))) }
	runSituations(t, []situation{
		{"a function waits for what the caller holds", in(aCall("Gather", children(stuck()))), []string{"t > t/Gather > t/Gather/[0]"}},
		{"although another runs", in(aCall("Map", children(aFunc("e"), stuck()))), []string{"t > t/Map > t/Map/[1]"}},
		{"all functions can go on", in(aCall("Map", children(aFunc("e"), aFunc("f")))), nil},
		{"no function has begun", in(aCall("Map")), nil},
		{"no function of a race has begun", in(aCall("Race")), nil},
		{"a group of New under a call's context", in(aCall("MapSource", children(aFunc("e"), aGroup("g", detached, waits(WaitLock, x))))), nil},
		{"a call under a call's context", in(aCall("MapSource", children(aFunc("e"), aCall("Map", children(stuck()))))), []string{"t > t/MapSource > t/MapSource/Map > t/MapSource/Map/[0]"}},
		{"a function with a deadline", in(aCall("Map", children(aFunc("f", waitsLimited(x))))), nil},
		{"a race is decided by one", in(aCall("Race", children(aFunc("e"), stuck()))), nil},
		{"no function wins a race", in(aCall("Race", children(stuck(), stuck()))), []string{"t > t/Race > t/Race/[0]"}},
		{"the first success", in(aCall("FirstSuccess", children(aFunc("e"), stuck()))), nil},
		{"staggered", in(aCall("Staggered", children(aFunc("e"), stuck()))), nil},
		{"a stream whose loop runs", in(aCall("MapSeq", detached, children(stuck()))), nil},
		{"a stream whose loop waits for its next step", in(aCall("MapSeq", children(stuck()))), []string{"t > t/MapSeq > t/MapSeq/[0]"}},
		{"a source that waits", in(aCall("MapSource", waits(WaitLock, x))), []string{"t > t/MapSource"}},
		{"a source that waits while functions run", in(aCall("MapSource", waits(WaitLock, x), children(aFunc("e")))), []string{"t > t/MapSource"}},
		{"a source that can go on while a function cannot", in(aCall("MapSource", waits(WaitGet, nil), children(stuck()))), []string{"t > t/MapSource > t/MapSource/[0]"}},
		{"a source and the functions can go on", in(aCall("MapSource", waits(WaitGet, nil), children(aFunc("e")))), nil},
		{"the caller waits somewhere else as well", nodes(
			aTask("t", holds(WaitLock, x), waits(WaitEvent, nil), children(aCall("Gather", children(stuck()))))), nil},
		{"the caller is in two calls, one of which can end", nodes(
			aTask("t", holds(WaitLock, x), children(aCall("Gather", children(stuck())), aCall("Map", children(aFunc("e")))))), nil},
		{"callers of functions hold crosswise", nodes(
			aTask("t", holds(WaitLock, x), children(aCall("Gather", children(aFunc("f", waits(WaitLock, y)))))),
			aTask("u", holds(WaitLock, y), children(aCall("Gather", children(aFunc("f", waits(WaitLock, x)))))),
		), []string{"t > t/Gather > t/Gather/[0] > u > u/Gather > u/Gather/[0]"}},
	})
}

func TestADeadlockIsConfirmed(t *testing.T) {
	x, y := aLock(), aLock()
	seq := func(wait, hold uint64) change {
		return func(n *Node) {
			n.waiting[0].seq, n.holding[0].seq = wait, hold
		}
	}
	a := func(change change) *Node { return aTask("a", holds(WaitLock, x), waits(WaitLock, y), change) }
	b := aTask("b", holds(WaitLock, y), waits(WaitLock, x))
	first := snapshotOf(a(seq(1, 1)), b)
	for name, second := range map[string]*Snapshot{
		"it waits anew":                snapshotOf(a(seq(2, 1)), b),
		"it holds anew":                snapshotOf(a(seq(1, 2)), b),
		"it has gone on":               snapshotOf(aTask("a"), b),
		"it waits for more":            snapshotOf(aTask("a", holds(WaitLock, x), waits(WaitLock, y), waits(WaitLock, y), seq(1, 1)), b),
		"it holds more":                snapshotOf(aTask("a", holds(WaitLock, x), holds(WaitLock, x), waits(WaitLock, y), seq(1, 1)), b),
		"it is another node":           snapshotOf(aTask("c", holds(WaitLock, x), waits(WaitLock, y), seq(1, 1)), b),
		"the monitor is closed":        snapshotOf(),
		"the other one has a deadline": snapshotOf(a(seq(1, 1)), aTask("b", holds(WaitLock, y), waitsLimited(x))),
	} {
		assert.Empty(t, deadlocks(first, always(second)), name)
	}
	// One that has gone on may help others.
	c, d := aTask("c", waitsForTask("a"), waitsForTask("d")), aTask("d", waitsForTask("c"))
	assert.Equal(t, []string{"a > b", "c > d"}, deadlocksIn(a(seq(1, 1)), b, c, d))
	assert.Empty(t, deadlocks(snapshotOf(a(seq(1, 1)), b, c, d), always(snapshotOf(a(seq(2, 1)), b, c, d))))
	again := snapshotOf(a(seq(1, 1)), b)
	assert.Equal(t, []string{"a > b"}, cyclesOf(deadlocks(first, always(again))))
}

// Where nothing is stuck there is no second look.
func TestOneSnapshotIsEnoughWithoutADeadlock(t *testing.T) {
	assert.Empty(t, deadlocks(snapshotOf(aTask("a"), aTask("b", waitsForTask("a"))), nil))
}

func TestTextOfADeadlock(t *testing.T) {
	x, y := aLock(), aLock()
	s := snapshotOf(aGroup("g\n", joins, children(
		aTask("a", holds(WaitLock, x), waitsAt(Wait{What: WaitLock, Name: "y", Age: 3 * time.Second}, record{of: y})),
		aTask("b", holds(WaitLock, y), waitsAt(Wait{What: WaitLock, Name: "x", Age: 2 * time.Second}, record{of: x})),
	)))
	found := deadlocks(s, always(s))
	assert.Len(t, found, 1)
	f := found[0].Finding
	assert.Equal(t, RuleDeadlock, f.Rule)
	assert.Same(t, s.Find("a"), f.Node)
	assert.Equal(t, "g\n/a", f.Path)
	assert.Equal(t, 2*time.Second, f.For)
	assert.Equal(t, `deadlock: g\n/a: cannot go on: waits at lock "y" for g\n/b, which waits at lock "x" for g\n/a`, f.String())

	s = snapshotOf(aGroup("g", joins, children(aTask("a", waitsAt(Wait{What: WaitRoom, Name: "g", Node: "g"}, record{})))))
	assert.Equal(t, `deadlock: g/a: cannot go on: waits at room "g" for itself`, deadlocks(s, always(s))[0].String())

	s = snapshotOf(aTask("t", holds(WaitLock, x), children(aCall("MapSource", waitsAt(Wait{What: WaitLock, Name: "x"}, record{of: x}), children(aFunc("e"))))))
	assert.Equal(t, `deadlock: t: cannot go on: waits for t/MapSource, which waits at lock "x" for t`, deadlocks(s, always(s))[0].String())

	// What makes each wait for the next is named for the first eight.
	many := func(count int) []*Node {
		var all []*Node
		for i := range count {
			all = append(all, aTask(strconv.Itoa(i), waitsForTask(strconv.Itoa((i+1)%count))))
		}
		return all
	}
	s = snapshotOf(many(8)...)
	assert.True(t, strings.HasSuffix(deadlocks(s, always(s))[0].Text, ", which waits at task for 0"))
	s = snapshotOf(many(20)...)
	f = deadlocks(s, always(s))[0].Finding
	assert.Len(t, f.Cycle, 20)
	assert.Zero(t, f.For)
	assert.True(t, strings.HasPrefix(f.Text, "cannot go on: waits at task for 1, which waits at task for 2, "), f.Text)
	assert.True(t, strings.HasSuffix(f.Text, ", which waits at task for 8, and 12 more"), f.Text)
}

// Neither many that wait for many, nor long chains, take quadratic time, which
// would be hours.
func TestLargeDeadlocks(t *testing.T) {
	n, depth := 50_000, 10_000
	if testkit.Race {
		n, depth = 5_000, 1_000
	}
	s := aSemaphore(n)
	all := make([]*Node, 0, 2*n)
	for i := range n {
		all = append(all, aTask("h"+strconv.Itoa(i), holdsN(1, s), waitsN(1, s)), aTask("w"+strconv.Itoa(i), waitsN(1+i%n, s)))
	}
	found := deadlocksIn(all...)
	assert.Len(t, found, 1)
	assert.Equal(t, n, strings.Count(found[0], "h"), "all that hold a permit")

	all = all[:0]
	for i := range 2 * n {
		all = append(all, aTask(strconv.Itoa(i), waitsForTask(strconv.Itoa(i+1))))
	}
	assert.Empty(t, deadlocksIn(all...), "the last waits for a task that is not seen")
	all = append(all, aTask(strconv.Itoa(2*n), waitsForTask("0")))
	assert.Len(t, deadlocksIn(all...), 1)

	deep := aTask("t", waitsForTask("0"))
	for i := depth; i > 0; i-- {
		deep = aTask(strconv.Itoa(i-1), children(aGroup("g"+strconv.Itoa(i), joins, children(deep))))
	}
	root := snapshotOf(deep)
	cycles := deadlocks(root, always(root))
	assert.Len(t, cycles, 1)
	assert.Len(t, cycles[0].Cycle, 2*depth+1)
}
