package inspect_test

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/queue"
	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

// A random program is a tree of groups, calls and tasks of Start. It is driven
// from outside: each function waits for commands, and each command makes one of
// them begin something, wait for something, or end. After each command the tree
// of a snapshot must be that of the model, which knows nothing of how the
// packages work.

// modelNode is a node of the model's tree.
type modelNode struct {
	kind     inspect.Kind
	name     string
	index    int // -1: none
	parent   *modelNode
	children []*modelNode // that have not ended, in order of their beginning

	// Of a task or a function.
	commands chan command
	queued   bool
	wait     string     // what it waits for
	cancel   func()     // ends the wait
	in       *modelNode // the group or call that it has begun and waits for

	// Of a group or a call.
	limit, total int // 0: none; accepted, or all
	group        *taskgroup.Group
	joining      bool
	ended        int
	failed       int
}

type command struct {
	do func(ctx context.Context)
	// ends says that the function returns after that, with that error.
	ends bool
	err  error
}

// serve is the function of a task or a function.
func (n *modelNode) serve(ctx context.Context) error {
	for c := range n.commands {
		if c.do != nil {
			c.do(ctx)
		}
		if c.ends {
			return c.err
		}
	}
	return nil
}

type treeModel struct {
	random *rand.Rand
	ctx    context.Context //nolint:containedctx // of the roots
	roots  []*modelNode
	names  int

	full         *semaphore.Semaphore // held by the test
	empty        *queue.Queue[int]
	event        *semaphore.Event
	never, other *taskgroup.Future[int]
}

func (m *treeModel) newNode(kind inspect.Kind, parent *modelNode) *modelNode {
	m.names++
	n := &modelNode{kind: kind, index: -1, parent: parent, name: fmt.Sprintf("%s-%d", kind, m.names), commands: make(chan command)}
	if parent != nil {
		parent.children = append(parent.children, n)
	} else {
		m.roots = append(m.roots, n)
	}
	return n
}

func (m *treeModel) all() (all []*modelNode) {
	var add func(nodes []*modelNode)
	add = func(nodes []*modelNode) {
		for _, n := range nodes {
			all = append(all, n)
			add(n.children)
		}
	}
	add(m.roots)
	return all
}

// idle are the functions that run and wait for a command.
func (m *treeModel) idle() []*modelNode {
	return slices.DeleteFunc(m.all(), func(n *modelNode) bool {
		return n.kind != inspect.KindTask && n.kind != inspect.KindFunc || n.queued || n.wait != "" || n.in != nil
	})
}

func (n *modelNode) running() (running int) {
	for _, c := range n.children {
		if !c.queued && c.index >= 0 {
			running++
		}
	}
	return running
}

// gone takes n out of the tree; its children move up.
func (m *treeModel) gone(n *modelNode) {
	siblings := &m.roots
	if n.parent != nil {
		siblings = &n.parent.children
	}
	*siblings = slices.DeleteFunc(*siblings, func(o *modelNode) bool { return o == n })
	for _, c := range n.children {
		c.parent = n.parent
		*siblings = append(*siblings, c)
	}
	n.children = nil
}

// over is the end of a task or a function of the model.
func (m *treeModel) over(n *modelNode, failed bool) {
	scope := n.parent
	m.gone(n)
	if n.index < 0 || scope == nil {
		return
	}
	scope.ended++
	if failed {
		scope.failed++
	}
	for _, c := range scope.children { // one that waits begins
		if c.queued {
			c.queued = false
			break
		}
	}
	m.endIfOver(scope)
}

// endIfOver ends a group or a call that is waited for and has nothing left.
func (m *treeModel) endIfOver(scope *modelNode) {
	done := scope.ended == scope.total
	if scope.kind == inspect.KindGroup {
		done = done && scope.joining
	}
	if !done {
		return
	}
	caller := scope.parent
	m.gone(scope)
	if caller != nil && caller.in == scope {
		caller.in = nil
	}
}

// step does one thing, to the model and in reality.
func (m *treeModel) step() {
	idle := m.idle()
	if len(idle) == 0 || m.random.IntN(12) == 0 {
		if waiting := slices.DeleteFunc(m.all(), func(n *modelNode) bool { return n.wait == "" }); len(waiting) > 0 {
			n := waiting[m.random.IntN(len(waiting))]
			n.cancel()
			n.wait = ""
			return
		}
		m.start(m.ctx, nil)
		return
	}
	n := idle[m.random.IntN(len(idle))]
	switch choice := m.random.IntN(10); {
	case choice < 3:
		m.block(n)
	case choice < 4 && len(m.all()) < 40:
		n.commands <- command{do: func(ctx context.Context) { m.start(ctx, n) }}
	case choice < 6 && len(m.all()) < 40:
		m.run(n)
	case choice < 7 && len(m.all()) < 40:
		m.call(n)
	default:
		if n.index < 0 || !m.addTask(n.parent) || m.random.IntN(2) == 0 {
			var err error
			if m.random.IntN(3) == 0 {
				err = errTrace
			}
			m.over(n, err != nil)
			n.commands <- command{ends: true, err: err}
		}
	}
}

// start begins a task of Start, which may outlive its parent.
func (m *treeModel) start(ctx context.Context, parent *modelNode) {
	n := m.newNode(inspect.KindTask, parent)
	taskgroup.Start(ctx, func(ctx context.Context) (int, error) { return 0, n.serve(ctx) }, taskgroup.Named(n.name), taskgroup.Shielded())
}

// block makes n wait for something that does not come.
func (m *treeModel) block(n *modelNode) {
	waits := map[string]func(ctx context.Context){
		"sleep":          func(ctx context.Context) { _ = taskgroup.Sleep(ctx, taskgroup.NoTimeout) },
		`semaphore "db"`: func(ctx context.Context) { _ = m.full.Acquire(ctx) },
		`get "jobs"`:     func(ctx context.Context) { _, _ = m.empty.Get(ctx) },
		`event "ready"`:  func(ctx context.Context) { _ = m.event.Wait(ctx) },
		"future":         func(ctx context.Context) { _, _ = m.never.Wait(ctx) },
		"any ×2":         func(ctx context.Context) { _, _, _ = taskgroup.Wait(ctx, taskgroup.AllCompleted, m.never, m.other) },
	}
	keys := make([]string, 0, len(waits))
	for key := range waits {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	n.wait = keys[m.random.IntN(len(keys))]
	wait := waits[n.wait]
	n.commands <- command{do: func(ctx context.Context) {
		ctx, n.cancel = context.WithCancel(ctx)
		defer n.cancel()
		wait(ctx)
	}}
}

// run makes n call Run. Its first task is there before it is joined.
func (m *treeModel) run(n *modelNode) {
	g := m.newNode(inspect.KindGroup, n)
	n.in = g
	g.limit = m.random.IntN(3) // 0: none
	opts := []taskgroup.Option{taskgroup.WithName(g.name), taskgroup.WithKeepGoing()}
	if g.limit > 0 {
		opts = append(opts, taskgroup.WithLimit(g.limit), taskgroup.WithBacklog(-1))
	}
	n.commands <- command{do: func(ctx context.Context) {
		_ = taskgroup.Run(ctx, func(_ context.Context, group *taskgroup.Group) error {
			g.group = group
			for range 1 + m.random.IntN(4) {
				m.addTask(g)
			}
			g.joining = true
			return nil
		}, opts...)
	}}
}

// addTask adds a task to a group.
func (m *treeModel) addTask(g *modelNode) bool {
	if g == nil || g.group == nil {
		return false
	}
	n := m.newNode(inspect.KindTask, g)
	n.index = g.total
	g.total++
	n.queued = g.limit > 0 && g.running() > g.limit
	g.group.Go(n.serve, taskgroup.Named(n.name))
	return true
}

// call makes n call SettleMap.
func (m *treeModel) call(n *modelNode) {
	c := m.newNode(inspect.KindCall, n)
	n.in = c
	c.name, c.total = "SettleMap", 1+m.random.IntN(3)
	functions := make([]*modelNode, c.total)
	for i := range functions {
		functions[i] = m.newNode(inspect.KindFunc, c)
		functions[i].name, functions[i].index = "", i
	}
	n.commands <- command{do: func(ctx context.Context) {
		taskgroup.SettleMap(ctx, taskgroup.NoLimit, functions, func(ctx context.Context, f *modelNode) (int, error) {
			return 0, f.serve(ctx)
		})
	}}
}

// line is what the model says of one node.
func (n *modelNode) line() string {
	state := inspect.StateRunning
	switch {
	case n.queued:
		state = inspect.StateQueued
	case n.joining:
		state = inspect.StateJoining
	case n.wait != "":
		state = inspect.StateWaiting
	case n.in != nil:
		state = inspect.StateCalling
	}
	line := fmt.Sprintf("%s %q %d %s %s", n.kind, n.name, n.index, state, n.wait)
	if n.kind == inspect.KindGroup || n.kind == inspect.KindCall {
		running := n.running()
		queued := n.total - n.ended - running
		line += fmt.Sprintf(" limit %d running %d queued %d ended %d failed %d total %d", n.limit, running, queued, n.ended, n.failed, n.total)
	}
	return line
}

func (m *treeModel) text() string {
	var b strings.Builder
	var add func(n *modelNode, depth int)
	add = func(n *modelNode, depth int) {
		fmt.Fprintln(&b, strings.Repeat("  ", depth)+n.line())
		slices.SortStableFunc(n.children, func(a, b *modelNode) int {
			if a.index >= 0 && b.index >= 0 {
				return a.index - b.index
			}
			return cmp.Or(min(b.index, 0)-min(a.index, 0), number(a)-number(b)) // tasks of the group, then others
		})
		for _, c := range n.children {
			if c.kind == inspect.KindTask || c.kind == inspect.KindFunc {
				add(c, depth+1)
			}
		}
		for _, c := range n.children { // after these
			if c.kind == inspect.KindGroup || c.kind == inspect.KindCall {
				add(c, depth+1)
			}
		}
	}
	for _, n := range m.roots {
		add(n, 0)
	}
	return b.String()
}

// seenText is the same of a snapshot.
func seenText(s *inspect.Snapshot) string {
	var b strings.Builder
	for depth, n := range s.All() {
		waits := ""
		for _, w := range n.Waits {
			if w.What != inspect.WaitJoin {
				waits += w.String()
			}
		}
		line := fmt.Sprintf("%s %q %d %s %s", n.Kind, n.Name, n.Index, n.State, waits)
		if c := n.Counts; c != nil {
			line += fmt.Sprintf(" limit %d running %d queued %d ended %d failed %d total %d", c.Limit, c.Running, c.Queued, c.Ended, c.Failed, c.Total)
		}
		fmt.Fprintln(&b, strings.Repeat("  ", depth)+line)
	}
	return b.String()
}

// check compares. What has outlived its parent is in order of its beginning, as
// all are.
func (m *treeModel) check(t *testing.T, seen *inspect.Snapshot) bool {
	t.Helper()
	slices.SortStableFunc(m.roots, func(a, b *modelNode) int { return number(a) - number(b) })
	return assert.Equal(t, m.text(), seenText(seen))
}

func number(n *modelNode) (number int) {
	_, _ = fmt.Sscanf(n.name[strings.LastIndexByte(n.name, '-')+1:], "%d", &number)
	return number
}

func programDoesAsTheModel(t *testing.T, seed uint64, steps int) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		monitor := inspect.New()
		defer monitor.Close()
		ctx, cancel := context.WithCancel(monitor.Context(t.Context()))
		defer cancel()
		m := &treeModel{
			random: rand.New(rand.NewPCG(seed, 0)), ctx: ctx,
			full:  semaphore.New(1).Named("db"),
			empty: queue.New[int](0).Named("jobs"),
			event: new(semaphore.Event).Named("ready"),
			never: taskgroup.NewFuture[int](), other: taskgroup.NewFuture[int](),
		}
		assert.NoError(t, m.full.Acquire(t.Context()))
		for range steps {
			m.step()
			synctest.Wait()
			if !m.check(t, monitor.Snapshot()) {
				t.Logf("seed %d", seed)
				break
			}
		}
		for _, n := range m.all() {
			if n.wait != "" {
				n.cancel()
			}
			close(n.commands)
		}
		synctest.Wait()
		time.Sleep(time.Hour)
		assert.Empty(t, monitor.Snapshot().Nodes)
	})
}

func TestTreesAreAsTheModel(t *testing.T) {
	for seed := range uint64(200) {
		if programDoesAsTheModel(t, seed, 60); t.Failed() {
			return
		}
	}
}

func FuzzTree(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) { programDoesAsTheModel(t, seed, 60) })
}
