// Package rounds measures operations on three sides in turns.
package rounds

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"time"
)

const batch = 2 * time.Millisecond // of one operation, at least

// Main compares the operations of the control and of the tree with those
// before. Its arguments are the number of rounds and an expression for the
// names of the operations.
//
// A round runs a short batch on each side, so that all three meet the same
// disturbances, and the order rotates. It prints, relative to before, the
// median of the ratios within a round and the ratio of the shortest times.
func Main(before, control, after map[string]func(n int)) {
	rounds, err := strconv.Atoi(os.Args[1])
	if err != nil {
		panic(err)
	}
	rows := regexp.MustCompile(os.Args[2])
	fmt.Printf("%-32s %12s  %17s  %17s\n", "", "", "median ratio", "ratio of shortest")
	fmt.Printf("%-32s %12s  %8s %8s  %8s %8s\n", "operation", "before", "control", "after", "control", "after")
	for _, name := range slices.Sorted(maps.Keys(before)) {
		if !rows.MatchString(name) {
			continue
		}
		m := measure([3]func(int){before[name], control[name], after[name]}, rounds)
		fmt.Printf("%-32s %12s  %8.3f %8.3f  %8.3f %8.3f\n", name, m.shortest[0]/time.Duration(m.n),
			m.median(1), m.median(2), m.ratioOfShortest(1), m.ratioOfShortest(2))
	}
}

// measured is what batches of n operations took on each side.
type measured struct {
	n        int
	shortest [3]time.Duration
	ratios   [3][]float64 // to the first side, one for each round
}

func measure(sides [3]func(int), rounds int) measured {
	m := measured{n: 1}
	for took(sides[0], m.n) < batch {
		m.n *= 2
	}
	for round := range rounds {
		var times [3]time.Duration
		for i := range sides {
			side := (i + round) % len(sides)
			times[side] = took(sides[side], m.n)
		}
		for side, t := range times {
			if round == 0 || t < m.shortest[side] {
				m.shortest[side] = t
			}
			m.ratios[side] = append(m.ratios[side], float64(t)/float64(times[0]))
		}
	}
	return m
}

func took(op func(int), n int) time.Duration {
	start := time.Now()
	op(n)
	return time.Since(start)
}

func (m measured) median(side int) float64 {
	sorted := slices.Sorted(slices.Values(m.ratios[side]))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

func (m measured) ratioOfShortest(side int) float64 {
	return float64(m.shortest[side]) / float64(m.shortest[0])
}
