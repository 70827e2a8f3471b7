// Package programs has whole programs, each written with asyncgo, with its
// peers, with plain channels, and with asyncio. What the programs work on is
// the same code for all of them, so that they differ only in how they run it.
package programs

import "context"

// Program is one program in several implementations.
type Program struct {
	Name     string // as in "W9 crawl"
	Text     string // what it does, and how the implementations differ
	Axis     string // what X of a Point is
	Unit     string // what Size of a Point is a number of
	Points   []Point
	Metrics  []Metric
	Variants []Variant
	Plotted  int // the index of the metric that is plotted against X
}

// Point is one setting at which a program runs.
type Point struct {
	X    float64
	Size int  // how much work
	Main bool // whether the goals are about this one
}

// Metric is one number that a run has.
type Metric struct {
	Name  string // as in "µs per page"
	More  bool   // more is better
	Goal  bool   // whether it is compared with the best peer
	Extra bool   // says something about the run, and is not compared
}

// Variant is one implementation.
type Variant struct {
	Name string
	// Apart says that the variant's numbers are not comparable with those of
	// the others: asyncio takes another rate of arrivals.
	Apart bool
	// Run does the work once, and returns an error if any of it is lost or
	// wrong.
	Run func(ctx context.Context, at Point) (Outcome, error)
}

// Outcome is the result of a run.
type Outcome struct {
	Sum    uint64    // of all results; the same for all variants, or 0
	Values []float64 // in the order of Program.Metrics
}

// Base is the name of the variants that others are compared with.
const Base = "channels"

// Ours is the name of the variants that have the goals.
const Ours = "asyncgo"

// All returns the programs. The pages of W9 are those of Site, at url.
func All(url string) []Program {
	return []Program{Crawl(url), Service(), Pipeline(), Overload()}
}
