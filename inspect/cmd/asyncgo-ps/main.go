// Asyncgo-ps prints what runs in another process, and what is wrong there, from
// the page that package inspecthttp serves:
//
//	asyncgo-ps http://localhost:6060/debug/tasks
//	asyncgo-ps -json localhost:6060/debug/tasks | jq .snapshot
//	asyncgo-ps -watch localhost:6060/debug/tasks
//
// It prints the tree and the resources, then a line for each finding of
// inspect.DefaultRules. With -json it prints an object with the snapshot and the
// findings. With -stacks it includes the stack of each task and function, which
// stops that process for a moment and needs a monitor with inspect.WithStacks.
//
// With -watch it looks once a second, and prints each finding once for as long
// as it lasts (with -json an object for each line), until it is interrupted.
//
// The exit status is 0 if there were no findings, 1 if there were some, 2 after
// a usage error or if the page could not be read.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	status := run(ctx, os.Args[1:], os.Stdout, os.Stderr, time.Second)
	stop()
	os.Exit(status)
}

// The exit statuses.
const (
	clean  = 0
	found  = 1
	failed = 2
)

// run is the command: args without its name, every how long -watch looks.
func run(ctx context.Context, args []string, stdout, stderr io.Writer, every time.Duration) int {
	flags := flag.NewFlagSet("asyncgo-ps", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprintln(stderr, "usage: asyncgo-ps [-watch] [-json] [-stacks] URL")
		flags.PrintDefaults()
	}
	watching := flags.Bool("watch", false, "print findings as they come, until interrupted")
	asJSON := flags.Bool("json", false, "print JSON")
	stacks := flags.Bool("stacks", false, "with the stack of each task and function")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return clean
	case err != nil:
		return failed
	case flags.NArg() != 1 || *watching && *stacks:
		flags.Usage()
		return failed
	}

	from, err := newServer(flags.Arg(0))
	if err != nil {
		fmt.Fprintln(stderr, "asyncgo-ps:", err)
		return failed
	}
	out := output{w: stdout, json: *asJSON}
	var n int // findings
	if *watching {
		n, err = watch(ctx, from, every, out)
	} else {
		n, err = show(ctx, from, *stacks, out)
	}
	switch {
	case err != nil:
		fmt.Fprintln(stderr, "asyncgo-ps:", err)
		return failed
	case n > 0:
		return found
	default:
		return clean
	}
}

// show prints what runs, and the findings, and returns how many there are.
func show(ctx context.Context, from server, stacks bool, out output) (int, error) {
	format := "text"
	if out.json {
		format = "json"
	}
	nodes, err := from.get(ctx, format, stacks)
	if err != nil {
		return 0, err
	}
	r, err := from.findings(ctx)
	if err != nil {
		return 0, err
	}
	return len(r.Findings), out.all(nodes, r)
}
