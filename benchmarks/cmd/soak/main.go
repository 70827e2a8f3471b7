// Command soak does the work of all rows and programs with asyncgo, over and
// over, and records the heap and the number of goroutines in between. Each
// result is checked.
//
//	go run ./cmd/soak [-time 1h] [-write RESULTS.md]
//
// It fails if the heap at the end is more than 10 % above that at the beginning
// and 256 KiB, or if there are more goroutines.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"example.com/asyncgo/benchmarks/internal/plot"
	"example.com/asyncgo/benchmarks/internal/results"
)

func main() {
	duration := flag.Duration("time", time.Hour, "how long")
	write := flag.String("write", "", "write the results to this file, and the plots beside it")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, *duration, *write)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, duration time.Duration, write string) error {
	s := newSoak()
	for start := time.Now(); ctx.Err() == nil && (time.Since(start) < duration || len(s.samples) < 20); {
		if err := s.cycle(ctx); err != nil {
			return err
		}
		s.sample(time.Since(start))
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	text, flat := s.report()
	fmt.Print(text)
	if write != "" {
		for name, p := range s.plots() {
			if err := os.WriteFile(filepath.Join(filepath.Dir(write), name), []byte(p.SVG()), 0o644); err != nil {
				return err
			}
		}
		if err := results.Write(write, map[string]string{results.Soak: text}); err != nil {
			return err
		}
	}
	if !flat {
		return errors.New("the heap or the number of goroutines grows")
	}
	return nil
}

// report compares the second tenth of the samples with the last.
func (s *soak) report() (text string, flat bool) {
	tenth := len(s.samples) / 10
	early, late := middle(s.samples[tenth:2*tenth]), middle(s.samples[len(s.samples)-tenth:])
	flat = late.heap <= early.heap*1.10+256 && late.goroutines <= early.goroutines
	verdict := "flat"
	if !flat {
		verdict = "**grows**"
	}
	return fmt.Sprintf("## Soak\n\n%s\n"+
		"All rows and the programs W10 to W12, with asyncgo, over and over in one process, %d times; each result is checked. "+
		"After each of them the garbage is collected, and heap and goroutines are recorded; the numbers are medians of a tenth of the time.\n\n"+
		"| | after a tenth | at the end |\n|---|---|---|\n| heap, KiB | %.0f | %.0f |\n| goroutines | %.0f | %.0f |\n\nThat is %s.\n\n"+
		"![Heap against time](soak-heap.svg)\n\n![Goroutines against time](soak-goroutines.svg)\n",
		results.Written("soak"), len(s.samples),
		early.heap, late.heap, early.goroutines, late.goroutines, verdict), flat
}

const plotted = 200 // points, at most

func (s *soak) plots() map[string]plot.Plot {
	var heap, goroutines plot.Lines
	share := max(1, len(s.samples)/plotted)
	for i := 0; i+share <= len(s.samples); i += share {
		m := middle(s.samples[i : i+share])
		heap.Add("asyncgo", m.minutes, m.heap)
		goroutines.Add("asyncgo", m.minutes, m.goroutines)
	}
	return map[string]plot.Plot{
		"soak-heap.svg":       {Title: "Soak: heap after a collection", X: "minutes", Y: "KiB", LinearX: true, LinearY: true, Lines: heap},
		"soak-goroutines.svg": {Title: "Soak: goroutines", X: "minutes", Y: "goroutines", LinearX: true, LinearY: true, Lines: goroutines},
	}
}
