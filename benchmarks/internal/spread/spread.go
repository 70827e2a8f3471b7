// Package spread summarizes the values of several rounds.
package spread

import "slices"

// Spread is the median of some values, the lowest and the highest.
type Spread struct{ Median, Low, High float64 }

// Of summarizes values, of which there is at least one.
func Of(values []float64) Spread {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return Spread{(sorted[(n-1)/2] + sorted[n/2]) / 2, sorted[0], sorted[n-1]}
}

// Ratios returns the quotients, round by round, of which only those of one
// round can be compared.
func Ratios(values, base []float64) []float64 {
	ratios := make([]float64, len(values))
	for i := range ratios {
		ratios[i] = values[i] / base[i]
	}
	return ratios
}
