package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"example.com/asyncgo/taskgroup"
)

// progress prints how far a crawl is: on a terminal in one line that changes,
// elsewhere in a new line now and then.
type progress struct {
	out   io.Writer
	width func() int // of the terminal; nil without one
}

// run ends with ctx.
func (p progress) run(ctx context.Context, c *crawler) error {
	pause := 2 * time.Second
	if p.width != nil {
		pause = 100 * time.Millisecond
		defer fmt.Fprint(p.out, "\r\x1b[K")
	}
	for {
		if err := taskgroup.Sleep(ctx, pause); err != nil {
			return err
		}
		pages, errors, bytes := c.tally.soFar()
		p.print(fmt.Sprintf("%d pages, %s, %d errors; %d to go, reading %d",
			pages, megabytes(bytes), errors, c.unfinished(), c.connections.Stats().Held))
	}
}

// print cuts a line for the terminal: one that wraps cannot be written over. The
// last column stays free, because some terminals wrap at it. The text is ASCII.
func (p progress) print(line string) {
	if p.width == nil {
		fmt.Fprintln(p.out, line)
		return
	}
	fmt.Fprint(p.out, "\r\x1b[K", line[:min(len(line), max(p.width()-1, 0))])
}
