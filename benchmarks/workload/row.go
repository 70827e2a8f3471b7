// Package workload has the work that the benchmarks do, the same for every
// implementation.
package workload

import (
	"slices"
	"strings"
	"time"
)

// Row is one kind of work, and the implementations that do it.
type Row struct {
	Name  string // as in "W1 spawn and join"
	Unit  string // what an operation is
	Impls []Impl
	Goals []Goal
}

// Impl is one way to do a row's work.
type Impl struct {
	Name string
	// Do does the work for n operations and returns their checksum, which
	// must be n times the sum of one operation.
	Do func(n int) (sum int)
	// Timed is Do for work of which only a part is measured, and returns how
	// long that part took. An Impl has one of the two.
	Timed func(n int) (sum int, took time.Duration)
}

// Ours reports whether the implementation is one of asyncgo.
func (impl *Impl) Ours() bool {
	return strings.HasPrefix(impl.Name, "asyncgo") || slices.Contains([]string{"Do", "Use", "MapSeq", "MapSource"}, impl.Name)
}

// Run does the work and measures it.
func (impl *Impl) Run(n int) (sum int, took time.Duration) {
	if impl.Timed != nil {
		return impl.Timed(n)
	}
	start := time.Now()
	sum = impl.Do(n)
	return sum, time.Since(start)
}

// Goal bounds the cost of an implementation, as a multiple of that of another
// one in the same round.
type Goal struct {
	Impl, Base string
	Max        float64
}

// Impl returns the implementation with the given name, or nil.
func (r *Row) Impl(name string) *Impl {
	for i := range r.Impls {
		if r.Impls[i].Name == name {
			return &r.Impls[i]
		}
	}
	return nil
}

// Rows returns every row, in the order of the goals.
func Rows() []Row {
	var rows []Row
	rows = append(rows, spawn()...)
	rows = append(rows, gather()...)
	rows = append(rows, work()...)
	rows = append(rows, mapping()...)
	rows = append(rows, completed()...)
	rows = append(rows, semaphores()...)
	rows = append(rows, queues()...)
	rows = append(rows, shared()...)
	rows = append(rows, blocking()...)
	rows = append(rows, busy()...)
	return rows
}
