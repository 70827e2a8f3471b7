package programs

import (
	"context"
	"fmt"
	"time"
)

const pages = 5000

// Crawl is W9: read all pages of a site, each found by the links of others, a
// limited number at a time.
func Crawl(site string) Program {
	run := func(crawl func(ctx context.Context, limit int, c *crawler) error) func(context.Context, Point) (Outcome, error) {
		return func(ctx context.Context, at Point) (Outcome, error) {
			c := newCrawler(site, at.Size, int(at.X))
			defer c.client.CloseIdleConnections()
			start := time.Now()
			err := crawl(ctx, int(at.X), c)
			took := time.Since(start)
			if err == nil && c.read != at.Size {
				err = fmt.Errorf("read %d pages of %d", c.read, at.Size)
			}
			return Outcome{c.sum, []float64{micros(took) / float64(at.Size)}}, err
		}
	}
	return Program{
		Name: "W9 crawl",
		Text: "Reads 5,000 pages of 1 KiB over HTTP from a server on the loopback interface, a process of its own on the same processors. " +
			"A page is found by the links of another; the goal is about a limit of 64. " +
			"asyncgo has one group with `WithLimit` and `WithBacklog`, whose tasks start the tasks of the pages that they find. errgroup and conc cannot start a task in a full group of " +
			"their own, so theirs have no limit, and each task acquires a permit, of x/sync's semaphore and of a channel; pond has a pool of 64 and a WaitGroup; channels are 64 workers and one goroutine with the list. " +
			"asyncio has a TaskGroup, a Semaphore and an HTTP client of twenty lines over streams, because there is none in its standard library.",
		Axis: "pages at a time", Unit: "pages",
		Points: []Point{{X: 8, Size: pages / 5}, {X: 64, Size: pages, Main: true}, {X: 256, Size: pages / 5}},
		Metrics: []Metric{
			{Name: "µs per page", Goal: true},
		},
		Variants: append([]Variant{
			{Name: Base, Run: run(crawlChannels)},
			{Name: Ours, Run: run(crawlAsyncgo)},
			{Name: "errgroup", Run: run(crawlErrgroup)},
			{Name: "conc", Run: run(crawlConc)},
			{Name: "pond", Run: run(crawlPond)},
		}, asyncio("crawl", false, func(context.Context, Point) (arguments, error) { return arguments{Site: site}, nil })...),
	}
}

func micros(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 }
