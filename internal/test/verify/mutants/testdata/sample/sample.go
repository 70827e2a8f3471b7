// Package sample has mutants of each kind.
package sample

// Larger returns the larger of two numbers. With its boundary moved it still does.
func Larger(a, b int) int {
	if a > b {
		return a
	}
	return b
}

// Sum returns the sum of the numbers from 1 to n. With n counted up it does not end.
func Sum(n int) int {
	sum := 0
	for n >= 1 {
		sum += n
		n--
	}
	return sum
}

// Fits says whether there is something that is not longer than the limit.
func Fits(text string, limit int) bool {
	return text != "" && len(text) <= limit
}

// Clear empties both, of which the test looks at one.
func Clear(a, b map[int]int) {
	defer clear(a)
	clear(b)
}
