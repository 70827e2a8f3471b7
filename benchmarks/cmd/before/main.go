// Command before compares the working tree with another commit, operation by
// operation, in one process. It links the tree, that commit, and a second copy
// of that commit as a control, whose ratio to the first is the error of the
// measurement.
//
//	go run ./cmd/before [-rounds 101] [-rows REGEXP] [-monitor] [-write RESULTS.md] COMMIT
//
// With -monitor, a fourth side is the tree with a monitor of package inspect
// open; the tree without one is then called "off".
//
// The operations are those of package ops. They use only what both have.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"example.com/asyncgo/benchmarks/internal/results"
)

func main() {
	rounds := flag.Int("rounds", 101, "how often each operation runs on each side")
	rows := flag.String("rows", "", "only operations whose name matches this expression")
	monitor := flag.Bool("monitor", false, "also measure the tree with a monitor open")
	file := flag.String("write", "", "write the results to this file")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: before [-rounds N] [-rows REGEXP] [-monitor] [-write FILE] COMMIT")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 1 || *rounds < 1 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, flag.Arg(0), options{*rounds, *rows, *monitor, *file})
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "before:", err)
		os.Exit(1)
	}
}

// options are those of the command line.
type options struct {
	rounds  int
	rows    string
	monitor bool
	write   string
}

func run(ctx context.Context, revision string, o options) error {
	if _, err := regexp.Compile(o.rows); err != nil {
		return err
	}
	tree, err := git(ctx, "rev-parse", "--show-toplevel")
	if err != nil {
		return err
	}
	commit, err := git(ctx, "rev-parse", "--verify", "--end-of-options", revision+"^{commit}")
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "before")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := generate(ctx, dir, tree, commit, o.monitor); err != nil {
		return err
	}
	if err := command(ctx, dir, "go", "build", "-mod=mod", "-o", "compare", ".").Run(); err != nil {
		return fmt.Errorf("building: %w", err)
	}
	compare := command(ctx, dir, filepath.Join(dir, "compare"), strconv.Itoa(o.rounds), o.rows)
	if o.write == "" {
		return compare.Run()
	}
	var table strings.Builder
	compare.Args = append(compare.Args, "markdown")
	compare.Stdout = io.MultiWriter(os.Stdout, &table)
	if err := compare.Run(); err != nil {
		return err
	}
	return results.Write(o.write, map[string]string{results.Before: section(commit, o) + table.String()})
}

// section is the text before the table.
func section(commit string, o options) string {
	title := "Before and after"
	if o.monitor {
		title = "Before, a monitor off, and on"
	}
	return fmt.Sprintf("## %s\n\n%s\n"+
		"Before is the commit %.12s; control is the same commit once more, whose ratio is the error of the measurement. "+
		"The ratios are to before: the median of those within a round, and that of the shortest times of %d rounds.\n\n",
		title, results.Written("before"), commit, o.rounds)
}

// command returns a command that runs in dir and writes to the standard output
// and error. A go.work file around dir does not count.
func command(ctx context.Context, dir, name string, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, name, args...)
	c.Dir, c.Stdout, c.Stderr = dir, os.Stdout, os.Stderr
	c.Env = append(os.Environ(), "GOWORK=off")
	return c
}

// git returns the one line that a git command prints.
func git(ctx context.Context, args ...string) (string, error) {
	c := exec.CommandContext(ctx, "git", args...)
	c.Stderr = os.Stderr
	out, err := c.Output()
	if err != nil {
		return "", fmt.Errorf("git %s: %w", args[0], err)
	}
	return strings.TrimSpace(string(out)), nil
}
