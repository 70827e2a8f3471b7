package inspect_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"example.com/asyncgo/inspect"
)

// baking is what a monitor with WithTimeline might have recorded.
func baking() *inspect.Timeline {
	return &inspect.Timeline{Spans: []inspect.Span{
		{ID: "1", Kind: inspect.KindGroup, Name: "kitchen", Index: -1, End: 60 * time.Minute},
		{ID: "1/0", Parent: "1", Kind: inspect.KindTask, Name: "bread", Index: 0, End: 40 * time.Minute},
		{ID: "1/1", Parent: "1", Kind: inspect.KindTask, Name: "cake", Index: 1, Start: 10 * time.Minute, End: 60 * time.Minute},
		{Parent: "1/1", Kind: inspect.KindWait, Name: `semaphore "oven"`, Start: 10 * time.Minute, End: 40 * time.Minute},
	}}
}

func ExampleTimeline_WriteText() {
	if err := baking().WriteText(os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output:
	// kitchen  ████████████████████████████████████████████████████████████
	//   bread  ████████████████████████████████████████
	//   cake             ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░████████████████████
}

func ExampleTimeline_WriteSVG() {
	var picture strings.Builder // or a file
	if err := baking().WriteSVG(&picture); err != nil {
		fmt.Println(err)
	}
	fmt.Println(strings.HasPrefix(picture.String(), "<svg"))
	// Output: true
}

func ExampleTimeline_WriteTrace() {
	var trace strings.Builder // or a file, to open in ui.perfetto.dev
	if err := baking().WriteTrace(&trace); err != nil {
		fmt.Println(err)
	}
	var read struct {
		TraceEvents []struct {
			Name string
			Dur  float64 // in µs
			Tid  int
		}
	}
	if err := json.Unmarshal([]byte(trace.String()), &read); err != nil {
		fmt.Println(err)
	}
	for _, e := range read.TraceEvents {
		fmt.Println(e.Tid, e.Name, e.Dur)
	}
	// Output:
	// 1 thread_name 0
	// 2 thread_name 0
	// 3 thread_name 0
	// 1 kitchen 3.6e+09
	// 2 bread 2.4e+09
	// 3 cake 3e+09
	// 3 semaphore "oven" 1.8e+09
}
