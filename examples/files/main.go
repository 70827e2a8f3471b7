// Files reads and hashes the files of a tree, at most n at a time, and prints
// them in order while it reads on. Files that cannot be read are reported, not
// fatal; Ctrl-C stops it with what it has.
//
//	go run ./examples/files [-n 8] [DIRECTORY]
//
// It takes aiofiles' place: where Python hands each call of a file to a thread,
// a goroutine simply calls it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"example.com/asyncgo/taskgroup"
)

func main() {
	n := flag.Int("n", 8, "how many files are read at once")
	flag.Parse()
	root := "."
	if flag.NArg() > 0 {
		root = flag.Arg(0)
	}
	if *n < 1 {
		fmt.Fprintln(os.Stderr, "files: -n must be at least 1")
		os.Exit(2)
	}
	if _, err := os.ReadDir(root); err != nil {
		fmt.Fprintln(os.Stderr, "files:", err)
		os.Exit(1)
	}
	err := taskgroup.Run(context.Background(), func(ctx context.Context, _ *taskgroup.Group) error {
		sum, err := hashTree(ctx, os.DirFS(root), *n, os.Stdout)
		fmt.Println(sum)
		return err
	}, taskgroup.WithSignals())

	if caught, ok := errors.AsType[*taskgroup.SignalError](err); ok {
		fmt.Fprintln(os.Stderr, "files: stopped by", caught.Signal)
		os.Exit(130)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "files:", err)
		os.Exit(1)
	}
}

// summary is what a run came to.
type summary struct {
	files, unreadable int
	bytes             int64
}

func (s summary) String() string {
	return fmt.Sprintf("%d files, %d bytes, %d unreadable", s.files, s.bytes, s.unreadable)
}

func (s *summary) add(w io.Writer, f file) {
	if f.err != nil {
		s.unreadable++
		fmt.Fprintf(w, "%s: %v\n", f.path, f.err)
		return
	}
	s.files++
	s.bytes += f.size
	fmt.Fprintf(w, "%x  %s\n", f.hash[:8], f.path)
}
