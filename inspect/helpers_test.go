package inspect_test

import (
	"errors"
	"time"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/internal/test/testkit"
)

// at is the time of the snapshots that tests write as literals.
var at = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const ms = time.Millisecond

// large is the size of what is called large, and mebi that of a long name. The
// race detector makes both slow.
func large() int {
	if testkit.Race {
		return 10_000
	}
	return 100_000
}

func mebi() int { return large() * (1 << 20) / 100_000 }

var errFull = errors.New("disk full")

// fullAfter is a writer that fails after that many bytes.
type fullAfter int

func (w *fullAfter) Write(p []byte) (int, error) {
	if len(p) > int(*w) {
		n := int(*w)
		*w = 0
		return n, errFull
	}
	*w -= fullAfter(len(p))
	return len(p), nil
}

// crawl is the snapshot whose text is the example of the contract.
func crawl() *inspect.Snapshot {
	deadline := at.Add(9500 * ms)
	sleeps := func(left time.Duration) inspect.Wait {
		return inspect.Wait{What: inspect.WaitSleep, Age: 500 * ms, Left: left}
	}
	fetch := func(index int) *inspect.Node {
		return &inspect.Node{
			ID: "3/" + string(rune('0'+index)), Kind: inspect.KindFunc, Index: index,
			Func: "example.com/app/crawl.fetch", State: inspect.StateWaiting, Age: 500 * ms,
			Waits: []inspect.Wait{sleeps(200 * ms)},
		}
	}
	task := func(id, name string, index int, fn string, state inspect.State) *inspect.Node {
		return &inspect.Node{
			ID: id, Kind: inspect.KindTask, Name: name, Index: index, Func: "example.com/app/" + fn,
			State: state, Age: 500 * ms, Deadline: deadline,
		}
	}
	worker := task("1/0", "worker-0", 0, "crawl.work.func1", inspect.StateCalling)
	worker.Holds = []inspect.Wait{{What: inspect.WaitSemaphore, Name: "db", N: 1, Age: 500 * ms}}
	worker.Children = []*inspect.Node{{
		ID: "3", Kind: inspect.KindCall, Name: "Map", Index: -1, Func: "example.com/app/crawl.fetch",
		State: inspect.StateRunning, Age: 500 * ms, Deadline: deadline,
		Counts:   &inspect.Counts{Running: 2, Begun: 2, Total: 3},
		Children: []*inspect.Node{fetch(0), fetch(1)},
	}}
	blocked := task("1/2", "worker-2", 2, "crawl.work.func1", inspect.StateWaiting)
	blocked.Waits = []inspect.Wait{{What: inspect.WaitSemaphore, Name: "db", N: 1, Age: 500 * ms}}
	refresh := task("1/3", "refresh", 3, "crawl.main.func2", inspect.StateWaiting)
	refresh.Waits = []inspect.Wait{sleeps(500 * ms)}
	refresh.Holds = []inspect.Wait{{What: inspect.WaitLock, Name: "cache", Age: 500 * ms}}
	reader := task("1/4", "reader", 4, "crawl.main.func3", inspect.StateWaiting)
	reader.Waits = []inspect.Wait{{What: inspect.WaitTask, Name: "refresh", Node: "1/3", Age: 500 * ms}}
	caller := task("1/5", "", 5, "crawl.main.func4", inspect.StateCalling)
	inner := task("4/2", "", 2, "crawl.main.func4.1.1", inspect.StateWaiting)
	inner.Age = 100 * ms
	inner.Waits = []inspect.Wait{sleeps(100 * ms)}
	queued := task("4/3", "", 3, "crawl.main.func4.1.1", inspect.StateQueued)
	queued.Age = 0
	caller.Children = []*inspect.Node{{
		ID: "4", Kind: inspect.KindGroup, Name: "inner", Index: -1, Func: "example.com/app/crawl.main.func4.1",
		State: inspect.StateJoining, Age: 500 * ms, Deadline: deadline,
		Waits:    []inspect.Wait{{What: inspect.WaitJoin, Name: "inner", Node: "4", Age: 500 * ms}},
		Counts:   &inspect.Counts{Limit: 1, Running: 1, Queued: 1, Begun: 3, Ended: 2, Total: 4},
		Children: []*inspect.Node{inner, queued},
	}}
	return &inspect.Snapshot{
		Time: at,
		Nodes: []*inspect.Node{{
			ID: "1", Kind: inspect.KindGroup, Name: "crawl", Index: -1, Func: "example.com/app/crawl.main",
			State: inspect.StateWaiting, Age: 500 * ms, Deadline: deadline,
			Waits:    []inspect.Wait{{What: inspect.WaitPut, Name: "jobs", Age: 500 * ms}},
			Counts:   &inspect.Counts{Running: 6, Begun: 6, Total: 6},
			Children: []*inspect.Node{worker, blocked, refresh, reader, caller},
		}},
		Resources: []*inspect.Resource{
			{Kind: "lock", Name: "cache", Stats: []inspect.Stat{{Name: "held", Value: 1}, {Name: "waiting"}}},
			{Kind: "queue", Name: "jobs", Stats: []inspect.Stat{
				{Name: "len", Value: 3},
				{Name: "cap", Value: 3},
				{Name: "unfinished", Value: 6},
				{Name: "getting"},
				{Name: "putting", Value: 1},
				{Name: "joining"},
				{Name: "down"},
			}},
			{Kind: "semaphore", Name: "db", Stats: []inspect.Stat{
				{Name: "limit", Value: 2}, {Name: "held", Value: 2}, {Name: "free"}, {Name: "waiting", Value: 1},
			}},
		},
		Totals: []*inspect.Total{
			{Kind: inspect.KindCall, Name: "Map", Opened: 1, Open: 1, Begun: 2, Busy: time.Second},
			{Kind: inspect.KindGroup, Name: "crawl", Opened: 1, Open: 1, Begun: 6, Busy: 3 * time.Second},
			{Kind: inspect.KindGroup, Name: "inner", Opened: 1, Open: 1, Begun: 3, Ended: 2, Failed: 1, Cancelled: 1, Panicked: 1, Busy: 1500 * ms},
		},
	}
}
