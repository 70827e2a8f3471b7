package inspect_test

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/inspect"
)

const crawlText = `group "crawl"  500ms  6 running, 0 ended  waiting at put "jobs" for 500ms, 9.5s left
├── worker-0 crawl.work.func1  500ms  calling, holds semaphore "db" for 500ms
│   └── Map  500ms  2 begun of 3  running
│       ├── [0] crawl.fetch  500ms  waiting at sleep, 200ms left
│       └── [1] crawl.fetch  500ms  waiting at sleep, 200ms left
├── worker-2 crawl.work.func1  500ms  waiting at semaphore "db" for 500ms
├── refresh crawl.main.func2  500ms  waiting at sleep, 500ms left, holds lock "cache" for 500ms
├── reader crawl.main.func3  500ms  waiting at task "refresh" for 500ms
└── #5 crawl.main.func4  500ms  calling
    └── group "inner"  500ms  1 running of 1, 1 queued, 2 ended  joining
        ├── #2 crawl.main.func4.1.1  100ms  waiting at sleep, 100ms left
        └── #3 crawl.main.func4.1.1  queued
lock "cache"  held 1  waiting 0
queue "jobs"  len 3  cap 3  unfinished 6  getting 0  putting 1  joining 0  down 0
semaphore "db"  limit 2  held 2  free 0  waiting 1
`

func TestTextOfTheContract(t *testing.T) {
	s := crawl()
	assert.Equal(t, crawlText, s.String())
	var b strings.Builder
	assert.NoError(t, s.WriteText(&b))
	assert.Equal(t, crawlText, b.String())
}

// Each row is the line of a node, of which only the fields that it is about are
// set.
func TestLines(t *testing.T) {
	task := func(change func(*inspect.Node)) *inspect.Node {
		n := &inspect.Node{Kind: inspect.KindTask, Name: "t", Index: 0, State: inspect.StateRunning, Age: time.Second}
		change(n)
		return n
	}
	group := func(c inspect.Counts) *inspect.Node {
		return &inspect.Node{Kind: inspect.KindGroup, Index: -1, State: inspect.StateRunning, Counts: &c}
	}
	call := func(name string, c inspect.Counts) *inspect.Node {
		return &inspect.Node{Kind: inspect.KindCall, Name: name, Index: -1, State: inspect.StateRunning, Counts: &c}
	}
	for want, n := range map[string]*inspect.Node{
		`t  1s  running`: task(func(*inspect.Node) {}),
		`#7  1s  running`: task(func(n *inspect.Node) {
			n.Name, n.Index = "", 7
		}),
		`task  1s  running`: task(func(n *inspect.Node) {
			n.Name, n.Index = "", -1 // of Start
		}),
		`t main.f at f.go:3  1s  running`: task(func(n *inspect.Node) {
			n.Func, n.Site = "main.f", "f.go:3"
		}),
		`t crawl.work.func1  1s  running`: task(func(n *inspect.Node) {
			n.Func = "example.com/app/crawl.work.func1"
		}),
		`t  queued`: task(func(n *inspect.Node) { n.State = inspect.StateQueued }),
		`t  1s  running, daemon, shielded`: task(func(n *inspect.Node) {
			n.Daemon, n.Shielded = true, true
		}),
		`t  1s  waiting`: task(func(n *inspect.Node) { n.State = inspect.StateWaiting }),
		`t  1s  waiting at keyed "hosts"[go.dev] ×2 for 1ms, at sleep, 2s left, at get for 3µs`: task(func(n *inspect.Node) {
			n.State = inspect.StateWaiting
			n.Waits = []inspect.Wait{
				{What: inspect.WaitKeyed, Name: "hosts", Key: "go.dev", N: 2, Age: ms},
				{What: inspect.WaitSleep, Left: 2 * time.Second},
				{What: inspect.WaitGet, Age: 3 * time.Microsecond},
			}
		}),
		`t  1s  running, holds rlock "cfg" for 2ms, holds lock for 1ms, 500ms left, cancelled: shut, failed: boom, daemon, shielded`: task(func(n *inspect.Node) {
			n.Holds = []inspect.Wait{{What: inspect.WaitRLock, Name: "cfg", Age: 2 * ms}, {What: inspect.WaitLock, Age: ms}}
			n.Deadline = at.Add(500 * ms)
			n.Cause, n.Error, n.Daemon, n.Shielded = "shut", "boom", true, true
		}),
		`t  1s  running, 0s left`:                                                    task(func(n *inspect.Node) { n.Deadline = at.Add(-time.Hour) }),
		`group  0s  0 running, 0 ended  running`:                                     group(inspect.Counts{Total: 3, Cancelled: 1, Begun: 1}),
		`group  0s  1 running of 2, 3 queued, 4 blocked, 5 ended, 6 failed  running`: group(inspect.Counts{Limit: 2, Running: 1, Queued: 3, Blocked: 4, Ended: 5, Failed: 6}),
		`Gather  0s  2 begun of 3  running`:                                          call("Gather", inspect.Counts{Begun: 2, Total: 3, Ended: 1, Limit: 4}),
		`Shared.Do  0s  1 begun of 1, 1 failed  running`:                             call("Shared.Do", inspect.Counts{Begun: 1, Total: 1, Failed: 1}),
		`ForEach  0s  2 begun  running`:                                              call("ForEach", inspect.Counts{Begun: 2, Total: 3}),
		`Consume  0s  2 begun  running`:                                              call("Consume", inspect.Counts{Begun: 2, Total: 3}),
		`MapSeq  0s  2 begun  running`:                                               call("MapSeq", inspect.Counts{Begun: 2, Total: 3}),
		`MapUnordered  0s  2 begun  running`:                                         call("MapUnordered", inspect.Counts{Begun: 2, Total: 3}),
		`MapSource  0s  2 begun  running`:                                            call("MapSource", inspect.Counts{Begun: 2, Total: 3}),
		`MapSourceUnordered  0s  2 begun, 1 failed  running`:                         call("MapSourceUnordered", inspect.Counts{Begun: 2, Total: 3, Failed: 1}),
		`call  0s  running`:                                                          {Kind: inspect.KindCall, Index: -1, State: inspect.StateRunning, Func: "main.f"},
		`group "g" at main.go:1  0s  joining, at event "e" for 0s`: {
			Kind: inspect.KindGroup, Name: "g", Index: -1, Func: "main.f", Site: "main.go:1", State: inspect.StateJoining,
			Waits: []inspect.Wait{{What: inspect.WaitJoin, Name: "g"}, {What: inspect.WaitEvent, Name: "e"}},
		},
	} {
		s := &inspect.Snapshot{Time: at, Nodes: []*inspect.Node{n}}
		assert.Equal(t, want+"\n", s.String())
	}
}

func TestWhatIsTheParentsIsLeftOut(t *testing.T) {
	node := func(kind inspect.Kind, left time.Duration, cause string, children ...*inspect.Node) *inspect.Node {
		n := &inspect.Node{Kind: kind, State: inspect.StateRunning, Index: 0, Cause: cause, Children: children}
		if left != 0 {
			n.Deadline = at.Add(left)
		}
		return n
	}
	// A function has its call's context: what it calls has the deadline of the
	// call, which is printed there.
	s := &inspect.Snapshot{Time: at, Nodes: []*inspect.Node{
		node(inspect.KindGroup, 5*time.Second, "stop",
			node(inspect.KindTask, 5*time.Second, "stop"),
			node(inspect.KindTask, 4*time.Second, "other"),
			node(inspect.KindTask, 0, ""),
			node(inspect.KindCall, 5*time.Second, "stop",
				node(inspect.KindFunc, 0, "",
					node(inspect.KindCall, 5*time.Second, "stop",
						node(inspect.KindFunc, 3*time.Second, "",
							node(inspect.KindCall, 3*time.Second, "")))))),
	}}
	assert.Equal(t, `group  0s  running, 5s left, cancelled: stop
├── #0  0s  running
├── #0  0s  running, 4s left, cancelled: other
├── #0  0s  running
└── call  0s  running
    └── [0]  0s  running
        └── call  0s  running
            └── [0]  0s  running, 3s left
                └── call  0s  running
`, s.String())
}

func TestHiddenChildrenStandLast(t *testing.T) {
	leaf := func(hidden int, children ...*inspect.Node) *inspect.Node {
		return &inspect.Node{Kind: inspect.KindTask, State: inspect.StateRunning, Hidden: hidden, Children: children}
	}
	s := &inspect.Snapshot{Nodes: []*inspect.Node{leaf(3, nil, leaf(1), leaf(0, nil), nil), nil, leaf(2), leaf(-1)}}
	assert.Equal(t, `#0  0s  running
├── #0  0s  running
│   └── … 1 more
├── #0  0s  running
└── … 3 more
#0  0s  running
└── … 2 more
#0  0s  running
`, s.String())
}

func TestUnseenAndResourcesStandLast(t *testing.T) {
	s := &inspect.Snapshot{
		Resources: []*inspect.Resource{nil, {Kind: "lock", Stats: []inspect.Stat{{Name: "held", Value: 1}}}, {Kind: "event", Name: "a\nb"}},
		Unseen: []*inspect.Unseen{
			nil,
			{Name: "fetch", Func: "example.com/app/crawl.fetch", Site: "crawl.go:88", Error: "no\nroute", Age: 12400 * ms},
			{Error: "boom"},
		},
	}
	assert.Equal(t, `lock  held 1
event "a\nb"
unseen fetch crawl.fetch at crawl.go:88  12s  failed: no\nroute
unseen task  0s  failed: boom
`, s.String())
}

func TestDurationsAreRounded(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second:             "0s",
		0:                        "0s",
		499:                      "0s",
		1500:                     "2µs",
		999499:                   "999µs",
		999500:                   "1ms", // still rounded to 1µs
		time.Millisecond:         "1ms",
		1499999:                  "1ms",
		999499999:                "999ms",
		999500000:                "1s",
		time.Second:              "1s",
		1049 * ms:                "1s",
		1050 * ms:                "1.1s",
		9949 * ms:                "9.9s",
		9950 * ms:                "10s",
		10499 * ms:               "10s",
		10500 * ms:               "11s",
		90*time.Minute + 400*ms:  "1h30m0s",
		time.Duration(1<<63 - 1): "2562047h47m16.854775807s", // as Duration.Round does
	} {
		s := &inspect.Snapshot{Nodes: []*inspect.Node{{Kind: inspect.KindTask, Name: "t", State: inspect.StateRunning, Age: d}}}
		assert.Equal(t, "t  "+want+"  running\n", s.String(), int64(d))
	}
}

func TestHostileNames(t *testing.T) {
	evil := "a\x1b[31m\r\n\u2028\u202e\xff\ufffd\"\\<b>é\x00"
	const plain = `a\x1b[31m\r\n\u2028\u202e\xff�"\<b>é\x00`
	const quoted = `"a\x1b[31m\r\n\u2028\u202e\xff�\"\\<b>é\x00"`
	s := &inspect.Snapshot{
		Time: at,
		Nodes: []*inspect.Node{
			{Kind: inspect.KindGroup, Name: evil, State: inspect.State(evil), Site: evil},
			{
				Kind: inspect.KindTask, Name: evil, Func: "x/" + evil, State: inspect.StateWaiting, Cause: evil, Error: evil,
				Waits: []inspect.Wait{{What: inspect.What(evil), Name: evil, Key: evil}},
				Holds: []inspect.Wait{{What: inspect.WaitKeyed, Name: evil, Key: evil}},
			},
			{Kind: inspect.Kind(evil), State: inspect.StateQueued},
		},
		Resources: []*inspect.Resource{{Kind: evil, Name: evil, Stats: []inspect.Stat{{Name: evil}}}},
		Unseen:    []*inspect.Unseen{{Name: evil, Error: evil}},
	}
	assert.Equal(t, `group `+quoted+` at `+plain+`  0s  `+plain+`
`+plain+` `+plain+`  0s  waiting at `+plain+` `+quoted+`[`+plain+`] for 0s, holds keyed `+quoted+`[`+plain+`] for 0s, cancelled: `+plain+`, failed: `+plain+`
`+plain+`  queued
`+plain+` `+quoted+`  `+plain+` 0
unseen `+plain+`  0s  failed: `+plain+`
`, s.String())
}

func TestANameOfAMebibyte(t *testing.T) {
	name := strings.Repeat("\x00", 1<<20)
	s := &inspect.Snapshot{Nodes: []*inspect.Node{{Kind: inspect.KindTask, Name: name, State: inspect.StateRunning}}}
	assert.Equal(t, strings.Repeat(`\x00`, 1<<20)+"  0s  running\n", s.String())
}

func TestTextOfNothing(t *testing.T) {
	var s *inspect.Snapshot
	assert.NoError(t, s.WriteText(io.Discard))
	assert.Empty(t, s.String())
	assert.Empty(t, new(inspect.Snapshot).String())
	var n *inspect.Node
	assert.Empty(t, n.String())
}

func TestTextReturnsTheErrorOfTheWriter(t *testing.T) {
	for _, room := range []fullAfter{0, 1, 1000} {
		assert.ErrorIs(t, crawl().WriteText(&room), errFull)
	}
	many := &inspect.Snapshot{Nodes: []*inspect.Node{{Hidden: 1, Name: strings.Repeat("n", 4080)}, {Name: strings.Repeat("n", 1<<20)}}}
	room := fullAfter(0)
	assert.ErrorIs(t, many.WriteText(&room), errFull, "at the line of the hidden child")
	room = fullAfter(len(crawlText))
	assert.NoError(t, crawl().WriteText(&room))
}

// A node of a literal has no time of its own: what is left is as of now.
func TestLineOfOneNode(t *testing.T) {
	n := crawl().Find("reader")
	n.Deadline = time.Now().Add(time.Hour + 30*time.Second)
	assert.Equal(t, `reader crawl.main.func3  500ms  waiting at task "refresh" for 500ms, 1h0m30s left`, n.String())
	n.Deadline = time.Time{}
	assert.Equal(t, `reader crawl.main.func3  500ms  waiting at task "refresh" for 500ms`, n.String())
}

func TestWaitString(t *testing.T) {
	for want, w := range map[string]inspect.Wait{
		`semaphore "db" ×2`:   {What: inspect.WaitSemaphore, Name: "db", N: 2, Age: ms},
		`semaphore`:           {What: inspect.WaitSemaphore, N: 1},
		`lock "a b"`:          {What: inspect.WaitLock, Name: "a b"},
		`keyed "hosts"[a\tb]`: {What: inspect.WaitKeyed, Name: "hosts", Key: "a\tb", N: 1},
		`shared[7]`:           {What: inspect.WaitShared, Key: "7"},
		`any ×10`:             {What: inspect.WaitAny, N: 10},
		`sleep`:               {What: inspect.WaitSleep, Left: time.Second},
	} {
		assert.Equal(t, want, w.String())
	}
}

func TestWaitsAreComparable(t *testing.T) {
	a := inspect.Wait{What: inspect.WaitLock, Name: "a"}
	b := inspect.Wait{What: inspect.WaitLock, Name: "b"}
	assert.False(t, a == b) //nolint:testifylint // that it compiles is the test
}

// chain is a tree of that depth, one child in each node.
func chain(depth int) *inspect.Snapshot {
	var n *inspect.Node
	for d := depth; d > 0; d-- {
		parent := &inspect.Node{Kind: inspect.KindTask, Index: d, State: inspect.StateRunning}
		if n != nil {
			parent.Children = []*inspect.Node{n}
		}
		n = parent
	}
	return &inspect.Snapshot{Nodes: []*inspect.Node{n}}
}

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

func TestADeepTree(t *testing.T) {
	depth := large() / 10
	var n counter
	assert.NoError(t, chain(depth).WriteText(&n))
	assert.Greater(t, int64(n), int64(4*depth*(depth-1)/2)) // the branches alone
}

func TestAWideTree(t *testing.T) {
	root := &inspect.Node{Kind: inspect.KindGroup, State: inspect.StateRunning}
	for i := range large() {
		root.Children = append(root.Children, &inspect.Node{Kind: inspect.KindTask, Index: i, State: inspect.StateQueued})
	}
	text := (&inspect.Snapshot{Nodes: []*inspect.Node{root}}).String()
	assert.Equal(t, large()+1, strings.Count(text, "\n"))
	assert.True(t, strings.HasSuffix(text, fmt.Sprintf("└── #%d  queued\n", large()-1)))
}
