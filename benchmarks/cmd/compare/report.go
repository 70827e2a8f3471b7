package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// report is the content of RESULTS.md.
type report struct {
	rounds   int
	rows     []*measured
	sections []string
}

func newReport(rounds int) *report { return &report{rounds: rounds} }

func (r *report) add(m *measured) { r.rows = append(r.rows, m) }

func (r *report) markdown() string {
	var b strings.Builder
	b.WriteString("# Results\n\n")
	fmt.Fprintf(&b, "Written by `go run ./cmd/compare -rounds %d -write RESULTS.md` on %s.\n\n", r.rounds, time.Now().Format(time.DateOnly))
	fmt.Fprintf(&b, "Machine: %s, %d processors, %s/%s, %s.\n", processor(), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version())
	fmt.Fprintf(&b, "Peers: %s.\n\n", strings.Join(peers(), ", "))
	fmt.Fprintf(&b, "Each of %d rounds runs every implementation of a row once; a ratio is taken within a round. "+
		"The median of the ratios decides; the worst one is shown, too. Absolute times mean little on a shared machine.\n\n", r.rounds)
	b.WriteString("![Time per task of a gather, by number of tasks](gather.svg)\n\n![Time per acquire and release, by number of goroutines](semaphore.svg)\n\n")
	b.WriteString("## Goals\n\n| row | what | median | worst round | goal | |\n|---|---|---|---|---|---|\n")
	for _, m := range r.rows {
		for _, v := range m.verdicts() {
			fmt.Fprintf(&b, "| %s | %s / %s | %s | %s | %s | %s |\n", v.row, v.goal.Impl, v.goal.Base,
				factor(v.median, v.goal.Max), factor(v.worst, v.goal.Max), factor(v.goal.Max, v.goal.Max), v.word())
		}
	}
	b.WriteString("\n" + missed(r.rows) + tried)
	b.WriteString("## Every implementation\n\n")
	for _, m := range r.rows {
		base := m.row.Impls[0].Name
		fmt.Fprintf(&b, "### %s\n\n| | ns per %s | ratio to %s | worst |\n|---|---|---|---|\n", m.row.Name, m.row.Unit, base)
		for _, impl := range m.row.Impls {
			ratios := m.ratios(impl.Name, base)
			fmt.Fprintf(&b, "| %s | %.1f | %.2f | %.2f |\n", impl.Name, median(m.ns[impl.Name]), median(ratios), slices.Max(ratios))
		}
		b.WriteString("\n")
	}
	for _, s := range r.sections {
		b.WriteString(s)
	}
	return b.String()
}

func processor() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "unknown processor"
	}
	for line := range strings.Lines(string(text)) {
		if name, ok := strings.CutPrefix(line, "model name"); ok {
			return strings.Trim(name, "\t :\n")
		}
	}
	return "unknown processor"
}

func peers() []string {
	var all []string
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil
	}
	for _, dep := range info.Deps {
		if dep.Replace == nil {
			all = append(all, dep.Path+" "+dep.Version)
		}
	}
	return all
}
