package testkit

import "runtime"

// HeapInUse returns how many bytes live objects take.
func HeapInUse() int64 {
	runtime.GC()
	runtime.GC() // what a pool or a finalizer kept over the first one
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc) //nolint:gosec // it is far from an overflow
}

// LeastGrowth returns the least number of bytes that f leaves in use, of three
// calls. A leak is there each time. But while a collection frees the stacks of
// goroutines that have exited, new goroutines cannot take their place, and what
// the runtime allocates for them then stays: now and then that is a lot.
func LeastGrowth(f func()) int64 {
	growth := func() int64 {
		before := HeapInUse()
		f()
		return HeapInUse() - before
	}
	return min(growth(), growth(), growth())
}
