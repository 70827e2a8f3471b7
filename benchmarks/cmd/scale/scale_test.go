package main

import "testing"

// Each kind does its work, and calls hold once or never, on both sides alike.
func TestKinds(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			calls := func(do func(n int, hold func())) (count int) {
				do(30, func() { count++ })
				return count
			}
			ours, without := calls(k.ours), calls(k.without)
			if ours != without || ours > 1 {
				t.Errorf("hold was called %d times with asyncgo, %d without", ours, without)
			}
		})
	}
}

func TestGrowth(t *testing.T) {
	for _, c := range []struct {
		costs []float64
		want  float64
	}{
		{[]float64{300, 100, 100}, 1}, // a fixed cost
		{[]float64{100, 105, 110}, 1.1},
		{[]float64{300, 100, 200}, 2},
		{[]float64{0, 0, 1}, 1}, // below the floor
	} {
		var rs []one
		for _, ns := range c.costs {
			rs = append(rs, one{ns: ns})
		}
		if got := growth(rs, 1, func(r one) float64 { return r.ns }); got != c.want {
			t.Errorf("growth of %v is %v, not %v", c.costs, got, c.want)
		}
	}
}
