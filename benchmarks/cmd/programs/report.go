package main

import (
	"fmt"
	"strings"

	"example.com/asyncgo/benchmarks/internal/plot"
	"example.com/asyncgo/benchmarks/internal/python"
	"example.com/asyncgo/benchmarks/internal/results"
	"example.com/asyncgo/benchmarks/programs"
)

func report(all []*measured, rounds int) string {
	var b strings.Builder
	b.WriteString("## Programs\n\n")
	b.WriteString(results.Written("programs"))
	b.WriteString(results.Peers())
	version := "Python is not installed, so asyncio is missing."
	if p, err := python.Find(); err == nil {
		version = "asyncio is that of " + p.Version + " with its own event loop; uvloop is not installed here, and not measured."
	}
	fmt.Fprintf(&b, "\nEach of %d rounds runs every variant once, in rotating order; ratios are taken within a round, and shown as their median, lowest and highest. "+
		"The results are checked in each run. %s "+
		"The goal is to be first, or within 3 %% of the first, of errgroup with x/sync, conc, pond and channels.\n\n", rounds, version)
	b.WriteString("| program | | first of the others | asyncgo / first | lowest | highest | |\n|---|---|---|---|---|---|---|\n")
	for _, m := range all {
		for p, at := range m.Points {
			for i := range m.Metrics {
				if at.Main && m.Metrics[i].Goal {
					b.WriteString(m.goal(p, i))
				}
			}
		}
	}
	for _, m := range all {
		fmt.Fprintf(&b, "\n### %s\n\n%s\n\n![%s](%s)\n", m.Name, m.Text, m.Name, m.plotFile())
		m.tables(&b)
	}
	return b.String()
}

// goal is the row of one goal.
func (m *measured) goal(point, metric int) string {
	first := m.first(point, metric)
	ratio := m.ratio(point, m.variant(programs.Ours), first, metric)
	verdict := "not met"
	if m.Metrics[metric].More && ratio.Median >= 1/within || !m.Metrics[metric].More && ratio.Median <= within {
		verdict = "met"
	}
	return fmt.Sprintf("| %s, %s %g | %s | %s | %.2f× | %.2f× | %.2f× | %s |\n", m.Name, m.Axis, m.Points[point].X, m.Metrics[metric].Name,
		m.Variants[first].Name, ratio.Median, ratio.Low, ratio.High, verdict)
}

// within is how far behind the first counts as as good.
const within = 1.03

// first returns the best variant that is not of asyncgo, by its median.
func (m *measured) first(point, metric int) int {
	best := -1
	for v, variant := range m.Variants {
		if variant.Name == "asyncio" || strings.HasPrefix(variant.Name, programs.Ours) {
			continue
		}
		if best < 0 || (m.median(point, v, metric) < m.median(point, best, metric)) != m.Metrics[metric].More {
			best = v
		}
	}
	return best
}

// tables writes all numbers.
func (m *measured) tables(b *strings.Builder) {
	base := m.variant(programs.Base)
	for p, at := range m.Points {
		fmt.Fprintf(b, "\n%s: %g, %s: %d\n\n| |", m.Axis, at.X, m.Unit, at.Size)
		for _, metric := range m.Metrics {
			fmt.Fprintf(b, " %s |", metric.Name)
			if !metric.Extra {
				fmt.Fprintf(b, " / %s |", programs.Base)
			}
		}
		b.WriteString("\n|---|")
		for _, metric := range m.Metrics {
			b.WriteString("---|")
			if !metric.Extra {
				b.WriteString("---|")
			}
		}
		b.WriteString("\n")
		for v, variant := range m.Variants {
			fmt.Fprintf(b, "| %s |", variant.Name)
			for i, metric := range m.Metrics {
				fmt.Fprintf(b, " %s |", digits(m.median(p, v, i)))
				if metric.Extra {
					continue
				}
				if r := m.ratio(p, v, base, i); variant.Apart {
					b.WriteString(" |")
				} else {
					fmt.Fprintf(b, " %.2f× (%.2f–%.2f) |", r.Median, r.Low, r.High)
				}
			}
			b.WriteString("\n")
		}
	}
}

func digits(v float64) string {
	switch {
	case v < 10:
		return fmt.Sprintf("%.2f", v)
	case v < 100:
		return fmt.Sprintf("%.1f", v)
	default:
		return fmt.Sprintf("%.0f", v)
	}
}

// plotFile is a name as in w9.svg.
func (m *measured) plotFile() string {
	id, _, _ := strings.Cut(m.Name, " ")
	return strings.ToLower(id) + ".svg"
}

func (m *measured) plot() string {
	metric := m.Metrics[m.Plotted]
	var lines plot.Lines
	for p, at := range m.Points {
		for v, variant := range m.Variants {
			name := variant.Name
			if variant.Apart {
				name += " (own rate)"
			}
			lines.Add(name, at.X, max(m.median(p, v, m.Plotted), 0.01))
		}
	}
	return plot.Plot{Title: m.Name, X: m.Axis, Y: metric.Name, LinearY: metric.More, Lines: lines}.SVG()
}
