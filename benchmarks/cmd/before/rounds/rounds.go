// Package rounds measures operations on several sides in turns.
package rounds

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

const batch = 2 * time.Millisecond // of one operation, at least

// Side has the operations by name. Open is called before each batch, unless it
// is nil, and what it returns afterwards; neither is measured.
type Side struct {
	Name string
	Ops  map[string]func(n int)
	Open func() (end func())
}

// Main compares the operations of the other sides with those of the first. Its
// arguments are the number of rounds, an expression for the names of the
// operations, and, if the output is to be a table in Markdown, "markdown".
//
// A round runs a short batch on each side, so that all of them meet the same
// disturbances, and the order rotates. It prints, relative to the first side,
// the median of the ratios within a round and the ratio of the shortest times.
func Main(sides ...Side) {
	rounds, err := strconv.Atoi(os.Args[1])
	if err != nil {
		panic(err)
	}
	rows := regexp.MustCompile(os.Args[2])
	var t table = text{}
	if len(os.Args) > 3 && os.Args[3] == "markdown" {
		t = markdown{}
	}
	t.head(sides)
	for _, name := range slices.Sorted(maps.Keys(sides[0].Ops)) {
		if rows.MatchString(name) {
			t.row(name, measure(name, sides, rounds))
		}
	}
}

// table prints what is measured.
type table interface {
	head(sides []Side)
	row(name string, m measured)
}

type text struct{}

func (text) head(sides []Side) {
	width := 9*(len(sides)-1) - 1
	fmt.Printf("%-32s %12s  %*s  %*s\n", "", "", width, "median ratio", width, "ratio of shortest")
	fmt.Printf("%-32s %12s ", "operation", sides[0].Name)
	for range 2 {
		for _, s := range sides[1:] {
			fmt.Printf(" %8s", s.Name)
		}
		fmt.Print(" ")
	}
	fmt.Println()
}

func (text) row(name string, m measured) {
	fmt.Printf("%-32s %12s ", name, m.shortest[0]/time.Duration(m.n))
	for side := 1; side < len(m.shortest); side++ {
		fmt.Printf(" %8.3f", m.median(side))
	}
	fmt.Print(" ")
	for side := 1; side < len(m.shortest); side++ {
		fmt.Printf(" %8.3f", m.ratioOfShortest(side))
	}
	fmt.Println()
}

type markdown struct{}

func (markdown) head(sides []Side) {
	fmt.Printf("| operation | ns, %s |", sides[0].Name)
	for _, s := range sides[1:] {
		fmt.Printf(" %s | shortest |", s.Name)
	}
	fmt.Printf("\n|---|---|%s\n", strings.Repeat("---|---|", len(sides)-1))
}

func (markdown) row(name string, m measured) {
	fmt.Printf("| %s | %d |", name, (m.shortest[0] / time.Duration(m.n)).Nanoseconds())
	for side := 1; side < len(m.shortest); side++ {
		fmt.Printf(" %.3f× | %.3f× |", m.median(side), m.ratioOfShortest(side))
	}
	fmt.Println()
}

// measured is what batches of n operations took on each side.
type measured struct {
	n        int
	shortest []time.Duration
	ratios   [][]float64 // to the first side, one for each round
}

func measure(name string, sides []Side, rounds int) measured {
	m := measured{n: 1, shortest: make([]time.Duration, len(sides)), ratios: make([][]float64, len(sides))}
	for sides[0].took(name, m.n) < batch {
		m.n *= 2
	}
	for round := range rounds {
		times := make([]time.Duration, len(sides))
		for i := range sides {
			side := (i + round) % len(sides)
			times[side] = sides[side].took(name, m.n)
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

func (s Side) took(name string, n int) time.Duration {
	if s.Open != nil {
		defer s.Open()()
	}
	start := time.Now()
	s.Ops[name](n)
	return time.Since(start)
}

func (m measured) median(side int) float64 {
	sorted := slices.Sorted(slices.Values(m.ratios[side]))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

func (m measured) ratioOfShortest(side int) float64 {
	return float64(m.shortest[side]) / float64(m.shortest[0])
}
