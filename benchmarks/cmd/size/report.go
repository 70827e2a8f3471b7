package main

import (
	"fmt"
	"slices"
	"strings"

	"example.com/asyncgo/benchmarks/internal/results"
	"example.com/asyncgo/benchmarks/internal/spread"
)

func report(all []*built, rounds int) string {
	base := all[0]
	var b strings.Builder
	b.WriteString("## Size and build time\n\n" + results.Written("size"))
	fmt.Fprintf(&b, "\nWhat a package adds to a small program that uses errgroup, of %d KiB (%d stripped). "+
		"The program calls the generic functions that are called most. "+
		"The times are of `go build`, the median of %d rounds, with the lowest and the highest difference within a round: "+
		"after a change of the program, and after a change of asyncgo's packages, too, as at the first build. All other packages are in the cache. "+
		"errgroup alone takes %.0f ms.\n\n", base.bytes/1024, base.stripped/1024, rounds, spread.Of(base.again).Median)
	b.WriteString("| adds | KiB | stripped | ms, each build | ms, first build | packages |\n|---|---|---|---|---|---|\n")
	for _, one := range all[1:] {
		fmt.Fprintf(&b, "| %s | %+d | %+d | %s | %s | %d |\n", one.adds, (one.bytes-base.bytes)/1024, (one.stripped-base.stripped)/1024,
			difference(one.again, base.again), difference(one.anew, base.anew), len(one.added(base)))
	}
	b.WriteString("\nThe packages, without internal ones; of those of net/http the rest is left out:\n\n")
	http := all[slices.IndexFunc(all, func(one *built) bool { return one.adds == "net/http" })]
	for _, one := range all[1:] {
		added := one.added(base)
		if strings.HasPrefix(one.adds, "net/http") {
			added = append([]string{"net/http …"}, one.added(http)...)
		}
		fmt.Fprintf(&b, "- %s: %s\n", one.adds, strings.Join(added, ", "))
	}
	return b.String()
}

// added lists the packages that the base has not.
func (one *built) added(base *built) []string {
	return slices.DeleteFunc(slices.Sorted(slices.Values(one.packages)), func(name string) bool {
		return slices.Contains(base.packages, name)
	})
}

// difference compares the times of two programs, round by round.
func difference(times, base []float64) string {
	differences := make([]float64, len(times))
	for i := range differences {
		differences[i] = times[i] - base[i]
	}
	s := spread.Of(differences)
	return fmt.Sprintf("%+.0f (%+.0f to %+.0f)", s.Median, s.Low, s.High)
}
