// Command size builds small programs, each of which uses errgroup and one
// package more, and reports what that package adds to the binary, to the time
// that a build takes, and to the packages that are linked.
//
//	go run ./cmd/size [-rounds 5] [-write RESULTS.md]
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"example.com/asyncgo/benchmarks/internal/results"
)

func main() {
	rounds := flag.Int("rounds", 5, "how often each program is built")
	write := flag.String("write", "", "write the results to this file")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, *rounds, *write)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "size:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, rounds int, write string) error {
	m, err := newModule(ctx)
	if err != nil {
		return err
	}
	defer m.remove()
	built, err := m.measure(ctx, rounds)
	if err != nil {
		return err
	}
	text := report(built, rounds)
	fmt.Print(text)
	if write == "" {
		return nil
	}
	return results.Write(write, map[string]string{results.Size: text})
}
