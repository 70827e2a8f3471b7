package queue_test

import (
	"fmt"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/queue"
)

func ExampleQueue_Named() {
	m := inspect.New()
	defer m.Close()
	inspect.SetDefault(m) // whose snapshots have everything with a name

	jobs := queue.New[string](100).Named("crawl-jobs")
	_ = jobs.TryPut("crawl go.dev")
	for _, r := range m.Snapshot().Resources {
		if r.Name == "crawl-jobs" && r.Stat("len") > 0 {
			fmt.Println(r.Kind, "len:", r.Stat("len"), "cap:", jobs.Cap())
		}
	}
	_, _ = jobs.TryGet()
	// Output: queue len: 1 cap: 100
}
