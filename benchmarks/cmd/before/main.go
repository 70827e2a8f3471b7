// Command before compares the working tree with another commit, operation by
// operation, in one process. It links the tree, that commit, and a second copy
// of that commit as a control, whose ratio to the first is the error of the
// measurement.
//
//	go run ./cmd/before [-rounds 101] [-rows REGEXP] COMMIT
//
// The operations are those of package ops. They use only what both have.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

func main() {
	rounds := flag.Int("rounds", 101, "how often each operation runs on each side")
	rows := flag.String("rows", "", "only operations whose name matches this expression")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: before [-rounds N] [-rows REGEXP] COMMIT")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 1 || *rounds < 1 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, flag.Arg(0), *rounds, *rows)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "before:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, revision string, rounds int, rows string) error {
	if _, err := regexp.Compile(rows); err != nil {
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
	if err := generate(ctx, dir, tree, commit); err != nil {
		return err
	}
	if err := command(ctx, dir, "go", "build", "-mod=mod", "-o", "compare", ".").Run(); err != nil {
		return fmt.Errorf("building: %w", err)
	}
	return command(ctx, dir, filepath.Join(dir, "compare"), strconv.Itoa(rounds), rows).Run()
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
