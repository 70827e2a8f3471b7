package main

import (
	"fmt"
	"strings"
	"time"

	"example.com/asyncgo/benchmarks/internal/results"
	"example.com/asyncgo/benchmarks/internal/spread"
	"example.com/asyncgo/benchmarks/workload"
	"example.com/asyncgo/inspect"
)

const on = ", monitor on"

// monitored measures each implementation of asyncgo with a monitor open beside
// the same without one.
func monitored(rows []workload.Row, rounds int, budget time.Duration) (string, error) {
	var b strings.Builder
	b.WriteString("## A monitor on, beside off\n\n")
	b.WriteString(results.Written("compare"))
	b.WriteString("\nOn is `inspect.SetDefault(inspect.New())`: the monitor sees whatever begins. The ratios are taken within a round.\n\n" +
		"| row | | ns off | ns on | on / off | lowest | highest |\n|---|---|---|---|---|---|---|\n")
	for _, row := range rows {
		m, err := measure(withMonitor(row), rounds, budget)
		if err != nil {
			return "", err
		}
		for i := 0; i < len(m.row.Impls); i += 2 {
			off := m.row.Impls[i].Name
			ratio := spread.Of(m.ratios(off+on, off))
			line := fmt.Sprintf("| %s | %s | %.1f | %.1f | %.2f× | %.2f× | %.2f× |\n", row.Name, off,
				median(m.ns[off]), median(m.ns[off+on]), ratio.Median, ratio.Low, ratio.High)
			fmt.Print(line)
			b.WriteString(line)
		}
	}
	return b.String(), nil
}

// withMonitor returns a row with the implementations of asyncgo alone, each
// followed by itself with a monitor open.
func withMonitor(row workload.Row) workload.Row {
	var impls []workload.Impl
	for i := range row.Impls {
		impl := &row.Impls[i]
		if !impl.Ours() {
			continue
		}
		impls = append(impls, *impl, workload.Impl{Name: impl.Name + on, Timed: func(n int) (int, time.Duration) {
			m := inspect.New()
			inspect.SetDefault(m)
			defer m.Close()
			return impl.Run(n)
		}})
	}
	return workload.Row{Name: row.Name, Unit: row.Unit, Impls: impls}
}
