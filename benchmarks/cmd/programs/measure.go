package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"time"

	"example.com/asyncgo/benchmarks/internal/spread"
	"example.com/asyncgo/benchmarks/programs"
)

// checked is the part of the sizes that is run once before the rounds.
const checked = 0.05

// measured is a program, and the values of its runs.
type measured struct {
	programs.Program
	values [][][][]float64 // by point, variant, metric, round
}

func newMeasured(p programs.Program, scale float64) *measured {
	m := &measured{Program: p}
	for i := range m.Points {
		m.Points[i].Size = max(1, int(float64(m.Points[i].Size)*scale))
		variants := make([][][]float64, len(p.Variants))
		for v := range variants {
			variants[v] = make([][]float64, len(p.Metrics))
		}
		m.values = append(m.values, variants)
	}
	return m
}

// measure checks all programs, and then runs rounds until the time is over.
func measure(ctx context.Context, all []*measured, limit time.Duration) (rounds int, err error) {
	for _, m := range all {
		fmt.Fprintf(os.Stderr, "check %s\n", m.Name)
		if err := m.check(ctx); err != nil {
			return 0, fmt.Errorf("%s: %w", m.Name, err)
		}
	}
	start := time.Now()
	for ; rounds == 0 || time.Since(start)*time.Duration(rounds+1)/time.Duration(rounds) <= limit; rounds++ {
		for _, m := range all {
			begun := time.Now()
			if err := m.round(ctx, rounds); err != nil {
				return 0, fmt.Errorf("%s: %w", m.Name, err)
			}
			fmt.Fprintf(os.Stderr, "round %d, %s: %.1f s\n", rounds+1, m.Name, time.Since(begun).Seconds())
		}
	}
	return rounds, nil
}

// check compares the results of all variants, at the main points.
func (m *measured) check(ctx context.Context) error {
	for _, at := range m.Points {
		if !at.Main {
			continue
		}
		var want programs.Outcome
		for i, variant := range m.Variants {
			small := at
			small.Size = max(1, int(float64(at.Size)*checked))
			got, err := variant.Run(ctx, small)
			if err != nil {
				return fmt.Errorf("%s: %w", variant.Name, err)
			}
			if i == 0 {
				want = got
			} else if got.Sum != want.Sum {
				return fmt.Errorf("%s: the result is %x, and that of %s is %x", variant.Name, got.Sum, m.Variants[0].Name, want.Sum)
			}
		}
	}
	return nil
}

// round runs every variant at each point.
func (m *measured) round(ctx context.Context, round int) error {
	for p, at := range m.Points {
		for k := range m.Variants {
			v := (k + round) % len(m.Variants)
			runtime.GC()
			o, err := m.Variants[v].Run(ctx, at)
			if err != nil {
				return fmt.Errorf("%s, %s %v: %w", m.Variants[v].Name, m.Axis, at.X, err)
			}
			for i, value := range o.Values {
				m.values[p][v][i] = append(m.values[p][v][i], value)
			}
		}
	}
	return nil
}

func (m *measured) median(point, variant, metric int) float64 {
	return spread.Of(m.values[point][variant][metric]).Median
}

// ratio compares two variants, round by round.
func (m *measured) ratio(point, variant, base, metric int) spread.Spread {
	return spread.Of(spread.Ratios(m.values[point][variant][metric], m.values[point][base][metric]))
}

// variant returns the index of the variant with the name.
func (m *measured) variant(name string) int {
	for i, v := range m.Variants {
		if v.Name == name {
			return i
		}
	}
	panic(m.Name + " has no variant " + name)
}
