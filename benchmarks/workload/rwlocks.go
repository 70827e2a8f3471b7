package workload

import (
	"context"
	"sync"
	"sync/atomic"

	"example.com/asyncgo/semaphore"
)

// rwLock is a readers-writer lock of any make.
type rwLock struct {
	name                         string
	lock, unlock, rLock, rUnlock func()
}

func ourRWLock(ctx context.Context) rwLock {
	var l semaphore.RWLock
	return rwLock{"asyncgo", func() { _ = l.Lock(ctx) }, l.Unlock, func() { _ = l.RLock(ctx) }, l.RUnlock}
}

func stdRWLock(context.Context) rwLock {
	var l sync.RWMutex
	return rwLock{"sync.RWMutex", l.Lock, l.Unlock, l.RLock, l.RUnlock}
}

// rwLocks is the part of W6 about readers and writers.
func rwLocks() []Row {
	return []Row{
		readWrite("W6 readers only, uncontended", 1, 0),
		readWrite("W6 readers only, 8 goroutines", 8, 0),
		readWrite("W6 1 writer in 10, 8 goroutines", 8, 10),
	}
}

// readWrite returns a row in which goroutines share a readers-writer lock, and
// every so many operations of a goroutine, if that is not 0, is a write. The
// lock guards two counters: a write increments both, and a read counts only if
// they are equal.
func readWrite(name string, goroutines, every int) Row {
	row := Row{Name: name, Unit: "lock and unlock"}
	for _, newLock := range []func(context.Context) rwLock{stdRWLock, ourRWLock} {
		row.Impls = append(row.Impls, Impl{Name: newLock(cancelable).name, Do: func(n int) int {
			l := newLock(cancelable)
			var a, b int // guarded by l
			var reads, writes atomic.Int64
			crowd(goroutines, n, func(_, n int) {
				read, wrote := 0, 0
				for i := range n {
					if every > 0 && i%every == every-1 {
						l.lock()
						a++
						b++
						l.unlock()
						wrote++
						continue
					}
					l.rLock()
					if a == b {
						read++
					}
					l.rUnlock()
				}
				reads.Add(int64(read))
				writes.Add(int64(wrote))
			})
			if int64(a) != writes.Load() || a != b {
				return -1
			}
			return int(reads.Load() + writes.Load())
		}})
	}
	return row
}
