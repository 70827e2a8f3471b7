// Command scale measures what a task, a timer or a key costs against how many
// of them there are: time and memory for each, beside the same without asyncgo.
//
//	go run ./cmd/scale [-rounds 3] [-max 1000000] [-kinds REGEXP] [-long] [-write RESULTS.md]
//
// Each measurement is a process of its own, so that none starts with the heap
// of another. With -long, tasks that run one after another are also measured
// for up to 1e8 of them.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"example.com/asyncgo/benchmarks/internal/results"
)

func main() {
	rounds := flag.Int("rounds", 3, "how many processes measure the same, of which the median counts")
	most := flag.Int("max", 1_000_000, "the largest number")
	expr := flag.String("kinds", "", "only kinds whose name matches this expression")
	long := flag.Bool("long", false, "also measure 1e7 and 1e8 tasks that run one after another")
	write := flag.String("write", "", "write the results to this file, and the plots beside it")
	child := flag.String("child", "", "used by the command itself")
	flag.Parse()
	if *child != "" {
		runChild(*child)
		return
	}
	if err := run(*rounds, *most, *expr, *long, *write); err != nil {
		fmt.Fprintln(os.Stderr, "scale:", err)
		os.Exit(1)
	}
}

func run(rounds, most int, expr string, long bool, write string) error {
	only, err := regexp.Compile(expr)
	if err != nil {
		return err
	}
	var all []*measured
	for i := range kinds {
		if !only.MatchString(kinds[i].name) {
			continue
		}
		m, err := measure(i, rounds, numbers(&kinds[i], most, long))
		if err != nil {
			return fmt.Errorf("%s: %w", kinds[i].name, err)
		}
		all = append(all, m)
	}
	text := report(all)
	fmt.Print(text)
	if write == "" {
		return nil
	}
	for name, svg := range plots(all) {
		if err := os.WriteFile(filepath.Join(filepath.Dir(write), name), []byte(svg), 0o644); err != nil {
			return err
		}
	}
	return results.Write(write, map[string]string{results.Scale: text})
}

// numbers are the powers of ten for which a kind is measured.
func numbers(k *kind, most int, long bool) []int {
	if long && k.long {
		most = 100_000_000
	}
	var all []int
	for n := 100; n <= most/k.tasks; n *= 10 {
		all = append(all, n)
	}
	return all
}
