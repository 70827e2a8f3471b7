package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"example.com/asyncgo/benchmarks/internal/spread"
)

// one is what one process has measured.
type one struct {
	ns    float64 // for each
	bytes float64 // for each, at the moment when all exist; below 0: there is none
	peak  float64 // megabytes that were resident at most
}

// runChild does what spec says, as in "3 ours 1000", and prints the numbers.
func runChild(spec string) {
	var i, n int
	var side string
	_, err := fmt.Sscan(spec, &i, &side, &n)
	must(err)
	do := kinds[i].ours
	if side == "raw" {
		do = kinds[i].without
	}
	r := repeat(do, n)
	fmt.Println(r.ns, r.bytes, r.peak)
}

// enough is how long small work is repeated.
const enough = 200 * time.Millisecond

// repeat does the work several times, up to 1e6 of them at least three times.
// The memory is that of the first time, because the stacks of goroutines that have returned
// are kept for a while; the time is the median.
func repeat(do func(n int, hold func()), n int) one {
	result := one{bytes: -1}
	var times []float64
	begun := time.Now()
	for i := 0; i < 1 || i < 3 && n <= 1_000_000 || i < 1000 && time.Since(begun) < enough; i++ {
		var measuring time.Duration
		before := uint64(0)
		if i == 0 {
			before = memory()
		}
		start := time.Now()
		do(n, func() {
			if i > 0 {
				return
			}
			at := time.Now()
			result.bytes = (float64(memory()) - float64(before)) / float64(n)
			result.bytes = max(0, result.bytes)
			measuring = time.Since(at)
		})
		times = append(times, float64((time.Since(start)-measuring).Nanoseconds())/float64(n))
	}
	result.ns, result.peak = spread.Of(times).Median, peak()
	return result
}

// memory returns the bytes of the heap and of the stacks that are in use.
func memory() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}

// peak returns the largest resident size of the process so far, in megabytes,
// or 0 where the system has no such number.
func peak() float64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if size, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, _ := strconv.Atoi(strings.Fields(size)[0])
			return float64(kb) / 1024
		}
	}
	return 0
}
