package workload

import (
	"sync"
	"time"
)

// turnsPerMicrosecond is the number of turns of spinTurns in a microsecond.
var turnsPerMicrosecond = sync.OnceValue(func() int {
	best := time.Duration(1 << 62)
	const turns = 1 << 16
	for range 20 {
		start := time.Now()
		sink(spinTurns(turns))
		best = min(best, time.Since(start))
	}
	return max(1, int(float64(turns)*float64(time.Microsecond)/float64(best)))
})

//go:noinline
func spinTurns(n int) uint64 {
	x := uint64(88172645463325252)
	for range n {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
	}
	return x
}

//go:noinline
func sink(uint64) {}

// spin keeps a core busy for d.
func spin(d time.Duration) { sink(spinTurns(turnsPerMicrosecond() * int(d/time.Microsecond))) }
