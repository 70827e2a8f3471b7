// Alone runs each test of packages alone, again and again for some seconds, many
// at the same time and with the race detector, and names those that failed. A
// test that fails once in a thousand runs fails here.
//
//	go run ./alone [-each D] [-least N] [-jobs N] [-patience D] [-run REGEXP] FOLDER...
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"example.com/asyncgo/taskgroup"
)

func main() {
	var o options
	flag.DurationVar(&o.each, "each", 5*time.Second, "for how `long` each test runs")
	flag.IntVar(&o.least, "least", 1, "how `often` each test runs at least")
	flag.IntVar(&o.jobs, "jobs", 4*runtime.NumCPU(), "how `many` run at once; more than processors, for the load")
	flag.DurationVar(&o.patience, "patience", 5*time.Minute, "after how `long` a test hangs")
	run := flag.String("run", "", "only tests whose names match this `regexp`")
	flag.Parse()
	if err := taskgroup.Run(context.Background(), func(ctx context.Context, _ *taskgroup.Group) (err error) {
		if o.only, err = regexp.Compile(*run); err != nil {
			return err
		}
		var all []error
		for _, folder := range flag.Args() {
			all = append(all, check(ctx, os.Stdout, folder, o))
		}
		return errors.Join(all...)
	}, taskgroup.WithSignals()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

type options struct {
	each     time.Duration
	least    int
	jobs     int
	patience time.Duration
	only     *regexp.Regexp
}

// check runs each test of the package in a folder alone. It writes what a test
// that fails prints, and returns an error that names all that failed.
func check(ctx context.Context, w io.Writer, folder string, o options) error {
	p, err := build(ctx, folder)
	if err != nil {
		return err
	}
	defer p.remove()
	names, err := p.tests(ctx, o.only)
	if err != nil {
		return err
	}

	var runs atomic.Int64
	failures := make(chan failure, len(names))
	err = taskgroup.ForEach(ctx, o.jobs, slices.Values(names), func(ctx context.Context, name string) error {
		n, output, err := p.try(ctx, name, o)
		if runs.Add(int64(n)); err != nil && ctx.Err() == nil {
			failures <- failure{name, n, err, output}
		}
		return ctx.Err()
	})
	close(failures)
	var failed []string
	for f := range failures {
		failed = append(failed, f.name)
		fmt.Fprintf(w, "%s: %s failed within %d runs: %v\n%s\n", folder, f.name, f.runs, f.err, f.output)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s: %d tests, %d runs, %d failed\n", folder, len(names), runs.Load(), len(failed))
	if len(failed) > 0 {
		slices.Sort(failed)
		return fmt.Errorf("%s: failed alone: %v", folder, failed)
	}
	return nil
}

type failure struct {
	name   string
	runs   int
	err    error
	output []byte
}
