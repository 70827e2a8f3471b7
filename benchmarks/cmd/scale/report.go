package main

import (
	"fmt"
	"math"
	"strings"

	"example.com/asyncgo/benchmarks/internal/plot"
	"example.com/asyncgo/benchmarks/internal/results"
)

const flat = 1.10 // what is not above it counts as flat

func report(all []*measured) string {
	var b strings.Builder
	b.WriteString("## Scale\n\n" + results.Written("scale"))
	b.WriteString("\nEach number is of a process of its own, the median of several. Growth is the largest ratio of a cost to the lowest that a smaller number has; " +
		"up to 1.10 counts as flat, and so does what grows no more than that beyond the same without asyncgo. " +
		"A fixed cost, which a larger number of tasks shares, is no growth.\n\n" +
		"![Time for each, by their number](scale.svg)\n\n![Memory for each, by their number](scale-memory.svg)\n\n")
	table(&b, "Nanoseconds for each", all, 1, func(r one) float64 { return r.ns })
	table(&b, "Bytes for each, while all of them exist", all, 16, func(r one) float64 { return r.bytes })
	b.WriteString("### Peak memory\n\nMegabytes resident, of the largest number.\n\n| | N | asyncgo | without | |\n|---|---|---|---|---|\n")
	for _, m := range all {
		last := len(m.ns) - 1
		fmt.Fprintf(&b, "| %s | %s | %.0f | %.0f | %s |\n", m.kind.name, number(m.ns[last]), m.ours[last].peak, m.raw[last].peak, m.kind.raw)
	}
	return b.String()
}

// table writes a cost of all kinds against N, for those that have it. Costs
// below least count as that in the growth.
func table(b *strings.Builder, title string, all []*measured, least float64, cost func(one) float64) {
	most := 0
	for _, m := range all {
		most = max(most, len(m.ns))
	}
	fmt.Fprintf(b, "### %s\n\n| |", title)
	n := 100
	for range most {
		fmt.Fprintf(b, " %s |", number(n))
		n *= 10
	}
	b.WriteString(" growth | |\n|---|" + strings.Repeat("---|", most+2) + "\n")
	for _, m := range all {
		if cost(m.ours[0]) < 0 {
			continue
		}
		line := func(name string, rs []one) float64 {
			fmt.Fprintf(b, "| %s |", name)
			for i := range most {
				if i < len(rs) {
					fmt.Fprintf(b, " %s |", digits(cost(rs[i])))
				} else {
					b.WriteString(" |")
				}
			}
			return growth(rs, least, cost)
		}
		ours := line(m.kind.name, m.ours)
		verdict := "grows"
		switch raw := growth(m.raw, least, cost); {
		case ours <= flat:
			verdict = "flat"
		case ours <= raw*flat:
			verdict = "grows as without"
		}
		fmt.Fprintf(b, " %.2f× | %s |\n", ours, verdict)
		fmt.Fprintf(b, " %.2f× | |\n", line("… "+m.kind.raw, m.raw))
	}
	b.WriteString("\n")
}

// growth returns the largest ratio of a cost to one of a smaller number.
func growth(rs []one, floor float64, cost func(one) float64) float64 {
	least, most := math.Inf(1), 1.
	for _, r := range rs {
		c := max(floor, cost(r))
		most = max(most, c/least)
		least = min(least, c)
	}
	return most
}

func digits(v float64) string {
	if v < 10 {
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.0f", v)
}

// number formats a power of ten.
func number(n int) string { return fmt.Sprintf("1e%d", int(math.Round(math.Log10(float64(n))))) }

func plots(all []*measured) map[string]string {
	var times, bytes plot.Lines
	for _, m := range all {
		for i, n := range m.ns {
			times.Add(m.kind.name, float64(n), m.ours[i].ns)
			if m.ours[i].bytes > 0 {
				bytes.Add(m.kind.name, float64(n), m.ours[i].bytes)
			}
		}
	}
	return map[string]string{
		"scale.svg":        plot.Plot{Title: "Time for each, by their number", X: "number", Y: "ns", Lines: times}.SVG(),
		"scale-memory.svg": plot.Plot{Title: "Memory for each, by their number", X: "number", Y: "bytes", Lines: bytes}.SVG(),
	}
}
