package watch_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/internal/watch"
)

var errWhy = errors.New("why")

// root is the node that everything under a context of m begins below.
func root(t *testing.T, m *watch.Monitor) *watch.Node {
	t.Helper()
	n := watch.Under(m.Context(t.Context()))
	assert.NotNil(t, n)
	return n
}

// subject is a subject with that index and name.
type subject struct {
	index int
	name  string
}

func (s subject) Report(int) watch.Report { return watch.Report{Index: s.index, Name: s.name} }

func open(t *testing.T, c watch.Config) *watch.Monitor {
	t.Helper()
	m := watch.NewMonitor(c)
	t.Cleanup(m.Close)
	return m
}

func scope(ctx context.Context, parent *watch.Node, kind watch.Kind, name string) *watch.Node {
	n := watch.NewScope(parent, kind, name, nil, subject{})
	n.Context = ctx
	n.Publish()
	return n
}

func start(ctx context.Context, parent *watch.Node, name string) *watch.Node {
	n := &watch.Node{}
	n.InitTask(ctx, parent, TestTimes, false, subject{-1, name})
	n.PublishTask()
	return n
}

func TestSwitch(t *testing.T) {
	assert.False(t, watch.On())
	assert.Nil(t, watch.Under(t.Context()))
	a, b := watch.NewMonitor(watch.Config{}), watch.NewMonitor(watch.Config{})
	assert.True(t, watch.On())
	a.Close()
	a.Close()
	assert.True(t, watch.On())
	assert.True(t, a.Closed())
	b.Close()
	assert.False(t, watch.On())
}

func TestDefault(t *testing.T) {
	m := watch.NewMonitor(watch.Config{})
	assert.Nil(t, watch.Under(t.Context()), "no default")
	watch.SetDefault(m)
	assert.Equal(t, m, watch.Default())
	assert.Equal(t, m, watch.Under(t.Context()).Monitor())
	other := open(t, watch.Config{})
	assert.Equal(t, other, watch.Under(other.Context(t.Context())).Monitor(), "the context counts")
	inner := m.Context(other.Context(t.Context()))
	m.Close()
	assert.Nil(t, watch.Default())
	assert.Nil(t, watch.Under(inner), "not the outer one")
	watch.SetDefault(m)
	assert.Nil(t, watch.Default(), "closed")
	watch.SetDefault(other)
	assert.Equal(t, other, watch.Under(inner).Monitor())
	watch.SetDefault(nil)
	assert.Nil(t, watch.Default())
}

type panicking struct{ context.Context } //nolint:containedctx // it is one

func (panicking) Value(any) any { panic("Value") }

func TestPanickingContext(t *testing.T) {
	m := open(t, watch.Config{})
	watch.SetDefault(m)
	defer watch.SetDefault(nil)
	assert.Nil(t, watch.Under(panicking{t.Context()}))
	assert.Nil(t, watch.In(panicking{t.Context()}))
	assert.Nil(t, watch.Under(nil)) //nolint:staticcheck // it must not panic
}

func TestTree(t *testing.T) {
	m := open(t, watch.Config{})
	r := root(t, m)
	g := scope(t.Context(), r, watch.Group, "g")
	task := &watch.Node{}
	task.InitTask(t.Context(), g, TestTimes, true, subject{3, "task"})
	s := start(task, task, "s")
	c := scope(task, task, watch.Call, "c")
	f := c.BeginFunc(7, 0)

	assert.Equal(t, []*watch.Node{g}, m.Roots())
	children, total := task.Children(10)
	assert.Equal(t, []*watch.Node{s, c}, children)
	assert.Equal(t, 2, total)
	children, total = task.Children(1)
	assert.Len(t, children, 1)
	assert.Equal(t, 2, total)
	children, _ = c.Children(10)
	assert.Equal(t, []*watch.Node{f}, children)

	assert.Nil(t, g.Parent())
	assert.Equal(t, g, task.Parent())
	assert.Equal(t, []watch.Kind{watch.Group, watch.Task, watch.Call, watch.Func}, []watch.Kind{g.Kind(), task.Kind(), c.Kind(), f.Kind()})
	assert.Equal(t, []string{"g", "", "c", ""}, []string{g.Name(), task.Name(), c.Name(), f.Name()})
	assert.Equal(t, []int{-1, 3, -1, 7}, []int{g.Index(), task.Index(), c.Index(), f.Index()})
	assert.Equal(t, []bool{false, true, false, true}, []bool{g.InGroup(), task.InGroup(), s.InGroup(), f.InGroup()})
	assert.Equal(t, g.ID(-1)+"/3", task.ID(3))
	assert.Equal(t, c.ID(-1)+"/7", f.ID(7))
	assert.Empty(t, watch.Ref{}.String())
	assert.Equal(t, subject{3, "task"}, task.Subject())
	assert.Nil(t, f.Subject())
	assert.Equal(t, f, watch.In(f))
	assert.Nil(t, watch.In(m.Context(t.Context())))
	c.Plan(9)
	assert.Equal(t, 9, c.Planned())
	assert.Nil(t, g.Site())

	f.End(nil, watch.Returned)
	f.End(errWhy, watch.Failed) // counts for nothing
	assert.Equal(t, watch.Counts{Begun: 1, Ended: 1}, c.Counts())
	c.End(nil, watch.Returned)
	s.End(nil, watch.Returned)
	children, total = task.Children(10)
	assert.Empty(t, children)
	assert.Zero(t, total)
	task.End(nil, watch.Returned)
	g.End(nil, watch.Returned)
	assert.Empty(t, m.Roots())
}

// What outlives its parent becomes a root; so does what begins below it then.
func TestOutliving(t *testing.T) {
	m := open(t, watch.Config{})
	outer := start(t.Context(), root(t, m), "outer")
	inner := start(outer, outer, "inner")
	outer.End(nil, watch.Returned)
	later := start(outer, outer, "later")
	assert.Equal(t, []*watch.Node{inner, later}, m.Roots())
	inner.End(nil, watch.Returned)
	later.End(nil, watch.Returned)
	assert.Empty(t, m.Roots())
}

// A child ends, and others begin, while the parent ends.
func TestOutlivingAtOnce(t *testing.T) {
	m := open(t, watch.Config{})
	for range 1000 {
		outer := start(t.Context(), root(t, m), "outer")
		child := start(outer, outer, "child")
		var all sync.WaitGroup
		all.Go(func() { outer.End(nil, watch.Returned) })
		all.Go(func() { child.End(nil, watch.Returned) })
		all.Go(func() { start(outer, outer, "later").End(nil, watch.Returned) })
		all.Wait()
		assert.Empty(t, m.Roots())
	}
}

func TestTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := watch.NewMonitor(watch.Config{})
		defer m.Close()
		begun := time.Now()
		assert.Equal(t, begun, m.Start())
		time.Sleep(time.Second)
		assert.Equal(t, time.Second, m.Now())
		g := scope(t.Context(), root(t, m), watch.Group, "")
		assert.Equal(t, time.Second, g.IdleSince())
		task := &watch.Node{}
		task.InitTask(t.Context(), g, TestTimes, true, subject{})
		_, hasBegun := task.Began()
		assert.False(t, hasBegun)
		time.Sleep(time.Second)
		task.BeginTask()
		assert.Equal(t, watch.CodeOf(TestTimes), task.Code())
		began, hasBegun := task.Began()
		assert.True(t, hasBegun)
		assert.Equal(t, 2*time.Second, began)
		time.Sleep(time.Second)
		assert.False(t, task.HasReturned())
		task.Return()
		assert.True(t, task.HasReturned())
		task.End(nil, watch.Returned)
		assert.Equal(t, 3*time.Second, g.IdleSince())
		g.End(nil, watch.Returned)
		assert.Zero(t, watch.CodeOf(nil))
		assert.Equal(t, []watch.Total{{Kind: watch.Group, Opened: 1, Begun: 1, Ended: 1, Busy: time.Second}}, m.Totals())
	})
}

func TestTotals(t *testing.T) {
	m := open(t, watch.Config{})
	r := root(t, m)
	assert.Empty(t, m.Totals())
	never := start(t.Context(), r, "")
	assert.Equal(t, []watch.Total{{Kind: watch.Task, Open: 1}}, m.Totals())
	never.End(errWhy, watch.Cancelled)
	g := scope(t.Context(), r, watch.Group, "g")
	for i, how := range []watch.How{watch.Returned, watch.Failed, watch.Cancelled, watch.Panicked} {
		f := g.BeginFunc(i, 0)
		f.End(errWhy, how)
	}
	want := watch.Total{Kind: watch.Group, Name: "g", Opened: 1, Open: 1, Begun: 4, Ended: 4, Failed: 2, Cancelled: 1, Panicked: 1}
	tasks := watch.Total{Kind: watch.Task, Ended: 1, Cancelled: 1}
	for range 2 { // open, then ended
		totals := m.Totals()
		for i := range totals {
			totals[i].Busy = 0
		}
		assert.Equal(t, []watch.Total{want, tasks}, totals)
		g.End(nil, watch.Returned)
		want.Open = 0
	}
	assert.Equal(t, watch.Counts{Begun: 4, Ended: 4, Failed: 2, Cancelled: 1}, g.Counts())
}

// There are a thousand rows, and one for the rest.
func TestManyNames(t *testing.T) {
	m := open(t, watch.Config{})
	r := root(t, m)
	var all sync.WaitGroup
	for i := range 1500 {
		all.Go(func() { scope(t.Context(), r, watch.Group, strconv.Itoa(i)).End(nil, watch.Returned) })
	}
	all.Wait()
	totals := m.Totals()
	assert.Len(t, totals, 1001)
	for _, row := range totals {
		if row.Name == "(other)" {
			assert.Equal(t, uint64(500), row.Opened)
		}
	}
}

type thing struct{ tracked int }

type thingResource struct{ *thing }

func (r thingResource) Identity() any                 { return weak.Make(r.thing) }
func (r thingResource) State() (string, []watch.Stat) { return "thing", nil }
func (r thingResource) Key() any                      { return "key" }

func TestNames(t *testing.T) {
	p := &thing{}
	resource := func(p *thing) watch.Resource { return thingResource{p} }
	track := func(p *thing) { p.tracked++ }
	assert.Empty(t, watch.NameOf(thingResource{p}))
	watch.Name(p, "first", resource, track)
	watch.Name(p, "second", resource, track)
	assert.Equal(t, 2, p.tracked)
	assert.Equal(t, "second", watch.NameOf(thingResource{p}))
	m := watch.NewMonitor(watch.Config{})
	m.Close()
	assert.Equal(t, 3, p.tracked)
	untracked := &thing{}
	watch.Name(untracked, "untracked", resource, nil)
	named := watch.Named() // perhaps also what another test has named and nothing has collected yet
	assert.True(t, slices.Contains(named, watch.Resource(thingResource{p})))
	assert.True(t, slices.Contains(named, watch.Resource(thingResource{untracked})))
	clear(named)
	runtime.KeepAlive(untracked)
	runtime.KeepAlive(p)
	for len(watch.Named()) > 0 {
		runtime.GC()
	}
	watch.NewMonitor(watch.Config{}).Close() // tracks nothing
}

type target struct{ name string }

func (t target) Target() (string, *watch.Node) { return t.name, nil }

func TestWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		assert.Nil(t, watch.Blocked(t.Context(), watch.Lock, nil, 0))
		var none *watch.Wait
		none.Of(1)
		none.Start()
		none.End()
		m := watch.NewMonitor(watch.Config{Timeline: 10})
		assert.Nil(t, watch.Blocked(m.Context(t.Context()), watch.Lock, nil, 0), "no node")
		n := start(t.Context(), root(t, m), "task")
		type valueKey struct{}
		ctx := context.WithValue(n, valueKey{}, 1)
		p := &thing{}
		watch.Name(p, "named", func(p *thing) watch.Resource { return thingResource{p} }, nil)
		hold := watch.Holding(ctx, watch.Lock, thingResource{p}, 0)
		hold.Start()
		time.Sleep(time.Second)
		of := watch.Blocked(ctx, watch.Any, nil, 0)
		of.Of(5)
		of.Start()
		time.Sleep(time.Second)
		sleep := watch.Asleep(ctx, time.Minute)
		sleep.Start()
		other := n.Blocked(watch.OfTask, target{"other"}, 0)
		other.Start()
		on := watch.Blocked(ctx, watch.Keyed, thingResource{p}, 2)
		on.Start()
		waits, holds := n.Waits()
		assert.Equal(t, []watch.State{{Seq: 1, What: watch.Lock, On: thingResource{p}, Context: ctx}}, holds)
		assert.Equal(t, []watch.State{
			{Seq: 2, What: watch.Any, N: 5, Context: ctx, Since: time.Second},
			{Seq: 3, What: watch.Sleep, Context: ctx, Since: 2 * time.Second, Left: time.Minute},
			{Seq: 4, What: watch.OfTask, On: target{"other"}, Context: n.Context, Since: 2 * time.Second},
			{Seq: 5, What: watch.Keyed, On: thingResource{p}, N: 2, Context: ctx, Since: 2 * time.Second},
		}, waits)
		assert.Len(t, n.OpenWaits(m.Now()), 1, "the others have not lasted")
		time.Sleep(time.Second)
		for _, w := range []*watch.Wait{sleep, on, other, of, hold, n.Blocked(watch.Lock, nil, 0)} {
			w.End()
		}
		waits, holds = n.Waits()
		assert.Empty(t, waits)
		assert.Empty(t, holds)
		var ended []string
		spans, dropped := m.Timeline().Spans()
		for _, s := range spans {
			assert.True(t, s.IsWait())
			assert.Equal(t, n.ID(-1), s.Node.String())
			ended = append(ended, fmt.Sprintf("%s %q %v %d %s %s", s.What, s.Name, s.Key, s.N, s.Start, s.End))
		}
		assert.Equal(t, []string{
			`sleep "" <nil> 0 2s 3s`, `keyed "named" key 2 2s 3s`, `task "other" <nil> 0 2s 3s`, `any "" <nil> 5 1s 3s`,
		}, ended)
		assert.Zero(t, dropped)
		n.BeginTask()
		n.End(nil, watch.Returned)
		spans, _ = m.Timeline().Spans()
		assert.Equal(t, "task", spans[len(spans)-1].Name)
		m.Close()
		assert.Nil(t, n.Blocked(watch.Lock, nil, 0))
	})
}

func TestUnseen(t *testing.T) {
	m := open(t, watch.Config{})
	nodes := make([]*watch.Node, 150)
	for i := range nodes {
		nodes[i] = start(t.Context(), root(t, m), "")
		nodes[i].AddUnseen(strconv.Itoa(i), errWhy)
	}
	unseen := m.Unseen()
	assert.Len(t, unseen, 100)
	assert.Equal(t, "50", unseen[0].Name)
	assert.Equal(t, nodes[50].ID(-1), unseen[0].ID)
	nodes[10].Seen() // has been pushed out
	nodes[60].Seen()
	assert.Len(t, m.Unseen(), 99)
}

func TestTimeline(t *testing.T) {
	for _, size := range []int{1, 5, 16, 40, 1 << 40} {
		t.Run(strconv.Itoa(size), func(t *testing.T) {
			m := open(t, watch.Config{Timeline: size})
			c := scope(t.Context(), root(t, m), watch.Call, "call")
			for i := range 100 {
				kept := min(i, size)
				spans, dropped := m.Timeline().Spans()
				assert.Len(t, spans, kept)
				assert.Equal(t, i-kept, dropped)
				for j, s := range spans {
					assert.Equal(t, i-kept+j, s.Index)
					assert.Equal(t, c.ID(-1), s.Parent.String())
					assert.Equal(t, errWhy, s.Err)
				}
				c.BeginFunc(i, 0).End(errWhy, watch.Failed)
			}
			c.End(nil, watch.Returned)
			spans, _ := m.Timeline().Spans()
			assert.Equal(t, "call", spans[len(spans)-1].Name)
		})
	}
	assert.Nil(t, open(t, watch.Config{}).Timeline())
}

// A reader sees the last ones, in order, however many end meanwhile.
func TestTimelineAtOnce(t *testing.T) {
	m := open(t, watch.Config{Timeline: 50})
	c := scope(t.Context(), root(t, m), watch.Call, "call")
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for i := range 1000 {
				c.BeginFunc(i, 0).End(nil, watch.Returned)
			}
		})
	}
	all.Go(func() {
		for range 200 {
			spans, _ := m.Timeline().Spans()
			assert.LessOrEqual(t, len(spans), 50)
		}
	})
	all.Wait()
	spans, dropped := m.Timeline().Spans()
	assert.Len(t, spans, 50)
	assert.Equal(t, 3950, dropped)
}

func TestTraceSkipsWhatIsNotActive(t *testing.T) {
	active := false
	begun := 0
	m := watch.NewMonitor(watch.Config{Tracers: []watch.Tracer{{
		Active: func() bool { return active },
		Begin:  func(context.Context, *watch.Node) (context.Context, func(error)) { begun++; return nil, nil },
	}}})
	n := start(t.Context(), root(t, m), "")
	ctx := t.Context()
	assert.False(t, n.IsTraced())
	n.Trace(&ctx)
	assert.Zero(t, begun)
	active = true
	assert.True(t, n.IsTraced())
	n.Trace(&ctx)
	assert.Equal(t, 1, begun)
	assert.Equal(t, t.Context(), ctx)
	m.Close()
	assert.False(t, n.IsTraced())
}

// Each tracer is called, whatever the others do, and each end once.
func TestTracersThatEndTheGoroutine(t *testing.T) {
	type key struct{}
	var ends []int
	var reported []any
	tracer := func(i int, begin, end func()) watch.Tracer {
		return watch.Tracer{Begin: func(ctx context.Context, _ *watch.Node) (context.Context, func(error)) {
			begin()
			return context.WithValue(ctx, key{}, i), func(err error) {
				assert.Equal(t, errWhy, err)
				ends = append(ends, i)
				end()
			}
		}}
	}
	nothing := func() {}
	m := open(t, watch.Config{
		Report: func(panicked any) { reported = append(reported, panicked) },
		Tracers: []watch.Tracer{
			tracer(0, nothing, nothing), tracer(1, runtime.Goexit, nothing), tracer(2, nothing, runtime.Goexit),
			tracer(3, func() { panic("begin") }, nothing), tracer(4, nothing, func() { panic("end") }),
		},
	})
	n := start(t.Context(), root(t, m), "")
	ctx := t.Context()
	in := func(f func()) {
		var all sync.WaitGroup
		all.Go(f)
		all.Wait()
	}
	in(func() { n.Trace(&ctx); t.Error("returned") })
	assert.Equal(t, 4, ctx.Value(key{}))
	in(func() { n.End(errWhy, watch.Failed); t.Error("returned") })
	assert.Equal(t, []int{4, 2, 0}, ends)
	assert.Equal(t, []any{nil}, reported, "once")
	assert.Empty(t, m.Roots())

	ends = nil
	g := watch.NewScope(root(t, m), watch.Group, "", nil, subject{})
	in(func() { g.Trace(&ctx) })
	in(func() { g.Abandon(errWhy) })
	g.End(nil, watch.Returned) // counts for nothing
	assert.Equal(t, []int{4, 2, 0}, ends)
	assert.Empty(t, m.Totals()[0].Name)
}

func TestContextOfANode(t *testing.T) {
	m := open(t, watch.Config{Sites: true})
	type key struct{}
	ctx := context.WithValue(context.Background(), key{}, 1)
	n := scope(ctx, root(t, m), watch.Group, "")
	assert.Equal(t, 1, n.Value(key{}))
	assert.Nil(t, n.Value(watch.CurrentTask))
	assert.Equal(t, n, n.Value(watch.CurrentNode))
	assert.Equal(t, fmt.Sprint(ctx), n.String())
	n.Context = panicking{ctx}
	assert.Equal(t, "watch_test.panicking", n.String())
	assert.NotEmpty(t, n.Site())
}

func TestIsOwn(t *testing.T) {
	for name, own := range map[string]bool{
		"example.com/asyncgo/taskgroup.Run":                    true,
		"example.com/asyncgo/taskgroup.Map[...]":               true,
		"example.com/asyncgo/semaphore.(*Semaphore).Do":        true,
		"example.com/asyncgo/queue.(*Queue[...]).Get":          true,
		"example.com/asyncgo/internal/watch.(*Node).BeginFunc": true,
		"example.com/asyncgo/taskgroup_test.TestRun":           false,
		"example.com/asyncgo/examples/crawl.main":              false,
		"main.main": false,
	} {
		assert.Equal(t, own, watch.IsOwn(name), name)
	}
	assert.True(t, watch.CallsFunctions("example.com/asyncgo/taskgroup.callTraced"))
	assert.False(t, watch.CallsFunctions("example.com/asyncgo/taskgroup.Run"))
}

// All of one name and kind are one row.
func TestRows(t *testing.T) {
	m := open(t, watch.Config{})
	r := root(t, m)
	for range 20 {
		scope(t.Context(), r, watch.Group, "name").End(nil, watch.Returned)
		scope(t.Context(), r, watch.Call, "name")
	}
	assert.Equal(t, []watch.Total{
		{Kind: watch.Group, Name: "name", Opened: 20}, {Kind: watch.Call, Name: "name", Opened: 20, Open: 20},
	}, m.Totals())
}
