package main

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"example.com/asyncgo/benchmarks/internal/spread"
	"example.com/asyncgo/benchmarks/programs"
	"example.com/asyncgo/benchmarks/workload"
)

// soak is the work, and what has been recorded.
type soak struct {
	work    []work
	samples []sample
}

type work struct {
	name string
	do   func(ctx context.Context) error
}

type sample struct {
	minutes, heap, goroutines float64
}

// newSoak collects the work: each implementation of asyncgo in the rows, and
// the programs that need no server.
func newSoak() *soak {
	s := &soak{}
	for _, row := range workload.Rows() {
		for i := range row.Impls {
			if impl := &row.Impls[i]; impl.Ours() {
				s.work = append(s.work, ofRow(row.Name, impl))
			}
		}
	}
	for _, p := range programs.All("") {
		for _, v := range p.Variants {
			if strings.HasPrefix(v.Name, programs.Ours) && !strings.HasPrefix(p.Name, "W9") {
				s.work = append(s.work, ofProgram(&p, v))
			}
		}
	}
	return s
}

// ofRow does about a millisecond of operations, or one that takes longer.
func ofRow(name string, impl *workload.Impl) work {
	unit, n := 0, 0
	return work{name + ", " + impl.Name, func(context.Context) error {
		if n == 0 {
			var took time.Duration
			unit, took = impl.Run(1)
			n = max(1, min(1000, int(time.Millisecond/max(1, took))))
		}
		if sum, _ := impl.Run(n); sum != unit*n {
			return fmt.Errorf("checksum %d, not %d", sum, unit*n)
		}
		return nil
	}}
}

// ofProgram runs a program at the first of its main points, with a hundredth of
// its size, or for 50 ms.
func ofProgram(p *programs.Program, v programs.Variant) work {
	at := p.Points[slices.IndexFunc(p.Points, func(at programs.Point) bool { return at.Main })]
	at.Size = max(50, at.Size/100)
	return work{p.Name + ", " + v.Name, func(ctx context.Context) error {
		_, err := v.Run(ctx, at)
		return err
	}}
}

// cycle does all of the work once.
func (s *soak) cycle(ctx context.Context) error {
	for _, w := range s.work {
		if err := w.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
	}
	return nil
}

// sample records what is left of a cycle.
func (s *soak) sample(at time.Duration) {
	runtime.GC()
	runtime.GC() // what finalizers and pools have kept
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	s.samples = append(s.samples, sample{at.Minutes(), float64(m.HeapAlloc) / 1024, float64(runtime.NumGoroutine())})
}

// middle returns the median of each number.
func middle(all []sample) sample {
	var minutes, heap, goroutines []float64
	for _, s := range all {
		minutes, heap, goroutines = append(minutes, s.minutes), append(heap, s.heap), append(goroutines, s.goroutines)
	}
	return sample{spread.Of(minutes).Median, spread.Of(heap).Median, spread.Of(goroutines).Median}
}
