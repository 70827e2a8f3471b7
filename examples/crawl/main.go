// Crawl reads a website over HTTP, a few pages at a time, and reports what it
// has found. It uses all three packages: a group for the tasks, a queue for the
// pages that are still to be read, a semaphore for the connections.
//
//	go run ./examples/crawl [-n 8] [-timeout 5s] [-max 8000] [-timeline FILE] [-debug ADDRESS] [URL]
//
// Without a URL it serves the source tree of the installed Go itself and
// crawls that. Ctrl-C stops it; it still reports what it has found so far.
//
// With -timeline, it writes what ran when, and what it waited for: for Perfetto
// or, if the name ends with .svg or .txt, as a picture or in letters. With -debug,
// it serves what runs at that address while it runs.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"syscall"
	"time"

	"example.com/asyncgo/taskgroup"
)

// What crawl exits with; after a signal it is 128 and the signal's number.
const (
	exitOK     = 0
	exitFailed = 1 // no page could be read, or the crawl failed
	exitUsage  = 2
)

func main() {
	var width func() int
	if isTerminal(os.Stdout) {
		width = func() int { return columns(os.Stdout) }
	}
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr, width))
}

// run returns the exit code. width returns the number of columns of the terminal
// that out is, and is nil if it is none.
func run(args []string, out, stderr io.Writer, width func() int) int {
	flags := flag.NewFlagSet("crawl", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprintln(stderr, "usage: crawl [-n 8] [-timeout 5s] [-max 8000] [-timeline FILE] [-debug ADDRESS] [URL]")
		flags.PrintDefaults()
	}
	connections := flags.Int("n", 8, "read at most this many pages at a time")
	timeout := flags.Duration("timeout", 5*time.Second, "cancel the reading of a page after this time")
	maxPages := flags.Int("max", 8000, "read at most this many pages")
	var inside inspection
	flags.StringVar(&inside.timeline, "timeline", "", "write what ran when to this file (.svg, .txt, or for Perfetto)")
	flags.StringVar(&inside.debug, "debug", "", "serve what runs at this address")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil:
		return exitUsage
	case *connections < 1 || *timeout <= 0 || *maxPages < 1:
		fmt.Fprintln(stderr, "crawl: -n, -timeout and -max must be above 0")
		return exitUsage
	case flags.NArg() > 1:
		flags.Usage()
		return exitUsage
	}
	var start *url.URL
	if flags.NArg() == 1 {
		var err error
		if start, err = parseStart(flags.Arg(0)); err != nil {
			fmt.Fprintln(stderr, "crawl:", err)
			return exitUsage
		}
	}

	c := newCrawler(newTransport(*connections), *connections, *timeout, *maxPages)
	show := progress{out, width}
	watched, end, err := inside.begin(context.Background(), out)
	if err != nil {
		fmt.Fprintln(stderr, "crawl:", err)
		return exitFailed
	}
	err = taskgroup.Run(watched, func(ctx context.Context, g *taskgroup.Group) error {
		if start == nil {
			own, err := taskgroup.GoReady(ctx, g, serveGoSource)
			if err != nil {
				return err
			}
			fmt.Fprintf(out, "Crawling %s, which is %s, served by this program.\nEach page comes %v late, as from a distant server.\n", own.url, own.folder, lateness)
			start = own.url
		}
		defer g.Stop()
		return c.crawl(ctx, start, show)
	}, taskgroup.WithSignals())

	code := c.report(err, out, stderr)
	if err := end(); err != nil {
		fmt.Fprintln(stderr, "crawl:", err)
		return exitFailed
	}
	return code
}

// report prints what the crawl has found and returns the exit code. A failure
// that came with the signal is in the same error, and counts for more.
func (c *crawler) report(err error, out, stderr io.Writer) int {
	code := exitOK
	if caught, ok := errors.AsType[*taskgroup.SignalError](err); ok && taskgroup.Cancelled(err) {
		fmt.Fprintf(out, "Stopped by %v with %d pages still to read. So far:\n", caught.Signal, c.unfinished())
		code = exitCode(caught.Signal)
	} else if err != nil {
		fmt.Fprintln(stderr, "crawl:", err)
		return exitFailed
	}
	c.tally.summarize(out)
	if code == exitOK && c.tally.pages == 0 {
		return exitFailed
	}
	return code
}

// exitCode returns the exit code of a process that a signal has ended, as a shell
// reports it.
func exitCode(sig os.Signal) int {
	if number, ok := sig.(syscall.Signal); ok {
		return 128 + int(number)
	}
	return exitFailed
}
