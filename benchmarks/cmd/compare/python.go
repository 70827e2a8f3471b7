package main

import (
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"example.com/asyncgo/queue"
	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

//go:embed asyncio_work.py
var program string

// addPython is W8: the same work in asyncio, if Python is installed.
func (r *report) addPython() {
	out, version, err := python()
	if err != nil {
		r.sections = append(r.sections, "## asyncio\n\nNot measured: "+err.Error()+".\n")
		return
	}
	var theirs map[string]float64 // nanoseconds an operation
	if err := json.Unmarshal(out, &theirs); err != nil {
		r.sections = append(r.sections, "## asyncio\n\nNot measured: "+err.Error()+".\n")
		return
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
	r.sections = append(r.sections, b.String())
}

func one(context.Context) (int, error) { return 1, nil }

// python runs the program with the first Python that is recent enough.
func python() (out []byte, version string, err error) {
	file, err := os.CreateTemp("", "asyncio_work_*.py")
	if err != nil {
		return nil, "", err
	}
	defer os.Remove(file.Name())
	if _, err := file.WriteString(program); err != nil {
		return nil, "", err
	}
	if err := file.Close(); err != nil {
		return nil, "", err
	}
	for _, name := range []string{"python3.14", "python3.13", "python3"} {
		if exec.Command(name, "-c", "import sys; sys.exit(sys.version_info < (3, 11))").Run() != nil {
			continue
		}
		v, err := exec.Command(name, "--version").Output()
		if err != nil {
			continue
		}
		out, err = exec.Command(name, file.Name()).Output()
		if err == nil {
			return out, strings.TrimSpace(string(v)), nil
		}
	}
	return nil, "", fmt.Errorf("no python3 of version 3.11 or later")
}
