package main

import (
	"context"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"example.com/asyncgo/queue"
	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

// A page is read once. The queue's unfinished count falls when that is over.
type page struct {
	url *url.URL
	// entry is true for the first page and what it redirects to: where that
	// ends is the site.
	entry bool
}

type crawler struct {
	transport   http.RoundTripper
	timeout     time.Duration
	limit       int
	connections *semaphore.Semaphore
	pages       *queue.Queue[page]
	finished    atomic.Int64 // of the pages that were put into the queue
	frontier    frontier
	tally       tally
}

func newCrawler(transport http.RoundTripper, limit int, timeout time.Duration, maxPages int) *crawler {
	return &crawler{
		transport:   transport,
		timeout:     timeout,
		limit:       limit,
		connections: semaphore.New(limit).Named("connections"),
		pages:       queue.New[page](0).Named("pages"),
		frontier:    frontier{max: maxPages},
	}
}

// crawl reads the site that start is on. Its error is that of ctx: the faults of
// pages are counted.
func (c *crawler) crawl(ctx context.Context, start *url.URL, show progress) error {
	c.tally.start(start)
	defer c.tally.stop()
	return taskgroup.Run(ctx, func(ctx context.Context, g *taskgroup.Group) error {
		showing := taskgroup.Go(g, taskgroup.NoValue(func(ctx context.Context) error {
			return show.run(ctx, c)
		}), taskgroup.Named("progress"))
		// More readers than connections: one that looks for links holds none.
		g.Go(func(ctx context.Context) error {
			return taskgroup.Consume(ctx, 2*c.limit, c.pages.Items, c.visit)
		}, taskgroup.Named("readers"))

		c.frontier.host = start.Hostname()
		c.add(page{url: start, entry: true})
		if err := c.pages.Join(ctx); err != nil {
			return err
		}
		c.pages.Shutdown()
		showing.Cancel(nil)
		return nil
	}, taskgroup.WithName("crawl"))
}

// visit reads one page and adds the pages it refers to, so the unfinished
// count cannot reach zero in between.
func (c *crawler) visit(ctx context.Context, p page) error {
	defer c.pages.TaskDone()
	var doc document
	err := c.connections.Do(ctx, func(ctx context.Context) (err error) {
		begun := time.Now()
		doc, err = taskgroup.WaitFor(ctx, c.timeout, func(ctx context.Context) (document, error) {
			return fetch(ctx, c.transport, p.url)
		})
		c.tally.took(p.url, time.Since(begun))
		return err
	})
	switch {
	case err != nil && ctx.Err() != nil:
		return err // the crawl was stopped, so the page is not finished
	case err != nil:
		c.tally.fault(kind(err), p.url.String())
	case doc.redirect != nil:
		c.redirect(p, doc.redirect)
	default:
		c.tally.page(p.url, doc)
		c.follow(p.url, doc)
	}
	c.finished.Add(1)
	return nil
}

// follow adds what the document refers to.
func (c *crawler) follow(from *url.URL, doc document) {
	targets, base := links(doc.html)
	if base, err := from.Parse(base); err == nil {
		from = base
	}
	for _, target := range targets {
		to, err := resolve(from, target)
		switch {
		case err != nil:
			if c.frontier.first(target) {
				c.tally.fault(errBadURL, target)
			}
		case to != nil && c.frontier.within(to):
			c.add(page{url: to})
		}
	}
}

// redirect treats a redirect as a link, so that its target is read once, however
// many pages refer to it.
func (c *crawler) redirect(p page, location *url.URL) {
	c.tally.redirect()
	to, err := resolve(p.url, location.String())
	switch {
	case err != nil || to == nil:
		c.tally.fault(errBadURL, location.String())
	case c.frontier.loops(p.url, to):
		c.tally.fault(errLoop, p.url.String())
	case p.entry:
		c.frontier.host = to.Hostname() // no other page is being read yet
		c.add(page{url: to, entry: true})
	case !c.frontier.within(to):
		c.tally.fault(errAway, p.url.String())
	default:
		c.add(page{url: to})
	}
}

func (c *crawler) add(p page) {
	if !c.frontier.first(p.url.String()) {
		return
	}
	if !c.frontier.room() {
		c.tally.leaveOut()
		return
	}
	// The queue is unbounded, and shut down only when nothing is unfinished.
	if err := c.pages.TryPut(p); err != nil {
		panic(err)
	}
}

// unfinished returns how many pages are to be read, those that are being read
// included.
func (c *crawler) unfinished() int {
	finished := int(c.finished.Load()) // first: the other number only grows
	return c.frontier.count() - finished
}
