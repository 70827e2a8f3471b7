package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"example.com/asyncgo/taskgroup"
)

// progress tells how far a crawl is: in one line that changes, on a terminal,
// and now and then in a line of its own elsewhere.
type progress struct {
	out  io.Writer
	live bool
}

// run ends with ctx.
func (p progress) run(ctx context.Context, c *crawler) error {
	pause, format := 2*time.Second, "%s\n"
	if p.live {
		pause, format = 100*time.Millisecond, "\r\x1b[K%s"
		defer fmt.Fprint(p.out, "\r\x1b[K")
	}
	for {
		if err := taskgroup.Sleep(ctx, pause); err != nil {
			return err
		}
		pages, errors, bytes := c.tally.soFar()
		fmt.Fprintf(p.out, format, fmt.Sprintf("%d pages, %s, %d errors; reading %d, %d to go",
			pages, megabytes(bytes), errors, c.connections.Stats().Held, c.waiting()))
	}
}
