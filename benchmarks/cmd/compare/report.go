package main

import (
	"fmt"
	"slices"
	"strings"

	"example.com/asyncgo/benchmarks/internal/results"
)

// report is the section about the rows.
func report(rows []*measured, rounds int) string {
	var b strings.Builder
	b.WriteString(results.Written("compare"))
	fmt.Fprintf(&b, "%s\nEach of %d rounds runs every implementation of a row once; a ratio is taken within a round. "+
		"The median of the ratios decides; the worst one is shown, too. Absolute times mean little on a shared machine.\n\n", results.Peers(), rounds)
	b.WriteString("![Time per task of a gather, by number of tasks](gather.svg)\n\n![Time per acquire and release, by number of goroutines](semaphore.svg)\n\n")
	b.WriteString("## Goals\n\n| row | what | median | worst round | goal | |\n|---|---|---|---|---|---|\n")
	for _, m := range rows {
		for _, v := range m.verdicts() {
			fmt.Fprintf(&b, "| %s | %s / %s | %s | %s | %s | %s |\n", v.row, v.goal.Impl, v.goal.Base,
				factor(v.median, v.goal.Max), factor(v.worst, v.goal.Max), factor(v.goal.Max, v.goal.Max), v.word())
		}
	}
	b.WriteString("\n" + missed(rows) + tried)
	b.WriteString("## Every implementation\n\n")
	for _, m := range rows {
		base := m.row.Impls[0].Name
		fmt.Fprintf(&b, "### %s\n\n| | ns per %s | ratio to %s | worst |\n|---|---|---|---|\n", m.row.Name, m.row.Unit, base)
		for _, impl := range m.row.Impls {
			ratios := m.ratios(impl.Name, base)
			fmt.Fprintf(&b, "| %s | %.1f | %.2f | %.2f |\n", impl.Name, median(m.ns[impl.Name]), median(ratios), slices.Max(ratios))
		}
		b.WriteString("\n")
	}
	return b.String()
}
