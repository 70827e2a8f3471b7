// Crawl reads a website over HTTP, a few pages at a time, and tells what it
// found. It uses all three packages: a group for the tasks, a queue for the
// pages that are still to be read, a semaphore for the connections.
//
//	go run ./examples/crawl [-n 8] [-timeout 5s] [-max 8000] [URL]
//
// Without a URL it serves the source tree of the installed Go itself and
// crawls that. Ctrl-C stops it; it still tells what it has found so far.
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
	exitOK      = 0
	exitNothing = 1 // no page could be read
	exitUsage   = 2
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr, isTerminal(os.Stdout)))
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

func run(args []string, out, complaints io.Writer, terminal bool) int {
	flags := flag.NewFlagSet("crawl", flag.ContinueOnError)
	flags.SetOutput(complaints)
	flags.Usage = func() {
		fmt.Fprintln(complaints, "usage: crawl [-n 8] [-timeout 5s] [-max 8000] [URL]")
		flags.PrintDefaults()
	}
	connections := flags.Int("n", 8, "read at most this many pages at a time")
	timeout := flags.Duration("timeout", 5*time.Second, "give up on a page after this time")
	maxPages := flags.Int("max", 8000, "read at most this many pages")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil:
		return exitUsage
	case *connections < 1 || *timeout <= 0 || *maxPages < 1:
		fmt.Fprintln(complaints, "crawl: -n, -timeout and -max must be above 0")
		return exitUsage
	case flags.NArg() > 1:
		flags.Usage()
		return exitUsage
	}
	var start *url.URL
	if flags.NArg() == 1 {
		var err error
		if start, err = parseStart(flags.Arg(0)); err != nil {
			fmt.Fprintln(complaints, "crawl:", err)
			return exitUsage
		}
	}

	c := newCrawler(newTransport(*connections), *connections, *timeout, *maxPages)
	show := progress{out: out, live: terminal}
	err := taskgroup.Run(context.Background(), func(ctx context.Context, g *taskgroup.Group) error {
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

	signaled, stopped := errors.AsType[*taskgroup.SignalError](err)
	switch {
	case stopped:
		fmt.Fprintf(out, "Stopped by %v with %d pages still to read. So far:\n", signaled.Signal, c.waiting())
	case err != nil:
		fmt.Fprintln(complaints, "crawl:", err)
		return exitNothing
	}
	c.tally.summarize(out)
	switch {
	case stopped:
		return exitCode(signaled.Signal)
	case c.tally.pages == 0:
		return exitNothing
	}
	return exitOK
}

// exitCode is what a shell makes of a signal.
func exitCode(sig os.Signal) int {
	if number, ok := sig.(syscall.Signal); ok {
		return 128 + int(number)
	}
	return exitNothing
}
