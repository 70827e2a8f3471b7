package page

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/inspect"
)

const ms = time.Millisecond

func TestRows(t *testing.T) {
	for want, n := range map[string]*inspect.Node{
		"group crawl 0 running, 0 ended · joining 500ms": {
			Kind: inspect.KindGroup, Name: "crawl", State: inspect.StateJoining, Age: 500 * ms, Counts: &inspect.Counts{},
		},
		"group at main.go:7 6 running of 8, 2 queued, 1 blocked, 12 000 ended, 3 failed · running, failed: EOF 0s": {
			Kind: inspect.KindGroup, Site: "main.go:7", State: inspect.StateRunning, Error: "EOF", Func: "main.main.func1",
			Counts: &inspect.Counts{Limit: 8, Running: 6, Queued: 2, Blocked: 1, Ended: 12_000, Failed: 3},
		},
		"Map 14 begun of 30, 1 failed · running 500ms": {
			Kind: inspect.KindCall, Name: "Map", State: inspect.StateRunning, Age: 500 * ms,
			Counts: &inspect.Counts{Begun: 14, Ended: 12, Total: 30, Failed: 1},
		},
		"MapSeq 14 begun · running 500ms": { // its total is not known
			Kind: inspect.KindCall, Name: "MapSeq", State: inspect.StateRunning, Age: 500 * ms, Counts: &inspect.Counts{Begun: 14, Total: 15},
		},
		"worker crawl.work.func1 running 12s": {
			Kind: inspect.KindTask, Name: "worker", Func: "example.com/app/crawl.work.func1", State: inspect.StateRunning, Age: 12 * time.Second,
		},
		"#5 queued": {Kind: inspect.KindTask, Index: 5, State: inspect.StateQueued, Age: time.Hour}, // no age
		"task running 0s": { // of Start
			Kind: inspect.KindTask, Index: -1, State: inspect.StateRunning,
		},
		"[3] waiting at sleep, 200ms left 500ms": {
			Kind: inspect.KindFunc, Index: 3, State: inspect.StateWaiting, Age: 500 * ms,
			Waits: []inspect.Wait{{What: inspect.WaitSleep, Age: 300 * ms, Left: 200 * ms}},
		},
		`a waiting at semaphore "db" ×2 for 1s, at keyed "hosts"[x] for 1ms, holds lock "l" for 2s, 9.5s left, cancelled: over, failed: EOF, daemon, shielded 3s`: {
			Kind: inspect.KindTask, Name: "a", State: inspect.StateWaiting, Age: 3 * time.Second,
			Waits: []inspect.Wait{{What: inspect.WaitSemaphore, Name: "db", N: 2, Age: time.Second}, {What: inspect.WaitKeyed, Name: "hosts", Key: "x", N: 1, Age: ms}},
			Holds: []inspect.Wait{{What: inspect.WaitLock, Name: "l", Age: 2 * time.Second}}, Deadline: noon.Add(9500 * ms),
			Cause: "over", Error: "EOF", Daemon: true, Shielded: true,
		},
		`group g joining, at put "jobs" for 1s 0s`: { // the join is the state
			Kind: inspect.KindGroup, Name: "g", State: inspect.StateJoining,
			Waits: []inspect.Wait{{What: inspect.WaitJoin, Age: time.Second}, {What: inspect.WaitPut, Name: "jobs", Age: time.Second}},
		},
	} {
		n.ID = "1"
		assert.Equal(t, []string{want}, rows(t, render(t, &inspect.Snapshot{Nodes: []*inspect.Node{n}})))
	}
}

// A deadline and a cancellation are shown where they come from.
func TestWhatIsInheritedIsNotRepeated(t *testing.T) {
	soon := noon.Add(time.Second)
	child := func(deadline time.Time, cause string) *inspect.Node {
		return &inspect.Node{Kind: inspect.KindTask, State: inspect.StateRunning, Deadline: deadline, Cause: cause}
	}
	page := render(t, &inspect.Snapshot{Nodes: []*inspect.Node{{
		Kind: inspect.KindGroup, Name: "g", State: inspect.StateRunning, Deadline: soon, Cause: "over",
		Children: []*inspect.Node{
			child(soon.In(time.FixedZone("", 3600)), "over"),
			child(soon.Add(-500*ms), "late"),
			{Kind: inspect.KindFunc, State: inspect.StateCalling, Children: []*inspect.Node{child(soon, "over")}}, // of a call
		},
	}}})
	assert.Equal(t, []string{
		"group g running, 1s left, cancelled: over 0s",
		"#0 running 0s",
		"#0 running, 500ms left, cancelled: late 0s",
		"[0] calling 0s",
		"#0 running 0s",
	}, rows(t, page))
}

func TestHiddenChildrenAreCounted(t *testing.T) {
	page := render(t, &inspect.Snapshot{Nodes: []*inspect.Node{{
		Kind: inspect.KindGroup, Name: "g", State: inspect.StateRunning, Hidden: 9000,
		Children: []*inspect.Node{{Kind: inspect.KindTask, State: inspect.StateRunning}},
	}}})
	assert.Equal(t, []string{"group g running 0s", "#0 running 0s", "9000 more, not listed"}, rows(t, page))
}

func TestStacks(t *testing.T) {
	page := render(t, &inspect.Snapshot{Nodes: []*inspect.Node{{
		Kind: inspect.KindTask, State: inspect.StateRunning, Stack: []inspect.Frame{{Func: "main.wait", File: "/src/main.go", Line: 7}},
	}}})
	assert.Contains(t, page, "<pre>main.wait  main.go:7\n</pre>")
}

// A wait leads to the task, or else to the resource, that it is for.
func TestWaitsLeadToWhatTheyAreFor(t *testing.T) {
	page := render(t, &inspect.Snapshot{
		Nodes: []*inspect.Node{
			{ID: "1", Kind: inspect.KindTask, Name: "a", State: inspect.StateWaiting, Waits: []inspect.Wait{{What: inspect.WaitTask, Name: "b", Node: "2"}}},
			{ID: "2", Kind: inspect.KindTask, Name: "b", State: inspect.StateWaiting, Waits: []inspect.Wait{{What: inspect.WaitRLock, Name: "x"}}},
			{ID: "3", Kind: inspect.KindTask, Name: "c", State: inspect.StateWaiting, Waits: []inspect.Wait{{What: inspect.WaitGet, Name: "x"}}},
			{ID: "4", Kind: inspect.KindTask, Name: "d", State: inspect.StateWaiting, Waits: []inspect.Wait{{What: inspect.WaitTask, Name: "gone", Node: "9"}, {What: inspect.WaitLock}}},
		},
		Resources: []*inspect.Resource{{Kind: "queue", Name: "x"}, {Kind: "rwlock", Name: "x"}, {Kind: "lock"}},
	})
	assert.Contains(t, page, `<a href="#n-2">task &#34;b&#34;</a>`)
	assert.Contains(t, page, `<a href="#`+resourceAnchor(&inspect.Resource{Kind: "rwlock", Name: "x"})+`">rlock &#34;x&#34;</a>`)
	assert.Contains(t, page, `<a href="#`+resourceAnchor(&inspect.Resource{Kind: "queue", Name: "x"})+`">get &#34;x&#34;</a>`)
	assert.Contains(t, page, `waiting at task &#34;gone&#34;`)
	assert.Contains(t, page, `at lock for 0s`)
}
