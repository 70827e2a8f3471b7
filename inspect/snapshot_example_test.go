package inspect_test

import (
	"fmt"
	"os"
	"strings"
	"time"

	"example.com/asyncgo/inspect"
)

// kitchen is what a monitor might have seen of two tasks that share an oven.
func kitchen() *inspect.Snapshot {
	oven := []inspect.Wait{{What: inspect.WaitSemaphore, Name: "oven", N: 1, Age: 90 * time.Second}}
	return &inspect.Snapshot{
		Time: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
		Nodes: []*inspect.Node{{
			ID: "1", Kind: inspect.KindGroup, Name: "kitchen", Index: -1, State: inspect.StateJoining, Age: 2 * time.Minute,
			Counts: &inspect.Counts{Running: 2, Begun: 5, Ended: 3, Total: 5},
			Children: []*inspect.Node{
				{ID: "1/3", Kind: inspect.KindTask, Name: "bread", Index: 3, State: inspect.StateRunning, Age: 90 * time.Second, Holds: oven},
				{ID: "1/4", Kind: inspect.KindTask, Name: "cake", Index: 4, State: inspect.StateWaiting, Age: 90 * time.Second, Waits: oven},
			},
		}},
		Resources: []*inspect.Resource{
			{Kind: "semaphore", Name: "oven", Stats: []inspect.Stat{{Name: "limit", Value: 1}, {Name: "held", Value: 1}, {Name: "free"}, {Name: "waiting", Value: 1}}},
		},
		Totals: []*inspect.Total{{Kind: inspect.KindGroup, Name: "kitchen", Opened: 1, Open: 1, Begun: 5, Ended: 3, Busy: 90 * time.Second}},
	}
}

func ExampleSnapshot_WriteText() {
	if err := kitchen().WriteText(os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output:
	// group "kitchen"  2m0s  2 running, 3 ended  joining
	// ├── bread  1m30s  running, holds semaphore "oven" for 1m30s
	// └── cake  1m30s  waiting at semaphore "oven" for 1m30s
	// semaphore "oven"  limit 1  held 1  free 0  waiting 1
}

func ExampleSnapshot_String() {
	fmt.Print(kitchen())
	// Output:
	// group "kitchen"  2m0s  2 running, 3 ended  joining
	// ├── bread  1m30s  running, holds semaphore "oven" for 1m30s
	// └── cake  1m30s  waiting at semaphore "oven" for 1m30s
	// semaphore "oven"  limit 1  held 1  free 0  waiting 1
}

func ExampleSnapshot_All() {
	for depth, n := range kitchen().All() {
		fmt.Println(strings.Repeat("  ", depth)+n.Name, n.State)
	}
	// Output:
	// kitchen joining
	//   bread running
	//   cake waiting
}

func ExampleSnapshot_Find() {
	cake := kitchen().Find("cake")
	fmt.Println(cake.ID, cake.Waits[0].Name)
	// Output: 1/4 oven
}

func ExampleSnapshot_WriteMetrics() {
	s := kitchen()
	s.Totals = nil // for a shorter example
	var text strings.Builder
	if err := s.WriteMetrics(&text); err != nil {
		fmt.Println(err)
	}
	for line := range strings.Lines(text.String()) {
		if strings.HasPrefix(line, "asyncgo_resource") {
			fmt.Print(line)
		}
	}
	// Output:
	// asyncgo_resource{kind="semaphore",name="oven",stat="limit"} 1
	// asyncgo_resource{kind="semaphore",name="oven",stat="held"} 1
	// asyncgo_resource{kind="semaphore",name="oven",stat="free"} 0
	// asyncgo_resource{kind="semaphore",name="oven",stat="waiting"} 1
}

func ExampleNode_String() {
	fmt.Println(kitchen().Find("cake"))
	// Output: cake  1m30s  waiting at semaphore "oven" for 1m30s
}

func ExampleWait_String() {
	fmt.Println(inspect.Wait{What: inspect.WaitSemaphore, Name: "db", N: 2, Age: time.Second})
	fmt.Println(inspect.Wait{What: inspect.WaitKeyed, Name: "hosts", Key: "go.dev", N: 1})
	// Output:
	// semaphore "db" ×2
	// keyed "hosts"[go.dev]
}

func ExampleResource_Stat() {
	oven := kitchen().Resources[0]
	fmt.Println(oven.Stat("held"), "of", oven.Stat("limit"))
	// Output: 1 of 1
}

func ExampleFinding_String() {
	fmt.Println(inspect.Finding{
		Rule: inspect.RuleWaiting,
		Path: "kitchen/cake",
		For:  90 * time.Second,
		Text: `has been waiting at semaphore "oven" for 1m30s`,
	})
	// Output: waiting: kitchen/cake: has been waiting at semaphore "oven" for 1m30s
}

func ExampleDefaultRules() {
	r := inspect.DefaultRules()
	r.Running = 5 * time.Minute // in this service, no task takes longer
	fmt.Println(r.Waiting, r.Running, r.Deadlock)
	// Output: 30s 5m0s true
}
