package main

import (
	"fmt"
	"os"
	"os/exec"

	"example.com/asyncgo/benchmarks/internal/spread"
)

// measured is what a kind costs for each number, with asyncgo and without.
type measured struct {
	kind *kind
	ns   []int // the numbers
	ours []one
	raw  []one
}

// measure runs a process for each number and side, alternating between the
// sides, as often as rounds says. Numbers above 1e6 are measured once.
func measure(index, rounds int, numbers []int) (*measured, error) {
	m := &measured{kind: &kinds[index], ns: numbers}
	for _, n := range numbers {
		if n > 1_000_000 {
			rounds = 1
		}
		var ours, raw []one
		for range rounds {
			for _, side := range []struct {
				name string
				all  *[]one
			}{{"ours", &ours}, {"raw", &raw}} {
				r, err := child(fmt.Sprintf("%d %s %d", index, side.name, n))
				if err != nil {
					return nil, err
				}
				*side.all = append(*side.all, r)
			}
		}
		m.ours, m.raw = append(m.ours, middle(ours)), append(m.raw, middle(raw))
		fmt.Fprintf(os.Stderr, "%s, %d: %.0f ns, %s: %.0f ns\n", m.kind.name, n, m.ours[len(m.ours)-1].ns, m.kind.raw, m.raw[len(m.raw)-1].ns)
	}
	return m, nil
}

func child(spec string) (r one, err error) {
	self, err := os.Executable()
	if err != nil {
		return r, err
	}
	cmd := exec.Command(self, "-child", spec)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return r, err
	}
	_, err = fmt.Sscan(string(out), &r.ns, &r.bytes, &r.peak)
	return r, err
}

// middle returns the median of each number.
func middle(all []one) one {
	var ns, bytes, peak []float64
	for _, r := range all {
		ns, bytes, peak = append(ns, r.ns), append(bytes, r.bytes), append(peak, r.peak)
	}
	return one{spread.Of(ns).Median, spread.Of(bytes).Median, spread.Of(peak).Median}
}
