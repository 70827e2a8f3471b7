// Files reads and hashes the files of a tree, at most n at a time, and prints
// them in order while it reads on. Files that cannot be read are reported and
// stop nothing; after Ctrl-C it prints what it has.
//
//	go run ./examples/files [-n 8] [DIRECTORY]
//
// It is what aiofiles is used for. There each call on a file goes to a thread;
// here a goroutine calls it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"syscall"

	"example.com/asyncgo/taskgroup"
)

func main() {
	n := flag.Int("n", 8, "how many files are read at once")
	flag.Parse()
	root := "."
	if flag.NArg() > 0 {
		root = flag.Arg(0)
	}
	os.Exit(run(root, *n, os.Stdout, os.Stderr))
}

// run returns the exit code.
func run(root string, n int, out, stderr io.Writer) int {
	if n < 1 {
		fmt.Fprintln(stderr, "files: -n must be at least 1")
		return 2
	}
	if _, err := os.ReadDir(root); err != nil {
		fmt.Fprintln(stderr, "files:", err)
		return 1
	}
	err := taskgroup.Run(context.Background(), func(ctx context.Context, _ *taskgroup.Group) error {
		sum, err := hashTree(ctx, os.DirFS(root), n, out)
		fmt.Fprintln(out, sum)
		return err
	}, taskgroup.WithSignals())
	return exitCode(err, stderr)
}

// exitCode reports how a run ended. A failure that came with the signal is in
// the same error, and counts for more.
func exitCode(err error, stderr io.Writer) int {
	if err == nil {
		return 0
	}
	if caught, ok := errors.AsType[*taskgroup.SignalError](err); ok && taskgroup.Cancelled(err) {
		fmt.Fprintln(stderr, "files: stopped by", caught.Signal)
		if number, ok := caught.Signal.(syscall.Signal); ok {
			return 128 + int(number) // as a shell has it
		}
		return 1
	}
	fmt.Fprintln(stderr, "files:", err)
	return 1
}

// summary is what a run has read.
type summary struct {
	files, unreadable int
	bytes             int64
}

func (s summary) String() string {
	return fmt.Sprintf("%d files, %d bytes, %d unreadable", s.files, s.bytes, s.unreadable)
}

// add counts the file and writes its line.
func (s *summary) add(w io.Writer, f file) error {
	if f.err != nil {
		s.unreadable++
		_, err := fmt.Fprintf(w, "%s: %v\n", f.path, f.err)
		return err
	}
	s.files++
	s.bytes += f.size
	_, err := fmt.Fprintf(w, "%x  %s\n", f.hash[:8], f.path)
	return err
}
