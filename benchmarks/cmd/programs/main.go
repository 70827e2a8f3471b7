// Command programs measures whole programs, W9 to W12, in interleaved rounds:
// each round runs every variant of each program once, in rotating order.
//
//	go run ./cmd/programs [-time 6m] [-scale 1] [-programs REGEXP] [-write RESULTS.md]
//
// Before the rounds it runs everything once with a small size, and fails if
// the results of the variants differ or anything is lost. Set PYENV_VERSION,
// or PATH, if the first python3 is not of version 3.13.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"time"

	"example.com/asyncgo/benchmarks/internal/results"
	"example.com/asyncgo/benchmarks/programs"
)

// options are those of the command line.
type options struct {
	time  time.Duration
	scale float64
	only  *regexp.Regexp
	write string
}

func main() {
	var o options
	flag.DurationVar(&o.time, "time", 6*time.Minute, "begin no round that would end after this time; one round is always run")
	flag.Float64Var(&o.scale, "scale", 1, "multiply all sizes by this")
	expr := flag.String("programs", "", "only programs whose name matches this expression")
	flag.StringVar(&o.write, "write", "", "write the results to this file, and the plots beside it")
	child := flag.Bool("site", false, "used by the command itself: serve the pages")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	if *child {
		err = serveSite()
	} else if o.only, err = regexp.Compile(*expr); err == nil {
		err = run(ctx, o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "programs:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	url, closeSite, err := startSite(ctx)
	if err != nil {
		return err
	}
	defer closeSite()
	var all []*measured
	for _, p := range programs.All(url) {
		if o.only.MatchString(p.Name) {
			all = append(all, newMeasured(p, o.scale))
		}
	}
	rounds, err := measure(ctx, all, o.time)
	if err != nil {
		return err
	}
	text := report(all, rounds)
	fmt.Print(text)
	if o.write == "" {
		return nil
	}
	for _, m := range all {
		if err := os.WriteFile(filepath.Join(filepath.Dir(o.write), m.plotFile()), []byte(m.plot()), 0o644); err != nil {
			return err
		}
	}
	return results.Write(o.write, map[string]string{results.Programs: text})
}
