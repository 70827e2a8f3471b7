package main

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"example.com/asyncgo/benchmarks/internal/spread"
	"example.com/asyncgo/benchmarks/workload"
)

// measured is a row and the time per operation of every implementation, for
// each round.
type measured struct {
	row workload.Row
	ns  map[string][]float64
}

// measure runs every implementation once a round. Each does as many operations
// as fill the budget, which calibrate determines, and its checksum is checked.
// The order rotates.
func measure(row workload.Row, rounds int, budget time.Duration) (*measured, error) {
	m := &measured{row: row, ns: map[string][]float64{}}
	counts := make([]int, len(row.Impls))
	units := make([]int, len(row.Impls))
	for i := range row.Impls {
		impl := &row.Impls[i]
		units[i], _ = impl.Run(1)
		counts[i] = calibrate(impl, budget)
	}
	for _, unit := range units {
		if unit != units[0] {
			return nil, fmt.Errorf("%s: the implementations have different checksums: %v", row.Name, units)
		}
	}
	for round := range rounds {
		for k := range row.Impls {
			i := (k + round) % len(row.Impls) // none always follows the same one
			impl := &row.Impls[i]
			runtime.GC()
			sum, took := impl.Run(counts[i])
			if sum != units[i]*counts[i] {
				return nil, fmt.Errorf("%s: %s: checksum %d, not %d", row.Name, impl.Name, sum, units[i]*counts[i])
			}
			m.ns[impl.Name] = append(m.ns[impl.Name], float64(took.Nanoseconds())/float64(counts[i]))
		}
	}
	return m, nil
}

func calibrate(impl *workload.Impl, budget time.Duration) int {
	for n := 1; ; n *= 4 {
		start := time.Now()
		impl.Run(n)
		whole := time.Since(start)
		if whole >= budget/8 {
			return max(1, int(float64(n)*float64(budget)/float64(whole)))
		}
	}
}

// ratios returns impl / base, round by round.
func (m *measured) ratios(impl, base string) []float64 {
	return spread.Ratios(m.ns[impl], m.ns[base])
}

func median(values []float64) float64 { return spread.Of(values).Median }

// verdict is the result for one goal.
type verdict struct {
	row           string
	goal          workload.Goal
	median, worst float64
}

func (v verdict) met() bool { return v.median <= v.goal.Max }

func (v verdict) word() string {
	if v.met() {
		return "met"
	}
	return "not met"
}

// factor formats a ratio as its goal is formatted: as a multiple, or as how
// many times faster.
func factor(ratio, most float64) string {
	if most < 0.3 {
		return fmt.Sprintf("%.1f× faster", 1/ratio)
	}
	return fmt.Sprintf("%.2f×", ratio)
}

func (m *measured) verdicts() []verdict {
	var all []verdict
	for _, goal := range m.row.Goals {
		ratios := m.ratios(goal.Impl, goal.Base)
		all = append(all, verdict{m.row.Name, goal, median(ratios), slices.Max(ratios)})
	}
	return all
}

func (m *measured) text() string {
	var b strings.Builder
	base := m.row.Impls[0].Name
	fmt.Fprintf(&b, "%s (ns per %s; ratio to %s)\n", m.row.Name, m.row.Unit, base)
	for _, impl := range m.row.Impls {
		ratios := m.ratios(impl.Name, base)
		fmt.Fprintf(&b, "  %-22s %14.1f  %8.2f  worst %8.2f\n", impl.Name, median(m.ns[impl.Name]), median(ratios), slices.Max(ratios))
	}
	for _, v := range m.verdicts() {
		fmt.Fprintf(&b, "  goal %s / %s: %s, worst %s, at most %s: %s\n", v.goal.Impl, v.goal.Base,
			factor(v.median, v.goal.Max), factor(v.worst, v.goal.Max), factor(v.goal.Max, v.goal.Max), v.word())
	}
	return b.String()
}
