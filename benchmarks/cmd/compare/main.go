// Command compare measures the rows of package workload beside their peers, in
// interleaved rounds, and reports for each goal whether it is met.
//
//	go run ./cmd/compare [-rounds 8] [-row REGEXP] [-more=false] [-monitor] [-write RESULTS.md]
//
// Absolute times mean little on a shared machine, so each round runs every
// implementation of a row once, and only ratios within one round count: their
// median, and the worst of them. With -monitor it measures instead what a
// monitor of package inspect costs in the same rows.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"example.com/asyncgo/benchmarks/internal/results"
	"example.com/asyncgo/benchmarks/workload"
)

func main() {
	rounds := flag.Int("rounds", 8, "how often every implementation runs")
	rows := flag.String("row", "", "only rows whose name matches this expression")
	budget := flag.Duration("budget", 60*time.Millisecond, "how long an implementation runs in one round, at least")
	more := flag.Bool("more", true, "also measure plots, numbers of processors and Python")
	monitor := flag.Bool("monitor", false, "measure with a monitor open beside without, and nothing else")
	write := flag.String("write", "", "write the results to this file, and the plots beside it")
	flag.Parse()
	if err := run(*rounds, *rows, *budget, *more, *monitor, *write); err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
	workload.Stop()
}

func run(rounds int, expr string, budget time.Duration, more, monitor bool, write string) error {
	only, err := regexp.Compile(expr)
	if err != nil {
		return err
	}
	var rows []workload.Row
	for _, row := range workload.Rows() {
		if only.MatchString(row.Name) {
			rows = append(rows, row)
		}
	}
	sections, plots := map[string]string{}, map[string]string{}
	if monitor {
		sections[results.Monitor], err = monitored(rows, rounds, budget)
	} else {
		sections[results.Rows], err = compare(rows, rounds, budget)
	}
	if err != nil {
		return err
	}
	if more && !monitor {
		sections[results.Processors] = processors()
		sections[results.Asyncio] = asyncio()
		plots["gather.svg"] = plotGather()
		plots["semaphore.svg"] = plotSemaphores()
	}
	if write == "" {
		return nil
	}
	for name, svg := range plots {
		if err := os.WriteFile(filepath.Join(filepath.Dir(write), name), []byte(svg), 0o644); err != nil {
			return err
		}
	}
	return results.Write(write, sections)
}

func compare(rows []workload.Row, rounds int, budget time.Duration) (string, error) {
	var all []*measured
	for _, row := range rows {
		m, err := measure(row, rounds, budget)
		if err != nil {
			return "", err
		}
		fmt.Print(m.text())
		all = append(all, m)
	}
	return report(all, rounds), nil
}
