// Command compare measures asyncgo beside its peers, in interleaved rounds, and
// reports for each goal whether it is met.
//
//	go run ./cmd/compare [-rounds 8] [-row REGEXP] [-scale=false] [-write RESULTS.md]
//
// Absolute times mean little on a shared machine, so each round runs every
// implementation of a row once, and only ratios within one round count: their
// median, and the worst of them.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"example.com/asyncgo/benchmarks/workload"
)

func main() {
	rounds := flag.Int("rounds", 8, "how often every implementation runs")
	rows := flag.String("row", "", "only rows whose name matches this expression")
	budget := flag.Duration("budget", 60*time.Millisecond, "how long an implementation runs in one round, at least")
	withScale := flag.Bool("scale", true, "also measure scale, plots and Python")
	write := flag.String("write", "", "write the report to this file, and the plots beside it")
	child := flag.String("child", "", "used by the command itself")
	flag.Parse()
	if *child != "" {
		runChild(*child)
		return
	}
	if err := run(*rounds, *rows, *budget, *withScale, *write); err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
	workload.Stop()
}

func run(rounds int, expr string, budget time.Duration, withScale bool, write string) error {
	only, err := regexp.Compile(expr)
	if err != nil {
		return err
	}
	report := newReport(rounds)
	for _, row := range workload.Rows() {
		if !only.MatchString(row.Name) {
			continue
		}
		m, err := measure(row, rounds, budget)
		if err != nil {
			return err
		}
		report.add(m)
		fmt.Print(m.text())
	}
	if withScale {
		if err := report.addScale(); err != nil {
			return err
		}
		report.addPython()
	}
	if write == "" {
		return nil
	}
	if withScale {
		for name, plot := range map[string]func() (string, error){
			"gather.svg":    plotGather,
			"semaphore.svg": plotSemaphores,
		} {
			svg, err := plot()
			if err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(filepath.Dir(write), name), []byte(svg), 0o644); err != nil {
				return err
			}
		}
	}
	return os.WriteFile(write, []byte(report.markdown()), 0o644)
}
