// Database is what asyncpg is used for: at most n queries at once, a batch import
// of a CSV through a queue and workers, with progress, a transfer that commits
// although its caller was canceled, and a query that is canceled in the server at
// its timeout.
//
//	go -C examples/database run . [-n 4] [-csv FILE]
//
// It uses SQLite in the process, or PostgreSQL if DATABASE_URL is set. Without
// -csv it imports a list of the source files of the installed Go.
package main

import (
	"context"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"example.com/asyncgo/taskgroup"
)

func main() {
	n := flag.Int("n", 4, "how many queries run at once")
	file := flag.String("csv", "", "a file of lines PATH,BYTES to import")
	flag.Parse()
	if *n < 1 {
		fmt.Fprintln(os.Stderr, "database: -n must be at least 1")
		os.Exit(2)
	}
	err := taskgroup.Run(context.Background(), func(ctx context.Context, _ *taskgroup.Group) error {
		return demo(ctx, *n, *file, os.Stdout)
	}, taskgroup.WithSignals())
	if err != nil {
		fmt.Fprintln(os.Stderr, "database:", err)
		os.Exit(1)
	}
}

func demo(ctx context.Context, n int, file string, w io.Writer) error {
	s, err := open(ctx, os.Getenv("DATABASE_URL"), n)
	if err != nil {
		return err
	}
	defer s.Close()
	fmt.Fprintln(w, "database:", s.kind)

	source, err := openCSV(ctx, file)
	if err != nil {
		return err
	}
	defer source.Close()
	start := time.Now()
	rows, err := s.importCSV(ctx, source, func(rows int) {
		if rows%2000 == 0 {
			fmt.Fprintf(w, "imported %d rows\n", rows)
		}
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "imported %d rows in %v\n", rows, time.Since(start).Round(time.Millisecond))

	totals, err := s.totals(ctx, []string{"runtime/", "net/", "go/", "crypto/", "no such directory/"})
	if err != nil {
		return err
	}
	for _, total := range totals {
		fmt.Fprintf(w, "%-20s %9d bytes\n", total.prefix, total.bytes)
	}

	err = s.transfer(ctx, "alice", "bob", 30)
	alice, bob := s.balance(ctx, "alice"), s.balance(ctx, "bob")
	fmt.Fprintf(w, "transfer: %v; alice has %d, bob has %d\n", err, alice, bob)

	start = time.Now()
	err = s.slow(ctx, 200*time.Millisecond)
	fmt.Fprintf(w, "slow query: timed out: %t, after %v\n", errors.Is(err, taskgroup.ErrTimeout), time.Since(start).Round(100*time.Millisecond))
	return nil
}

// openCSV opens the file, or makes a list of Go's source files.
func openCSV(ctx context.Context, file string) (io.ReadCloser, error) {
	if file != "" {
		return os.Open(file)
	}
	out, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("finding Go's source: %w", err)
	}
	src := filepath.Join(strings.TrimSpace(string(out)), "src")
	var text strings.Builder
	list := csv.NewWriter(&text)
	err = fs.WalkDir(os.DirFS(src), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		return list.Write([]string{path, strconv.FormatInt(info.Size(), 10)})
	})
	list.Flush()
	return io.NopCloser(strings.NewReader(text.String())), errors.Join(err, list.Error())
}
