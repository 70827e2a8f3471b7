package main

import (
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"example.com/asyncgo/benchmarks/internal/python"
	"example.com/asyncgo/queue"
	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

//go:embed asyncio_work.py
var program string

// asyncio is W8: the same work in asyncio, if Python is installed.
func asyncio() string {
	theirs, version, err := theirs()
	if err != nil {
		return "## asyncio\n\nNot measured: " + err.Error() + ".\n"
	}
	ours := map[string]func(n int){
		"create_task and await": func(n int) {
			for range n {
				_, _ = taskgroup.Start(context.Background(), one).Wait(context.Background())
			}
		},
		"gather 1000": func(n int) {
			fns := make([]taskgroup.Func[int], 1000)
			for i := range fns {
				fns[i] = one
			}
			for range max(1, n/1000) {
				_, _ = taskgroup.Gather(context.Background(), fns...)
			}
		},
		"Queue put and get": func(n int) {
			q := queue.New[int](128)
			for range n {
				_ = q.Put(context.Background(), 1)
				_, _ = q.Get(context.Background())
			}
		},
		"PriorityQueue put and get": func(n int) {
			q := queue.NewPriority(0, cmp.Compare[int])
			for i := range n {
				_ = q.Put(context.Background(), i)
				_, _ = q.Get(context.Background())
			}
		},
		"Semaphore acquire and release": func(n int) {
			s := semaphore.New(4)
			for range n {
				_ = s.Acquire(context.Background())
				s.Release()
			}
		},
	}
	goals := map[string]float64{"gather 1000": 100, "create_task and await": 12, "Queue put and get": 15, "Semaphore acquire and release": 20}
	var b strings.Builder
	fmt.Fprintf(&b, "## asyncio\n\nThe same work in %s, nanoseconds per operation, the best of five each.\n\n| | asyncio | asyncgo | times faster | goal | |\n|---|---|---|---|---|---|\n", version)
	for _, name := range []string{"create_task and await", "gather 1000", "Queue put and get", "PriorityQueue put and get", "Semaphore acquire and release"} {
		const n = 200_000
		best := time.Duration(1 << 62)
		for range 5 {
			start := time.Now()
			ours[name](n)
			best = min(best, time.Since(start))
		}
		mine := float64(best.Nanoseconds()) / n
		faster := theirs[name] / mine
		verdict := ""
		goal := ""
		if g := goals[name]; g > 0 {
			goal = fmt.Sprintf("≥ %.0f", g)
			verdict = "met"
			if faster < g {
				verdict = "not met"
			}
		}
		fmt.Fprintf(&b, "| %s | %.0f | %.1f | %.0f | %s | %s |\n", name, theirs[name], mine, faster, goal, verdict)
	}
	fmt.Print(b.String())
	return b.String()
}

// theirs returns the nanoseconds that asyncio takes for each operation.
func theirs() (map[string]float64, string, error) {
	interpreter, err := python.Find()
	if err != nil {
		return nil, "", err
	}
	out, err := interpreter.Run(context.Background(), program)
	if err != nil {
		return nil, "", err
	}
	var ns map[string]float64
	if err := json.Unmarshal(out, &ns); err != nil {
		return nil, "", err
	}
	return ns, interpreter.Version, nil
}

func one(context.Context) (int, error) { return 1, nil }
