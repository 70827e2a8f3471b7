package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"example.com/asyncgo/queue"
	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

// scales are measured each in a process of its own, so that the peak memory is
// that of one.
var scales = []struct {
	name string
	n    int
	do   func(n int)
}{
	{"1e6 goroutines that wait, raw", 1_000_000, func(n int) {
		var wg, arrived sync.WaitGroup
		release := make(chan struct{})
		arrived.Add(n)
		for range n {
			wg.Go(func() { arrived.Done(); <-release })
		}
		arrived.Wait()
		close(release)
		wg.Wait()
	}},
	{"1e6 tasks of a group that wait", 1_000_000, func(n int) {
		g := taskgroup.New(context.Background())
		var arrived sync.WaitGroup
		release := make(chan struct{})
		arrived.Add(n)
		for range n {
			g.Go(func(context.Context) error { arrived.Done(); <-release; return nil })
		}
		arrived.Wait()
		close(release)
		must(g.Wait())
	}},
	{"1e6 tasks through a limit of 100", 1_000_000, func(n int) {
		g := taskgroup.New(context.Background(), taskgroup.WithLimit(100))
		for range n {
			g.Go(func(context.Context) error { return nil })
		}
		must(g.Wait())
	}},
	{"1e6 tasks in a backlog, limit 100", 1_000_000, func(n int) {
		g := taskgroup.New(context.Background(), taskgroup.WithLimit(100), taskgroup.WithBacklog(-1))
		for range n {
			g.Go(func(context.Context) error { return nil })
		}
		must(g.Wait())
	}},
	{"gather of 1e6, raw goroutines", 1_000_000, func(n int) {
		out := make([]int, n)
		var wg sync.WaitGroup
		wg.Add(n)
		for i := range out {
			go func() { defer wg.Done(); out[i] = i }()
		}
		wg.Wait()
	}},
	{"gather of 1e6", 1_000_000, func(n int) {
		items := make([]struct{}, n)
		_, err := taskgroup.Map(context.Background(), taskgroup.NoLimit, items, func(context.Context, struct{}) (int, error) { return 1, nil })
		must(err)
	}},
	{"1e5 goroutines on a channel of 100 tokens, raw", 100_000, func(n int) {
		c := make(chan struct{}, 100)
		crowd(n, func() { c <- struct{}{}; runtime.Gosched(); <-c })
	}},
	{"1e5 goroutines on a semaphore of 100", 100_000, func(n int) {
		s := semaphore.New(100)
		crowd(n, func() { must(s.Acquire(context.Background())); runtime.Gosched(); s.Release() })
	}},
	{"1e5 goroutines on a channel, raw", 100_000, func(n int) {
		c := make(chan int, 100)
		go func() {
			for range n {
				<-c
			}
		}()
		crowd(n, func() { c <- 1 })
	}},
	{"1e5 goroutines on a queue", 100_000, func(n int) {
		q := queue.New[int](100)
		go func() {
			for range n {
				_, err := q.Get(context.Background())
				must(err)
			}
		}()
		crowd(n, func() { must(q.Put(context.Background(), 1)) })
	}},
	{"1e6 keys of a keyed semaphore, all held", 1_000_000, func(n int) {
		k := semaphore.NewKeyed[int](1)
		for i := range n {
			must(k.Acquire(context.Background(), i))
		}
		for i := range n {
			k.Release(i)
		}
	}},
}

func crowd(n int, do func()) {
	var wg sync.WaitGroup
	for range n {
		wg.Go(do)
	}
	wg.Wait()
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// runChild runs one of the scales and prints its time and its peak memory, in
// kilobytes.
func runChild(which string) {
	i, err := strconv.Atoi(which)
	must(err)
	start := time.Now()
	scales[i].do(scales[i].n)
	fmt.Println(time.Since(start).Nanoseconds(), peak())
}

// peak returns the largest resident size of the process so far, in kilobytes,
// or 0 where the system has no such number.
func peak() int {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if size, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, _ := strconv.Atoi(strings.Fields(size)[0])
			return kb
		}
	}
	return 0
}

// addScale runs each of the scales three times, of which the median counts, and
// measures operations at several numbers of processors.
func (r *report) addScale() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	var b strings.Builder
	b.WriteString("## Scale\n\nEach in a process of its own, the median of three by time.\n\n| | time | peak memory | bytes each |\n|---|---|---|---|\n")
	for i, s := range scales {
		type result struct{ ns, kb int }
		var results []result
		for range 3 {
			out, err := exec.Command(self, "-child", strconv.Itoa(i)).Output()
			if err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			var one result
			if _, err := fmt.Sscan(string(out), &one.ns, &one.kb); err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			results = append(results, one)
		}
		slices.SortFunc(results, func(a, b result) int { return cmp.Compare(a.ns, b.ns) })
		mid := results[1]
		line := fmt.Sprintf("| %s | %v | %d MB | %d |\n", s.name, time.Duration(mid.ns).Round(time.Millisecond), mid.kb/1024, mid.kb*1024/s.n)
		fmt.Print(line)
		b.WriteString(line)
	}
	r.sections = append(r.sections, b.String()+"\n", processors())
	return nil
}

// processors measures operations at several settings of GOMAXPROCS.
func processors() string {
	operations := []struct {
		name string
		do   func(n int)
	}{
		{"Start and Wait", func(n int) {
			for range n {
				_, _ = taskgroup.Start(context.Background(), func(context.Context) (int, error) { return 1, nil }).Wait(context.Background())
			}
		}},
		{"task of a group", func(n int) {
			g := taskgroup.New(context.Background())
			for range n {
				g.Go(func(context.Context) error { return nil })
			}
			must(g.Wait())
		}},
		{"item of a Map", func(n int) {
			_, _ = taskgroup.Map(context.Background(), runtime.GOMAXPROCS(0), make([]struct{}, n), func(context.Context, struct{}) (int, error) { return 1, nil })
		}},
		{"semaphore, 64 goroutines on 3 permits", func(n int) {
			s := semaphore.New(3)
			var left atomic.Int64
			left.Store(int64(n))
			crowd(64, func() {
				for left.Add(-1) >= 0 {
					must(s.Acquire(context.Background()))
					s.Release()
				}
			})
		}},
		{"queue of 128, 8 and 8", func(n int) {
			q := queue.New[int](128)
			var wg sync.WaitGroup
			for range 8 {
				wg.Go(func() {
					for range n / 8 {
						must(q.Put(context.Background(), 1))
					}
				})
				wg.Go(func() {
					for range n / 8 {
						_, err := q.Get(context.Background())
						must(err)
					}
				})
			}
			wg.Wait()
		}},
	}
	settings := []int{1, 2, 8, 64}
	before := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(before)
	var b strings.Builder
	b.WriteString("## Processors\n\nNanoseconds per operation, the best of five, at several settings of GOMAXPROCS, of which some exceed the number of processors.\n\n|  |")
	for _, p := range settings {
		fmt.Fprintf(&b, " %d |", p)
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(settings)) + "\n")
	for _, op := range operations {
		fmt.Fprintf(&b, "| %s |", op.name)
		for _, p := range settings {
			runtime.GOMAXPROCS(p)
			const n = 100_000
			best := time.Duration(1 << 62)
			for range 5 {
				start := time.Now()
				op.do(n)
				best = min(best, time.Since(start))
			}
			fmt.Fprintf(&b, " %.1f |", float64(best.Nanoseconds())/n)
		}
		b.WriteString("\n")
	}
	return b.String() + "\n"
}
