package programs_test

import (
	"net/http/httptest"
	"slices"
	"testing"

	"example.com/asyncgo/benchmarks/programs"
)

// All variants of a program come to the same result, and lose nothing, which
// each run checks itself. The sizes are small, and the times mean nothing.
func TestVariantsAgree(t *testing.T) {
	site := httptest.NewServer(programs.Site())
	t.Cleanup(site.Close)
	small := map[string]int{"pages": 300, "items": 3000, "ms of arrivals": 50}
	for _, program := range programs.All(site.URL) {
		t.Run(program.Name, func(t *testing.T) {
			for i, at := range program.Points {
				at.Size = small[program.Unit]
				var sums []uint64
				for _, variant := range program.Variants {
					if variant.Name == "asyncio" && i > 0 {
						continue // it takes a process
					}
					o, err := variant.Run(t.Context(), at)
					if err != nil {
						t.Fatalf("%s at %v: %v", variant.Name, at.X, err)
					}
					if len(o.Values) != len(program.Metrics) {
						t.Errorf("%s: %d values for %d metrics", variant.Name, len(o.Values), len(program.Metrics))
					}
					sums = append(sums, o.Sum)
				}
				if len(slices.Compact(sums)) != 1 {
					t.Errorf("at %v the variants have different results: %x", at.X, sums)
				}
			}
		})
	}
}

// The goals compare variants that each program has.
func TestProgramsAreComplete(t *testing.T) {
	for _, program := range programs.All("") {
		for _, name := range []string{programs.Base, programs.Ours, "errgroup", "conc", "pond"} {
			if !slices.ContainsFunc(program.Variants, func(v programs.Variant) bool { return v.Name == name }) {
				t.Errorf("%s has no variant %s", program.Name, name)
			}
		}
		if !slices.ContainsFunc(program.Points, func(p programs.Point) bool { return p.Main }) {
			t.Errorf("%s has no main point", program.Name)
		}
		if program.Metrics[program.Plotted].Extra {
			t.Errorf("%s plots a metric that is not compared", program.Name)
		}
	}
}
