// Mutants changes packages in many small ways, one at a time, and runs their own
// tests against each change: one that passes them all shows what no test asks for.
//
//	go run ./mutants [-jobs N] [-patience D] [-files FILE,...] [-only FILE:LINE] [-v] FOLDER...
//
// Each comparison becomes its opposite, and has its boundary moved; conditions and
// operands are negated; && and ||, arithmetic, ++ and -- are exchanged; each call,
// assignment, send, go and defer is left out. A mutant is killed when a test fails,
// the tests crash, or no further one begins for as long as -patience. What lived is
// listed, and counted at the end. It needs a Unix shell.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"example.com/asyncgo/taskgroup"
)

func main() {
	var o options
	flag.IntVar(&o.jobs, "jobs", 2*runtime.NumCPU(), "how `many` are tried at once; those that hang only wait")
	flag.DurationVar(&o.patience, "patience", 15*time.Second, "how long one test may take")
	flag.Func("files", "change nothing but these `files`, by their base names, with commas between", func(list string) error {
		o.files = append(o.files, strings.Split(list, ",")...)
		return nil
	})
	flag.StringVar(&o.only, "only", "", "try nothing but what stands at this `file:line`")
	flag.BoolVar(&o.verbose, "v", false, "list also what was killed, and by what")
	flag.Parse()
	if err := taskgroup.Run(context.Background(), func(ctx context.Context, _ *taskgroup.Group) error {
		for _, folder := range flag.Args() {
			r, err := try(ctx, folder, o)
			if err != nil {
				return fmt.Errorf("%s: %w", folder, err)
			}
			fmt.Println(r)
		}
		return nil
	}, taskgroup.WithSignals()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

type options struct {
	jobs     int
	patience time.Duration
	files    []string // base names; none: all
	only     string
	verbose  bool
}

// choose returns those of the mutants that are to be tried. A file without a mutant
// is an error: its name may be wrong.
func (o options) choose(mutants []mutant) ([]mutant, error) {
	in := func(file string) func(mutant) bool {
		return func(m mutant) bool { return filepath.Base(m.where.Filename) == file }
	}
	for _, file := range o.files {
		if !slices.ContainsFunc(mutants, in(file)) {
			return nil, fmt.Errorf("no mutant is in %q", file)
		}
	}
	return slices.DeleteFunc(mutants, func(m mutant) bool {
		return len(o.files) > 0 && !slices.Contains(o.files, filepath.Base(m.where.Filename)) ||
			o.only != "" && !strings.HasSuffix(m.place(), o.only)
	}), nil
}

// A report says what became of a package's mutants.
type report struct {
	name           string
	failed, silent int
	lived          []mutant
	took           time.Duration
}

func (r report) String() string {
	killed := r.failed + r.silent
	all := killed + len(r.lived)
	return fmt.Sprintf("%s: of %d mutants %d failed a test, %d silenced the tests, %d lived; killed are %.1f %%, in %v",
		r.name, all, r.failed, r.silent, len(r.lived), 100*float64(killed)/float64(max(all, 1)), r.took.Round(time.Second))
}

// try tries every mutant of the package in a folder, and lists those that live.
func try(ctx context.Context, folder string, o options) (report, error) {
	begun := time.Now()
	p, err := load(ctx, folder)
	if err != nil {
		return report{}, err
	}
	mutants, files, err := mutate(p)
	if err != nil {
		return report{}, err
	}
	chosen, err := o.choose(mutants)
	if err != nil {
		return report{}, err
	}
	work, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return report{}, err
	}
	defer os.RemoveAll(work)
	tests, err := build(ctx, p, files, work, o.patience)
	if err != nil {
		return report{}, err
	}

	type ended struct {
		mutant
		outcome
	}
	r := report{name: p.Name}
	for end, err := range taskgroup.MapUnordered(ctx, o.jobs, slices.Values(chosen), func(ctx context.Context, m mutant) (ended, error) {
		outcome, err := tests.run(ctx, m.number)
		return ended{m, outcome}, err
	}) {
		what := "failed"
		switch {
		case err != nil:
			return r, err
		case end.killer == "":
			r.lived = append(r.lived, end.mutant)
			fmt.Println("lived:", end.mutant)
			continue
		case end.silent:
			what = "silent"
			r.silent++
		default:
			r.failed++
		}
		if o.verbose {
			fmt.Printf("%s: %v, in %s\n", what, end.mutant, end.killer)
		}
	}
	r.took = time.Since(begun)
	return r, nil
}
