package main

import (
	"math"
	"runtime"

	"example.com/asyncgo/benchmarks/internal/plot"
	"example.com/asyncgo/benchmarks/workload"
)

// plotGather draws the time per task against the number of tasks.
func plotGather() string {
	var lines plot.Lines
	for _, size := range []int{10, 100, 1000, 10_000, 100_000, 1_000_000} {
		row := workload.Gather(size)
		for i := range row.Impls {
			impl := &row.Impls[i]
			n := max(1, 100_000/size)
			lines.Add(impl.Name, float64(size), best(impl, n)/float64(size))
		}
	}
	return plot.Plot{Title: "Gather: time per task", X: "tasks", Y: "ns per task", Lines: lines}.SVG()
}

// plotSemaphores draws the time per acquire and release against the number of
// goroutines that share three permits.
func plotSemaphores() string {
	var lines plot.Lines
	for _, goroutines := range []int{2, 8, 64, 512, 4096} {
		row := workload.Contended("", goroutines, 3, func() {})
		for i := range row.Impls {
			impl := &row.Impls[i]
			lines.Add(impl.Name, float64(goroutines), best(impl, 50_000))
		}
	}
	return plot.Plot{Title: "Semaphore of 3, short hold: time per acquire and release", X: "goroutines", Y: "ns", Lines: lines}.SVG()
}

// best returns the nanoseconds that each of n operations takes, the best of
// three times.
func best(impl *workload.Impl, n int) float64 {
	least := math.Inf(1)
	for range 3 {
		runtime.GC()
		_, took := impl.Run(n)
		least = min(least, float64(took.Nanoseconds())/float64(n))
	}
	return least
}
